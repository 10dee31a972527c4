package jbt.compiler.lang;

import java.io.Serial;
import java.util.List;

/** Leads from the place of an error to where reading goes on. */
final class SyntaxError extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient SourceRange range;
  private final transient List<String> hints;
  private final boolean unclosed;

  SyntaxError(SourceRange range, String message, String... hints) {
    this(range, message, List.of(hints), false);
  }

  private SyntaxError(SourceRange range, String message, List<String> hints, boolean unclosed) {
    super(message, null, false, false);
    this.range = range;
    this.hints = hints;
    this.unclosed = unclosed;
  }

  /** A block that does not end: so the ones around it do not either. */
  static SyntaxError unclosed(SourceRange open) {
    return new SyntaxError(open, "'{' without '}'", List.of(), true);
  }

  boolean isUnclosed() {
    return unclosed;
  }

  /** Tells of it, unless it follows from another error at its place. */
  void report(Diagnostics diagnostics) {
    if (!diagnostics.hasErrorAt(range)) {
      diagnostics.error(range, "syntax: " + getMessage(), List.of(), hints);
    }
  }
}
