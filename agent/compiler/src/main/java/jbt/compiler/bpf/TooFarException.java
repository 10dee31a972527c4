package jbt.compiler.bpf;

import java.io.Serial;

/** A jump of a program is longer than 16 bits tell: the program is too large. */
public final class TooFarException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TooFarException(String message) {
    super(message);
  }
}
