package jbt.daemon.session;

import java.util.List;
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
    // Without streams and patterns, which would cost every script some milliseconds.
    for (ScriptMap map : plan.scriptMaps()) {
      boolean inValue =
          map.value() instanceof ScriptMap.Value.Plain plain && ofProcesses(plain.type());
      if (inValue || ofProcesses(map.key())) {
        return true;
      }
    }
    for (Site site : plan.sites()) {
      boolean inSite =
          (site instanceof Site.Printf printf && ofProcesses(printf.arguments()))
              || (site instanceof Site.Value value && ofProcesses(value.type()));
      if (inSite) {
        return true;
      }
    }
    return false;
  }

  private static boolean ofProcesses(List<Type> types) {
    for (Type type : types) {
      if (ofProcesses(type)) {
        return true;
      }
    }
    return false;
  }

  private static boolean ofProcesses(Type type) {
    if (type instanceof Type.Symbolic symbolic) {
      return symbolic.meaning() instanceof Meaning.UserSymbol
          || (symbolic.meaning() instanceof Meaning.Stack stack
              && stack.user()
              && stack.mode() != Meaning.Stack.Mode.RAW);
    }
    return (type instanceof Type.Tuple tuple && ofProcesses(tuple.parts()))
        || (type instanceof Type.Array array && ofProcesses(array.element()));
  }
}
