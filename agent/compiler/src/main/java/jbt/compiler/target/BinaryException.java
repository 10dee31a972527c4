package jbt.compiler.target;

import java.io.Serial;

/** A program or library can't be used for probes. The message says which and why, to a person. */
public final class BinaryException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  public BinaryException(String message) {
    super(message);
  }
}
