package jbt.kernel.demangle;

import java.io.Serial;

/** A name is not what its beginning promised. It never leaves this package. */
final class Malformed extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  Malformed() {
    super("malformed", null, false, false);
  }
}
