package jbt.daemon.session;

import java.util.stream.Stream;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/** What the output of a plan names that only the host knows. */
final class SymbolUses {
  private SymbolUses() {}

  /** Whether functions of processes are named: in stacks, or by their address. */
  static boolean ofProcesses(Plan plan) {
    Stream<Type> inMaps =
        plan.scriptMaps().stream()
            .flatMap(
                map ->
                    map.value() instanceof ScriptMap.Value.Plain(Type type)
                        ? Stream.concat(map.key().stream(), Stream.of(type))
                        : map.key().stream());
    Stream<Type> inSites =
        plan.sites().stream()
            .flatMap(
                site ->
                    switch (site) {
                      case Site.Printf printf -> printf.arguments().stream();
                      case Site.Value(Type type) -> Stream.of(type);
                      default -> Stream.empty();
                    });
    return Stream.concat(inMaps, inSites).anyMatch(SymbolUses::ofProcesses);
  }

  private static boolean ofProcesses(Type type) {
    return switch (type) {
      case Type.Symbolic(Meaning.UserSymbol _) -> true;
      case Type.Symbolic(Meaning.Stack stack) ->
          stack.user() && stack.mode() != Meaning.Stack.Mode.RAW;
      case Type.Tuple tuple -> tuple.parts().stream().anyMatch(SymbolUses::ofProcesses);
      case Type.Array array -> ofProcesses(array.element());
      default -> false;
    };
  }
}
