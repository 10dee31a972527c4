package jbt.compiler.c;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/** The headers that a script includes and that are not there: most are needed for nothing. */
public final class Headers {
  /**
   * An include without text.
   *
   * @param written its path in what it has around it: {@code <a.h>} or {@code "a.h"}
   */
  record Missing(String written, SourceRange range) {}

  private final List<Missing> missing;

  Headers(List<Missing> missing) {
    this.missing = List.copyOf(missing);
  }

  /** Constants of system headers, for a script that includes any. */
  Optional<Long> constant(String name) {
    return missing.isEmpty() ? Optional.empty() : WellKnown.value(name);
  }

  /** The names of all of these. */
  Set<String> constants() {
    return missing.isEmpty() ? Set.of() : WellKnown.names();
  }

  /** Names of integers of system headers, for a script that includes any. */
  Optional<Type> integer(String name) {
    return missing.isEmpty() ? Optional.empty() : WellKnownTypes.integerNamed(name);
  }

  /** What the kernel calls a struct of system headers, for a script that includes any. */
  Optional<String> ofKernel(String struct) {
    return missing.isEmpty() ? Optional.empty() : WellKnownTypes.ofKernel(struct);
  }

  /** What may help if a name is not known. */
  public List<String> hints(String name) {
    List<String> hints = new ArrayList<>();
    WellKnown.header(name)
        .ifPresent(
            header -> hints.add("'%s' is known behind #include <%s>".formatted(name, header)));
    if (!missing.isEmpty()) {
      hints.add(
          missing.stream()
              .map(Missing::written)
              .distinct()
              .limit(8)
              .collect(
                  Collectors.joining(
                      ", ",
                      "Headers that were not found: ",
                      ". Declare in the script what it needs of them")));
    }
    return hints;
  }
}
