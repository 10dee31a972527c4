package jbt.cli.pki;

/** A certificate could not be made. The message is one line for a person. */
public final class PkiException extends Exception {
  private static final long serialVersionUID = 1;

  public PkiException(String message) {
    super(message);
  }

  public PkiException(String message, Throwable cause) {
    super(message, cause);
  }
}
