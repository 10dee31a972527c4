package jbt.compiler.lang;

import java.io.Serial;

/** Leads from the place of an error to where reading goes on. */
final class SyntaxError extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final transient SourceRange range;

  SyntaxError(SourceRange range, String message) {
    super(message, null, false, false);
    this.range = range;
  }

  void report(Diagnostics diagnostics) {
    diagnostics.error(range, "syntax: " + getMessage());
  }
}
