package jbt.daemon.session;

import jbt.kernel.LoadException;
import jbt.v1.Failure;

/** A session that can't run, with the words for the person who asked. */
public final class Failed extends Exception {
  private static final long serialVersionUID = 1;

  private final Failure failure;

  /** What is about no piece of the script. */
  Failed(Failure failure, String message) {
    super("ERROR: " + message);
    this.failure = failure;
  }

  Failed(Failure failure, Exception cause) {
    super(String.valueOf(cause.getMessage()), cause);
    this.failure = failure;
  }

  /** What the kernel did not take. */
  Failed(LoadException cause) {
    super("ERROR: " + cause.getMessage(), cause);
    failure = Failure.FAILURE_KERNEL;
  }

  public Failure failure() {
    return failure;
  }
}
