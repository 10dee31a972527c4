package jbt.compiler.plan;

import java.util.List;
import jbt.compiler.bpf.Code;
import jbt.compiler.lang.SourceRange;

/**
 * One BPF program.
 *
 * @param name at most 15 bytes of {@code [A-Za-z0-9_]}, as the kernel demands
 * @param code the instructions, with maps as symbols
 * @param attachTo id in the kernel's type information of what the program is for; 0 for kinds that
 *     are told when they are attached
 * @param lines for each instruction of {@code code} the piece of the script it comes from
 */
public record Program(String name, Kind kind, int attachTo, Code code, List<SourceRange> lines) {
  public Program {
    lines = List.copyOf(lines);
  }

  /** One of a kind that is told what it is for when it is attached. */
  public Program(String name, Kind kind, Code code, List<SourceRange> lines) {
    this(name, kind, 0, code, lines);
  }

  /** The kernel's program types that probes use. */
  public enum Kind {
    /** BEGIN and END: run once by BPF_PROG_TEST_RUN. */
    RAW_TRACEPOINT,
    TRACEPOINT,
    PERF_EVENT,
    /** On a tracepoint itself, with its arguments as the kernel's types. */
    RAW_EVENT,
    /** A place in a program; the context is its registers. */
    UPROBE,
    /** The same for many places by one link. */
    UPROBE_MULTI
  }
}
