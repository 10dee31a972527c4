package jbt.server.merge;

/** A target sent more than {@link Most} allows. */
public final class ExcessException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ExcessException(String message) {
    super(message);
  }
}
