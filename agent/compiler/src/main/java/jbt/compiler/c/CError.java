package jbt.compiler.c;

import java.io.Serial;
import jbt.compiler.lang.SourceRange;

/** Ends the reading of a declaration or directive. */
final class CError extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient SourceRange range;
  private final String text;

  CError(SourceRange range, String text) {
    super(text, null, false, false);
    this.range = range;
    this.text = text;
  }

  SourceRange range() {
    return range;
  }

  String text() {
    return text;
  }
}
