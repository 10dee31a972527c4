package jbt.compiler.target;

import java.io.Serial;

/** A program or library can't be used for probes. The message says which and why, to a person. */
public final class BinaryException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final boolean ofName;

  private BinaryException(String message, boolean ofName) {
    super(message);
    this.ofName = ofName;
  }

  public BinaryException(String message) {
    this(message, false);
  }

  /** Its name can't be one: a mistake, wherever the script runs. */
  public static BinaryException ofName(String message) {
    return new BinaryException(message, true);
  }

  public boolean isOfName() {
    return ofName;
  }
}
