package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.bpf.Callee;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.target.TracepointFormat.Field;
import jbt.compiler.types.Type;

/**
 * A script on two processors of a machine without a kernel. Its last program is run by records of a
 * made-up tracepoint x:call with the field {@code long id}; {@code comm} is "comm".
 */
final class ScriptRun {
  static final FixedTarget TARGET =
      new FixedTarget(
          2,
          Map.of(
              "x:call", new TracepointFormat(1, List.of(new Field("id", "long", 0, 8, 8, true)))));

  private final Plan plan;
  private final Machine machine;

  private ScriptRun(Plan plan) {
    this.plan = plan;
    this.machine = new Machine(plan, 2);
    machine.environment().comm = "comm";
  }

  /** Compiles a script and runs its BEGIN. */
  static ScriptRun of(String script) {
    return of(script, Parameters.NONE);
  }

  static ScriptRun of(String script, Parameters parameters) {
    try {
      ScriptRun run = new ScriptRun(Compiler.compile(script, "test", parameters, TARGET));
      run.machine.begin();
      return run;
    } catch (CompileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  Plan plan() {
    return plan;
  }

  /** How many calls of a helper the programs have. */
  long calls(Helper helper) {
    return plan.programs().stream()
        .flatMap(program -> program.code().instructions().stream())
        .filter(
            instruction ->
                instruction instanceof Instruction.Call(Callee callee) && callee == helper)
        .count();
  }

  /** How often the programs have asked for the process and thread. */
  int timesAsked() {
    return machine.environment().timesAsked;
  }

  /** What is fired from now on is by that thread. */
  void onThread(int tid) {
    machine.environment().tid = tid;
    machine.environment().task = 0xffff_8880_0000_0000L + tid;
  }

  void fire(int processor, long id) {
    ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    machine.run(plan.programs().size() - 1, processor, record.putLong(8, id).array());
  }

  /** The arguments of the printf records since the last call. */
  List<List<Object>> lines() {
    return machine.drain(KernelMap.DATA_RING).stream()
        .map(record -> ScriptExpectations.arguments(plan, record))
        .toList();
  }

  /** The value of a map without key, 0 if it has none. */
  long only(String name) {
    return words(name).getOrDefault(List.of(), 0L);
  }

  /** The first word of each key, keys as their words and texts; all-zero values left out. */
  Map<List<Object>, Long> words(String name) {
    int map = map(name);
    Map<List<Object>, Long> all = new LinkedHashMap<>();
    ScriptExpectations.withoutZeros(machine.contents(map, machine.generation(map)))
        .forEach((key, words) -> all.put(parts(map, key), words.getFirst()));
    return all;
  }

  private int map(String name) {
    for (int i = 0; i < plan.scriptMaps().size(); i++) {
      if (plan.scriptMaps().get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private List<Object> parts(int map, Bytes key) {
    ByteBuffer in = ByteBuffer.wrap(key.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    List<Object> parts = new ArrayList<>();
    for (Type type : plan.scriptMaps().get(map).key()) {
      byte[] part = new byte[type.storedSize()];
      in.get(part);
      parts.add(
          type instanceof Type.Str
              ? new String(part, StandardCharsets.ISO_8859_1).replace("\0", "")
              : ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }
    return parts;
  }
}
