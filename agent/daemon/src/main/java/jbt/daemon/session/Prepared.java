package jbt.daemon.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.Plans;
import jbt.compiler.check.Checker;
import jbt.compiler.check.ProbeListing;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;
import jbt.daemon.Policy;
import jbt.kernel.LoadException;
import jbt.kernel.LoadedPlan;
import jbt.kernel.PacketReader;
import jbt.v1.Dump;
import jbt.v1.Failure;
import jbt.v1.Keying;
import jbt.v1.Mode;
import jbt.v1.NamedText;
import jbt.v1.Start;

/** From a script to probes that are attached, within the limits. */
public final class Prepared {
  private Prepared() {}

  static Plan compile(Start start, Plans plans, Target target, Policy policy) throws Failed {
    return wanted(compile(start, parameters(start, policy), plans, target, policy), start);
  }

  /** Only the probes that are asked for; those of test and bench are told apart when they run. */
  private static Plan wanted(Plan plan, Start start) throws Failed {
    String filter = start.getProbeFilter();
    return filter.isEmpty() || start.getMode() != Mode.MODE_TRACE
        ? plan
        : NameFilter.of(filter).in(plan);
  }

  private static Plan compile(
      Start start, Parameters parameters, Plans plans, Target target, Policy policy) throws Failed {
    checkSize(start);
    Plan plan;
    try {
      plan = plans.compile(start.getScript(), start.getFile(), parameters, target);
    } catch (CompileException e) {
      throw failed(e);
    }
    if (plan.attachments().size() > policy.probes()) {
      throw new Failed(
          Failure.FAILURE_POLICY,
          "the script attaches to "
              + plan.attachments().size()
              + " probes, the limit is "
              + policy.probes());
    }
    long bytes = plan.maps().stream().mapToLong(map -> bytes(map, target.possibleCpus())).sum();
    if (bytes > policy.mapBytes()) {
      throw new Failed(
          Failure.FAILURE_POLICY,
          "the script's maps need " + bytes + " bytes, the limit is " + policy.mapBytes());
    }
    return plan;
  }

  /**
   * What the attach points of a script stand for, each once, in the order of the script.
   *
   * @param details with their arguments
   */
  public static List<String> attachPoints(
      Start start, boolean details, Target target, Policy policy) throws Failed {
    checkSize(start);
    try {
      List<String> names =
          Checker.attachPoints(
              new Source(start.getFile(), start.getScript()), parameters(start, policy), target);
      return details ? ProbeListing.described(names, target) : names;
    } catch (CompileException e) {
      throw failed(e);
    }
  }

  private static void checkSize(Start start) throws Failed {
    if (start.getScriptBytes().size() > Policy.SCRIPT_BYTES) {
      throw new Failed(
          Failure.FAILURE_POLICY,
          "the script has more than " + Policy.SCRIPT_BYTES / 1024 + " KiB");
    }
  }

  private static Failed failed(CompileException e) {
    return new Failed(
        e.noMatch()
            ? Failure.FAILURE_NO_MATCH
            : e.refused() ? Failure.FAILURE_POLICY : Failure.FAILURE_SCRIPT,
        e);
  }

  private static Parameters parameters(Start start, Policy policy) {
    Unsafe unsafe =
        !policy.unsafe() ? Unsafe.FORBIDDEN : start.getUnsafe() ? Unsafe.ALLOWED : Unsafe.NOT_ASKED;
    return new Parameters(
        start.getArgumentsList(),
        byName(start.getOptionsList()),
        byName(start.getImportsList()),
        start.getIncludesList(),
        byName(start.getSettingsList()),
        new Circumstances(
            switch (start.getMode()) {
              case MODE_TEST -> Parameters.Mode.TEST;
              case MODE_BENCH -> Parameters.Mode.BENCH;
              case MODE_TRACE, UNRECOGNIZED -> Parameters.Mode.TRACE;
            },
            start.getFailures(),
            start.getKeying() == Keying.KEYING_MERGED,
            unsafe,
            policy.files() ? Unsafe.ALLOWED : unsafe,
            process(start.getProcess()),
            process(start.getCommand())));
  }

  /** The only process that is meant, if its id is not 0. */
  public static OptionalInt process(int id) {
    return id == 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private static Map<String, String> byName(List<NamedText> entries) {
    Map<String, String> texts = new HashMap<>();
    entries.forEach(entry -> texts.put(entry.getName(), entry.getText()));
    return texts;
  }

  /** The options of a script, if they are asked for instead of a run. */
  static Optional<Dump> help(Start start, Target target, Policy policy) throws Failed {
    checkSize(start);
    try {
      return Checker.help(
              new Source(start.getFile(), start.getScript()), parameters(start, policy), target)
          .map(text -> dump(target, text));
    } catch (CompileException e) {
      throw failed(e);
    }
  }

  private static Dump dump(Target target, String text) {
    return Dump.newBuilder().setHost(target.hostName()).setText(text).build();
  }

  /** What the compiler makes of a script that it accepts. */
  static Dump dump(Start start, Target target, Policy policy) throws Failed {
    try {
      return dump(
          target,
          Compiler.dump(start.getScript(), start.getFile(), parameters(start, policy), target));
    } catch (CompileException e) {
      throw new Failed(Failure.FAILURE_SCRIPT, e);
    }
  }

  /** Memory of a full map, without the kernel's own bookkeeping. */
  private static long bytes(KernelMap map, int cpus) {
    long copies =
        switch (map.kind()) {
          case PERCPU_ARRAY, PERCPU_HASH, LRU_PERCPU_HASH -> cpus;
          case ARRAY,
              HASH,
              LRU_HASH,
              STACKS,
              UNWIND,
              RING_BUFFER,
              PACKETS,
              THREADS,
              PROGRAM_ARRAY ->
              1;
        };
    if (map.kind() == KernelMap.Kind.PACKETS) {
      return PacketReader.bytes();
    }
    return (map.keySize() + copies * Math.max(1, map.valueSize())) * map.maxEntries();
  }

  /**
   * Attaches a script's plan, or else, if the kernel refuses that, one of what is written only, in
   * code that the verifier has less work with.
   */
  static LoadedPlan attach(Plan plan, Start start, Plans plans, Target target, Policy policy)
      throws Failed {
    try {
      return attach(plan);
    } catch (LoadException e) {
      if (e.reason() != LoadException.Reason.VERIFIER
          && plan.attachments().stream()
              .noneMatch(a -> a.point() instanceof Point.DirectFunction)) {
        throw new Failed(e);
      }
    }
    Start written = asWritten(start);
    Parameters careful = parameters(written, policy).carefully();
    try {
      return attach(wanted(compile(written, careful, plans, target, policy), start));
    } catch (LoadException e) {
      throw new Failed(e);
    }
  }

  private static Start asWritten(Start start) {
    return start.toBuilder()
        .addSettings(NamedText.newBuilder().setName("kprobe_attach").setText("kprobe"))
        .addSettings(NamedText.newBuilder().setName("tracepoint_attach").setText("perf"))
        .build();
  }

  private static LoadedPlan attach(Plan plan) throws LoadException, Failed {
    LoadedPlan loaded = LoadedPlan.load(plan);
    try {
      loaded.attach();
      if (loaded.plan().attachments().isEmpty()) {
        throw new Failed(Failure.FAILURE_NO_MATCH, "No attach point of the script can be attached");
      }
      return loaded;
    } catch (LoadException | Failed | RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }
}
