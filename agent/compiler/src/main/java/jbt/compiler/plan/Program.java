package jbt.compiler.plan;

import java.util.List;
import jbt.compiler.bpf.Code;
import jbt.compiler.lang.SourceRange;

/**
 * One BPF program.
 *
 * @param name at most 15 bytes of {@code [A-Za-z0-9_]}, as the kernel demands
 * @param attachTo id in the kernel's type information of what the program is for; 0 for kinds that
 *     are told when they are attached
 * @param attachModule whose type information has it, "" for the kernel's own
 * @param code the instructions, with maps as symbols
 * @param lines for each instruction of {@code code} the piece of the script it comes from
 */
public record Program(
    String name, Kind kind, int attachTo, String attachModule, Code code, List<SourceRange> lines) {
  public Program {
    lines = List.copyOf(lines);
  }

  /** One of a kind that is told what it is for when it is attached. */
  public Program(String name, Kind kind, Code code, List<SourceRange> lines) {
    this(name, kind, 0, "", code, lines);
  }

  /** The kernel's program types that probes use. */
  public enum Kind {
    /** BEGIN, END and others that nothing in the kernel starts: run by BPF_PROG_TEST_RUN. */
    RAW_TRACEPOINT,
    TRACEPOINT,
    PERF_EVENT,
    /** On a tracepoint itself, with its arguments as the kernel's types. */
    RAW_EVENT,
    /**
     * On a tracepoint, without its record; the context is its arguments, 8 bytes each. The kernel
     * need not tell its types.
     */
    DIRECT_TRACEPOINT,
    /** A place in a program; the context is its registers. */
    UPROBE,
    /** The same for many places by one link. */
    UPROBE_MULTI,
    /** A place in the kernel's code; the context is its registers. */
    KPROBE,
    /** Many functions of the kernel by one link. */
    KPROBE_MULTI,
    /** The entry of a kernel function, with its arguments as the kernel's types. */
    FENTRY,
    /** Its return: the arguments, then what it returns. */
    FEXIT,
    /** Run for each of the kernel's objects of a kind. */
    ITER
  }
}
