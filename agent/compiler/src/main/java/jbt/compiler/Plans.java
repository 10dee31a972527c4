package jbt.compiler;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;
import jbt.compiler.target.Transcript;

/** The plans of the scripts that a host was asked for last, since people ask again and again. */
public final class Plans {
  /** That all plans that are kept may take, with their scripts. */
  private static final int MOST_BYTES = 1 << 20;

  /** Of a slot of a program's instructions, about. */
  private static final int SLOT_BYTES = 50;

  private record Key(String script, String file, Parameters parameters) {
    int bytes() {
      return script.length()
          + parameters.imports().values().stream().mapToInt(String::length).sum();
    }
  }

  private record Kept(Plan plan, Transcript transcript, int bytes) {
    static Kept of(Key key, Plan plan, Transcript transcript) {
      int slots = plan.programs().stream().mapToInt(program -> program.code().slots()).sum();
      return new Kept(plan, transcript, key.bytes() + slots * SLOT_BYTES);
    }
  }

  /** Those used least recently first. */
  private final Map<Key, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Compiles a script, if that is not done yet or the host would answer another way now.
   *
   * @param file name that diagnostics print; never opened
   * @throws CompileException with every error found
   */
  public Plan compile(String script, String file, Parameters parameters, Target target)
      throws CompileException {
    Key key = new Key(script, file, parameters);
    Optional<Kept> before = find(key);
    if (before.isPresent() && before.get().transcript.holds()) {
      return before.get().plan;
    }
    Transcript transcript = new Transcript(target);
    Plan plan = Compiler.compile(script, file, parameters, transcript);
    if (transcript.complete()) {
      keep(key, Kept.of(key, plan, transcript));
    }
    return plan;
  }

  /** Forgets them all. */
  public synchronized void forget() {
    kept.clear();
  }

  private synchronized Optional<Kept> find(Key key) {
    return Optional.ofNullable(kept.get(key));
  }

  private synchronized void keep(Key key, Kept made) {
    kept.put(key, made);
    int bytes = kept.values().stream().mapToInt(Kept::bytes).sum();
    Iterator<Kept> oldest = kept.values().iterator();
    while (bytes > MOST_BYTES) {
      bytes -= oldest.next().bytes;
      oldest.remove();
    }
  }
}
