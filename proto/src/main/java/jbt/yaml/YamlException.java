package jbt.yaml;

/** A mistake in a file. The message is one line, {@code file:line:column: what}. */
public final class YamlException extends Exception {
  private static final long serialVersionUID = 1;

  public YamlException(String message) {
    super(message);
  }
}
