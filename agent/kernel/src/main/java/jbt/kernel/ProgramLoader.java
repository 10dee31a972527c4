package jbt.kernel;

import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.SystemCallException;

/** Loads a program; when the verifier refuses it, finds out why and where. */
final class ProgramLoader {
  private static final int LOG_SIZE = 16 << 20;

  /** How a verifier log shows an instruction: {@code 17: (85) call bpf_map_lookup_elem#1}. */
  private static final Pattern INSTRUCTION = Pattern.compile("^(\\d+): \\([0-9a-f]{2}\\)");

  /** How it ends: {@code processed 24 insns (limit 1000000) ...}. */
  private static final String SUMMARY = "processed ";

  /** Of the names of all functions that read any memory, in a complaint that there are none. */
  private static final String READ_MEMORY = " bpf_probe_read";

  private ProgramLoader() {}

  static Fd load(Program program, IntUnaryOperator mapFd) throws LoadException {
    try (Fd types =
        program.attachModule().isEmpty() ? Fd.none() : moduleTypes(program.attachModule())) {
      return load(program, mapFd, types);
    }
  }

  /** A module that is gone since the script was compiled has no types either. */
  private static Fd moduleTypes(String module) throws LoadException {
    try {
      return Bpf.types(module);
    } catch (SystemCallException e) {
      throw LoadException.of("open the type information of module " + module, e);
    }
  }

  private static Fd load(Program program, IntUnaryOperator mapFd, Fd types) throws LoadException {
    int module = program.attachModule().isEmpty() ? -1 : types.number();
    byte[] code = program.code().encode(mapFd);
    List<Integer> routines = program.code().routineSlots();
    int type =
        switch (program.kind()) {
          case RAW_TRACEPOINT, DIRECT_TRACEPOINT -> Bpf.PROGRAM_TYPE_RAW_TRACEPOINT;
          case TRACEPOINT -> Bpf.PROGRAM_TYPE_TRACEPOINT;
          case PERF_EVENT -> Bpf.PROGRAM_TYPE_PERF_EVENT;
          case RAW_EVENT, FENTRY, FEXIT, ITER -> Bpf.PROGRAM_TYPE_TRACING;
          case UPROBE, UPROBE_MULTI, KPROBE, KPROBE_MULTI -> Bpf.PROGRAM_TYPE_KPROBE;
        };
    Bpf.AttachTo attach =
        switch (program.kind()) {
          case RAW_EVENT -> Bpf.AttachTo.rawTracepoint(program.attachTo(), module);
          case FENTRY -> Bpf.AttachTo.entry(program.attachTo(), module);
          case FEXIT -> Bpf.AttachTo.exit(program.attachTo(), module);
          case ITER -> Bpf.AttachTo.iterator(program.attachTo());
          case UPROBE_MULTI -> Bpf.AttachTo.UPROBES;
          case KPROBE_MULTI -> Bpf.AttachTo.KPROBES;
          case RAW_TRACEPOINT, DIRECT_TRACEPOINT, TRACEPOINT, PERF_EVENT, UPROBE, KPROBE ->
              Bpf.AttachTo.NOTHING;
        };
    try {
      return Bpf.load(type, attach, code, routines, program.name());
    } catch (SystemCallException e) {
      if (e.errno() == SystemCallException.E2BIG) {
        // It has looked at a million instructions: again and with a log takes seconds.
        throw new LoadException(
            LoadException.Reason.VERIFIER,
            "the kernel's verifier does not finish with program "
                + program.name()
                + ": there are too many ways through it",
            range(program, 0),
            "");
      }
      if (e.errno() == SystemCallException.EPERM && isFunction(program)) {
        throw new LoadException(
            LoadException.Reason.FEATURE,
            "load program "
                + program.name()
                + ": this kernel refuses fentry and fexit (it is locked down, or built without"
                + " what they need)"
                + (EventSources.has("kprobe") ? "; kprobe may do" : ""));
      }
      // A second time, with the log: that makes loading several times slower.
      Bpf.LoadResult again = Bpf.tryLoad(type, attach, code, routines, program.name(), LOG_SIZE);
      String log = again.log();
      if (log.isBlank() || again.errno() == 0) {
        throw LoadException.of("load program " + program.name(), e);
      }
      if (verdict(log).contains(READ_MEMORY) && Lockdown.confidential()) {
        throw new LoadException(
            LoadException.Reason.FEATURE,
            "load program "
                + program.name()
                + ": this kernel is locked down (confidentiality): programs may not read its memory",
            range(program, log),
            log);
      }
      throw new LoadException(
          LoadException.Reason.VERIFIER,
          "the kernel's verifier refuses program " + program.name() + ": " + verdict(log),
          range(program, log),
          log);
    }
  }

  private static boolean isFunction(Program program) {
    return program.kind() == Program.Kind.FENTRY || program.kind() == Program.Kind.FEXIT;
  }

  /** The last line of the log that says something about the program. */
  static String verdict(String log) {
    return log.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith(SUMMARY))
        .reduce((first, second) -> second)
        .orElse("no reason given");
  }

  /** The piece of the script of the last instruction that the verifier looked at. */
  static Optional<SourceRange> range(Program program, String log) {
    Optional<Integer> slot =
        log.lines()
            .map(INSTRUCTION::matcher)
            .filter(Matcher::find)
            .map(matcher -> Integer.parseInt(matcher.group(1)))
            .reduce((first, second) -> second);
    return slot.flatMap(s -> range(program, s));
  }

  private static Optional<SourceRange> range(Program program, int slot) {
    int end = 0;
    for (int i = 0; i < program.code().instructions().size(); i++) {
      Instruction instruction = program.code().instructions().get(i);
      end += instruction.slots();
      if (slot < end) {
        return i < program.lines().size() ? Optional.of(program.lines().get(i)) : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
