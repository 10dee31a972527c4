package jbt.compiler.check;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/** Names without arguments that have a value. */
final class Builtins {
  private record Entry(Builtin builtin, Type type, boolean hostBound) {}

  private static final Map<String, Entry> AT_RUN_TIME =
      Map.of(
          "pid", new Entry(Builtin.PID, Type.UINT32, true),
          "tid", new Entry(Builtin.TID, Type.UINT32, true),
          "uid", new Entry(Builtin.UID, Type.UINT64, false),
          "gid", new Entry(Builtin.GID, Type.UINT64, false),
          "comm", new Entry(Builtin.COMM, new Type.Str(16), false),
          "nsecs", new Entry(Builtin.NSECS, Type.UINT64, false),
          "elapsed", new Entry(Builtin.ELAPSED, Type.UINT64, false),
          "cpu", new Entry(Builtin.CPU, Type.UINT32, false),
          "rand", new Entry(Builtin.RAND, Type.UINT32, false));

  private Builtins() {}

  static Set<String> names() {
    Set<String> names = new TreeSet<>(AT_RUN_TIME.keySet());
    names.addAll(SymbolCalls.BARE);
    names.addAll(NumberCalls.BARE);
    names.addAll(TaskCalls.names());
    names.add("probe");
    names.add("host");
    names.add("args");
    names.add("curtask");
    names.add("arg0");
    names.add("retval");
    names.add("func");
    return names;
  }

  static boolean isBuiltin(String name) {
    return AT_RUN_TIME.containsKey(name)
        || name.equals("probe")
        || name.equals("host")
        || Registers.isName(name);
  }

  static Value value(String name, ProbeContext context, Round round, SourceRange range) {
    if (Registers.isName(name)) {
      return Registers.value(name, context, round.diagnostics(), range);
    }
    if (name.equals("host")) {
      return Value.string(Strings.bytes(round.target().hostName()), range);
    }
    if (name.equals("probe") && round.environment().namesAreTexts()) {
      return Value.string(context.points().getFirst().name(), range);
    }
    if (name.equals("probe")) {
      List<Integer> cookies = context.cookiesHere();
      return Value.of(
          cookies.size() == 1
              ? new Expr.IntLiteral(cookies.getFirst(), Type.PROBE_NAME, range)
              : new Expr.BuiltinValue(Builtin.PROBE, Type.PROBE_NAME, range));
    }
    Entry entry = AT_RUN_TIME.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(name);
    }
    Expr expr = new Expr.BuiltinValue(entry.builtin, entry.type, range);
    return new Value(expr, entry.type.equals(Type.UINT32), entry.hostBound);
  }
}
