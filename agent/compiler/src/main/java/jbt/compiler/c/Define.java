package jbt.compiler.c;

import java.util.List;
import java.util.Optional;
import jbt.compiler.lang.SourceRange;

/**
 * A macro of the preprocessor.
 *
 * @param parameters of one that is used like a function; the last is {@code __VA_ARGS__} if it
 *     takes any number
 * @param range of the body in the source, empty without one
 */
public record Define(
    String name, Optional<List<String>> parameters, List<CToken> body, SourceRange range) {
  static final String REST = "__VA_ARGS__";

  public Define {
    parameters = parameters.map(List::copyOf);
    body = List.copyOf(body);
  }

  /** Whether it takes any number of arguments. */
  public boolean variadic() {
    return parameters.isPresent()
        && !parameters.get().isEmpty()
        && parameters.get().getLast().equals(REST);
  }
}
