package jbt.cli;

/** The command line can't be meant. The message is one line for a person. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
