package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Plan;

/** A script on this kernel, as an agent runs it, for tests. */
final class ScriptSession implements AutoCloseable {
  private static final HostTarget TARGET = new HostTarget("here");

  private final Plan plan;
  private final LoadedPlan loaded;

  private ScriptSession(Plan plan, LoadedPlan loaded) {
    this.plan = plan;
    this.loaded = loaded;
  }

  /** Compiles, loads, attaches, runs BEGIN and opens the gate. PID in the script is ours. */
  static ScriptSession start(String script) throws Exception {
    return start(script, Parameters.NONE);
  }

  /** The same with --unsafe. */
  static ScriptSession startUnsafe(String script) throws Exception {
    return start(script, Unsafe.ALLOWED, OptionalInt.empty());
  }

  /** The same with -p. */
  static ScriptSession startFor(Process process, String script) throws Exception {
    return start(script, Unsafe.NOT_ASKED, OptionalInt.of((int) process.pid()));
  }

  private static ScriptSession start(String script, Unsafe unsafe, OptionalInt process)
      throws Exception {
    Circumstances circumstances =
        new Circumstances(Parameters.Mode.TRACE, unsafe, unsafe, process, OptionalInt.empty());
    return start(script, new Parameters(circumstances));
  }

  private static ScriptSession start(String script, Parameters parameters) throws Exception {
    String text = script.replace("PID", Long.toString(ProcessHandle.current().pid()));
    TARGET.refresh();
    Plan plan = Compiler.compile(text, "test", parameters, TARGET);
    LoadedPlan loaded;
    try {
      loaded = LoadedPlan.load(plan);
    } catch (LoadException e) {
      if (e.reason() != LoadException.Reason.VERIFIER || parameters.circumstances().careful()) {
        throw e;
      }
      return start(script, parameters.carefully());
    }
    ScriptSession session = new ScriptSession(plan, loaded);
    try {
      loaded.attach();
      loaded.runBegin();
      loaded.openGate();
      return session;
    } catch (LoadException | RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** Closes the gate, lets running programs end, detaches, and runs END. */
  void stop() {
    loaded.closeGate();
    loaded.gracePeriod();
    loaded.detach();
    loaded.runEnd();
  }

  Plan plan() {
    return plan;
  }

  LoadedPlan loaded() {
    return loaded;
  }

  /** The rows of the current generation of a map. */
  Map<List<Object>, Row> rows(String map) {
    int place = place(map);
    return Row.of(plan, loaded.read(place, loaded.generation(place)));
  }

  /** What there is for each stack that is a key of a map, by its frames. */
  Map<List<Long>, Long> stacks(String map) {
    MapContents contents = loaded.read(place(map), 0);
    LongBuffer keys =
        ByteBuffer.wrap(contents.keys()).order(ByteOrder.nativeOrder()).asLongBuffer();
    Map<List<Long>, Long> stacks = new LinkedHashMap<>();
    for (int i = 0; i < contents.rows(); i++) {
      Stack stack = loaded.stack(keys.get(2 * i), keys.get(2 * i + 1)).orElseThrow();
      stacks.put(Arrays.stream(stack.frames()).boxed().toList(), contents.words()[i]);
    }
    return stacks;
  }

  /** The row of a key, without parts for a map without key. */
  Row row(String map, Object... key) {
    Row row = rows(map).get(List.of(key));
    if (row == null) {
      throw new AssertionError(map + " has nothing for " + List.of(key));
    }
    return row;
  }

  List<Long> words(String map, Object... key) {
    return row(map, key).words();
  }

  /** All losses from one source. */
  long lost(LossCounter.Source source) {
    long[] losses = loaded.losses();
    long sum = 0;
    for (int i = 0; i < losses.length; i++) {
      if (plan.lossCounters().get(i).source() == source) {
        sum += losses[i];
      }
    }
    return sum;
  }

  int place(String map) {
    for (int i = 0; i < plan.scriptMaps().size(); i++) {
      if (plan.scriptMaps().get(i).name().equals(map)) {
        return i;
      }
    }
    throw new AssertionError("no map " + map);
  }

  @Override
  public void close() {
    loaded.close();
  }
}
