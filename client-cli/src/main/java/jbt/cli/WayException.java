package jbt.cli;

/** There is no way to the hosts: a file is missing or unusable. One line for a person. */
final class WayException extends Exception {
  private static final long serialVersionUID = 1;

  WayException(String message) {
    super(message);
  }

  WayException(String message, Throwable cause) {
    super(message, cause);
  }
}
