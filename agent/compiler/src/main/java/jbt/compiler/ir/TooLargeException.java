package jbt.compiler.ir;

import java.io.Serial;
import jbt.compiler.lang.SourceRange;

/** A block of the script comes to more than a program can be. */
public final class TooLargeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient SourceRange range;

  TooLargeException(SourceRange range, String message) {
    super(message);
    this.range = range;
  }

  public SourceRange range() {
    return range;
  }
}
