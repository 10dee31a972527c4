package jbt.transport;

/** A key or certificate file can't be used. The message is one line that names the file. */
public final class TlsException extends Exception {
  private static final long serialVersionUID = 1;

  public TlsException(String message, Throwable cause) {
    super(message, cause);
  }

  public TlsException(String message) {
    super(message);
  }
}
