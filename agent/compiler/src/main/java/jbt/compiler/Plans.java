package jbt.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;
import jbt.compiler.target.Transcript;

/** The plans of the scripts that a host was asked for last, since people ask again and again. */
public final class Plans {
  /** That all plans that are kept may take, with their scripts. */
  private static final int MOST_BYTES = 1 << 20;

  /** Of an instruction of a program, about. */
  private static final int INSTRUCTION_BYTES = 50;

  private record Kept(
      String script,
      String file,
      Parameters parameters,
      Plan plan,
      Transcript transcript,
      int bytes) {
    static Kept of(
        String script, String file, Parameters parameters, Plan plan, Transcript transcript) {
      int instructions =
          plan.programs().stream().mapToInt(it -> it.code().instructions().size()).sum();
      int imports = parameters.imports().values().stream().mapToInt(String::length).sum();
      int bytes = script.length() + imports + instructions * INSTRUCTION_BYTES;
      return new Kept(script, file, parameters, plan, transcript, bytes);
    }
  }

  /**
   * Those used least recently first. Not a map: a process that compiles once would spend more on
   * the first hash of a record than on all that is here.
   */
  private final List<Kept> kept = new ArrayList<>();

  /**
   * Compiles a script, if that is not done yet or the host would answer another way now.
   *
   * @param file name that diagnostics print; never opened
   * @throws CompileException with every error found
   */
  public Plan compile(String script, String file, Parameters parameters, Target target)
      throws CompileException {
    Optional<Kept> before = take(script, file, parameters);
    if (before.isPresent() && before.get().transcript.holds()) {
      keep(before.get());
      return before.get().plan;
    }
    Transcript transcript = new Transcript(target);
    Plan plan = Compiler.compile(script, file, parameters, transcript);
    if (transcript.complete()) {
      keep(Kept.of(script, file, parameters, plan, transcript));
    }
    return plan;
  }

  /** Forgets them all. */
  public synchronized void forget() {
    kept.clear();
  }

  /** Takes it out, if it is there; who used it keeps it again. */
  private synchronized Optional<Kept> take(String script, String file, Parameters parameters) {
    for (int i = 0; i < kept.size(); i++) {
      Kept one = kept.get(i);
      if (one.script.equals(script) && one.file.equals(file) && one.parameters.equals(parameters)) {
        return Optional.of(kept.remove(i));
      }
    }
    return Optional.empty();
  }

  private synchronized void keep(Kept used) {
    kept.add(used);
    int bytes = kept.stream().mapToInt(Kept::bytes).sum();
    while (bytes > MOST_BYTES) {
      bytes -= kept.removeFirst().bytes;
    }
  }
}
