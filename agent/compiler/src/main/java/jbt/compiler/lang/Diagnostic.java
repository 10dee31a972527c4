package jbt.compiler.lang;

import java.util.List;

/**
 * Something that a person should know about the script.
 *
 * @param contexts other places that explain it
 * @param hints what to do about it
 */
public record Diagnostic(
    Severity severity,
    SourceRange range,
    String message,
    List<Context> contexts,
    List<String> hints) {
  public Diagnostic {
    contexts = List.copyOf(contexts);
    hints = List.copyOf(hints);
  }

  public enum Severity {
    ERROR,
    WARNING
  }

  /** Another place of the script, with its part in the story. */
  public record Context(SourceRange range, String message) {}
}
