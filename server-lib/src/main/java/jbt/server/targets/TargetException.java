package jbt.server.targets;

/** Hosts were named that can't be meant. The message is one line for a person. */
public final class TargetException extends Exception {
  private static final long serialVersionUID = 1;

  public TargetException(String message) {
    super(message);
  }
}
