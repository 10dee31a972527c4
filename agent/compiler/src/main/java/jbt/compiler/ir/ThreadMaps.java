package jbt.compiler.ir;

import java.util.BitSet;
import java.util.List;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.target.Target;

/**
 * The maps that the kernel keeps with each thread, which takes a fraction of what a hash does: what
 * a thread notes at one event for another ({@code @start[tid]}). Their only key is {@code tid}, and
 * nobody sees them: they are not printed, and END clears them, or what is left is not shown.
 */
final class ThreadMaps {
  /** What each thread of the host may take is not in the limit of a session's memory. */
  private static final int MOST = 64;

  private final Checked checked;
  private final List<Nodes> nodes;
  private final BitSet clearedAtEnd;

  private ThreadMaps(Checked checked, List<Nodes> nodes) {
    this.checked = checked;
    this.nodes = nodes;
    this.clearedAtEnd = clearedAtEnd(checked);
  }

  /** By their places. */
  static BitSet of(Checked checked, List<Nodes> nodes, Target target) {
    ThreadMaps maps = new ThreadMaps(checked, nodes);
    BitSet found = new BitSet();
    // Whoever asks for failures wants to know of keys that are missing.
    for (int map = 0; map < checked.maps().size() && !checked.circumstances().failures(); map++) {
      if (maps.oneWord(checked.maps().get(map)) && maps.unseen(map)) {
        found.set(map);
      }
    }
    if (!found.isEmpty()) {
      found.andNot(maps.ofOthers());
    }
    while (found.cardinality() > MOST) {
      found.clear(found.length() - 1);
    }
    if (!found.isEmpty() && target.feature(Target.Feature.TASK_STORAGE) != Target.Answer.YES) {
      found.clear();
    }
    return found;
  }

  private boolean oneWord(MapDecl map) {
    boolean word =
        map.value() instanceof Value.Counter
            || (map.value() instanceof Value.Plain plain && Layout.scalar(plain.type()));
    return word && map.key().size() == 1 && !map.lru();
  }

  private boolean unseen(int map) {
    MapDecl declared = checked.maps().get(map);
    boolean left = checked.circumstances().merged() && declared.value() instanceof Value.Plain;
    return !declared.printed()
        && (left || !checked.settings().printMapsOnExit() || clearedAtEnd.get(map));
  }

  /** Those that END clears before anything could end it. */
  private static BitSet clearedAtEnd(Checked checked) {
    BitSet maps = new BitSet();
    for (Probe probe : checked.probes()) {
      if (probe.kind() == Probe.Kind.END && probe.predicate().isEmpty()) {
        addCleared(probe.body(), maps);
      }
    }
    return maps;
  }

  private static void addCleared(List<Stmt> body, BitSet maps) {
    for (Stmt stmt : body) {
      if (stmt instanceof Stmt.Clear clear) {
        maps.set(clear.map());
      }
      for (Stmt each : Nodes.of(List.of(stmt)).statements()) {
        if (each instanceof Stmt.Exit || each instanceof Stmt.Return) {
          return;
        }
      }
    }
  }

  /** Those of which somebody asks for more than what the own thread has. */
  private BitSet ofOthers() {
    BitSet maps = new BitSet();
    for (int i = 0; i < nodes.size(); i++) {
      Probe.Kind kind = checked.probes().get(i).kind();
      for (Stmt stmt : nodes.get(i).statements()) {
        int map = Reads.mapOf(stmt);
        if (map >= 0 && !ofThread(stmt, kind)) {
          maps.set(map);
        }
      }
      for (Expr expr : nodes.get(i).expressions()) {
        int map = Reads.mapOf(expr);
        if (map >= 0 && !ofThread(expr, kind)) {
          maps.set(map);
        }
      }
    }
    return maps;
  }

  private static boolean ofThread(Stmt stmt, Probe.Kind kind) {
    return switch (stmt) {
      case Stmt.SetMap s -> ofThread(s.key(), kind);
      case Stmt.AddMap s -> ofThread(s.key(), kind);
      case Stmt.Delete s -> ofThread(s.key(), kind);
      case Stmt.Clear s -> kind == Probe.Kind.END;
      default -> false;
    };
  }

  private static boolean ofThread(Expr expr, Probe.Kind kind) {
    return switch (expr) {
      case Expr.MapValue e -> ofThread(e.key(), kind);
      case Expr.StepMap e -> ofThread(e.key(), kind);
      default -> false;
    };
  }

  /** Whether a key is the thread that makes the event, in its own time and not while it traces. */
  private static boolean ofThread(List<Expr> key, Probe.Kind kind) {
    return !key.isEmpty()
        && key.getFirst() instanceof Expr.BuiltinValue value
        && value.builtin() == Builtin.TID
        && byThreads(kind);
  }

  /** Samples can come at any moment: while the kernel makes room for a thread's values, too. */
  private static boolean byThreads(Probe.Kind kind) {
    return switch (kind) {
      case TRACEPOINT,
          DIRECT_TRACEPOINT,
          RAW_EVENT,
          UPROBE,
          URETPROBE,
          USDT,
          KPROBE,
          KRETPROBE,
          FENTRY,
          FEXIT ->
          true;
      case BEGIN, END, INTERVAL, PROFILE, SOFTWARE, HARDWARE, WATCHPOINT, ITER, SELF, TEST, BENCH ->
          false;
    };
  }
}
