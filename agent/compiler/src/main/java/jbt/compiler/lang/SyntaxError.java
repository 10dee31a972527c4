package jbt.compiler.lang;

import java.io.Serial;
import java.util.List;

/** Leads from the place of an error to where reading goes on. */
final class SyntaxError extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient SourceRange range;
  private final transient List<String> hints;

  SyntaxError(SourceRange range, String message, String... hints) {
    super(message, null, false, false);
    this.range = range;
    this.hints = List.of(hints);
  }

  /** Tells of it, unless it follows from another error at its place. */
  void report(Diagnostics diagnostics) {
    if (!diagnostics.hasErrorAt(range)) {
      diagnostics.error(range, "syntax: " + getMessage(), List.of(), hints);
    }
  }
}
