package jbt.compiler.plan;

/**
 * One attach point.
 *
 * @param program place in {@link Plan#programs}
 * @param cookie what bpf_get_attach_cookie gives there: the place in {@link Plan#namesByCookie}
 * @param given the name that the script gives it, "" if it gives none
 */
public record Attachment(int program, Point point, int cookie, String given) {
  /** Where a program is attached. */
  public sealed interface Point {
    /** Run once before the gate opens. */
    record Begin() implements Point {}

    /** Run once after everything is detached. */
    record End() implements Point {}

    /** Run whenever whoever traces gets SIGUSR1. */
    record Signal() implements Point {}

    /** Run once, to see what it returns. */
    record Test(String name) implements Point {}

    /** Run again and again, to see how long it takes. */
    record Bench(String name) implements Point {}

    record Tracepoint(String category, String event, int id) implements Point {}

    /**
     * A tracepoint without its record.
     *
     * @param module whose type information has it, "" for the kernel's
     * @param typeId of the tracepoint's function there
     */
    record RawTracepoint(String event, String module, int typeId) implements Point {}

    /** A tracepoint by the name that the kernel itself gives it, without its record. */
    record DirectTracepoint(String event) implements Point {}

    /**
     * A place in the kernel's code.
     *
     * @param symbol the function, with its module and a colon in front if it is in one; "" if the
     *     kernel has several of this name, so that only the address tells
     * @param address of the function, 0 if it is not known
     * @param offset from there
     * @param returns where the function returns
     */
    record Kprobe(String symbol, long address, long offset, boolean returns) implements Point {}

    /**
     * Where a function of the kernel begins or returns, by its type.
     *
     * @param module whose type information has it, "" for the kernel's
     * @param typeId of the function there
     */
    record KernelFunction(String module, int typeId, boolean returns) implements Point {}

    /** The same for a program that the script has at a kprobe or a tracepoint. */
    record DirectFunction(String module, int typeId, boolean returns) implements Point {}

    /** A hardware event of perf_event_open(2) on every processor, once every {@code count}. */
    record Hardware(String name, long config, long count) implements Point {}

    /**
     * Accesses to memory.
     *
     * @param mode bits of HW_BREAKPOINT_*
     */
    record Watchpoint(long address, int length, int mode) implements Point {}

    /**
     * All objects of a kind, once after the gate opens.
     *
     * @param typeId of the iterator's function in the kernel's type information
     */
    record Iterator(String name, int typeId) implements Point {}

    /** On one processor, every {@code periodNs}. */
    record Interval(long periodNs) implements Point {}

    /** On every processor, every {@code periodNs} of processor time. */
    record Profile(long periodNs) implements Point {}

    /** A software event of perf_event_open(2) on every processor, once every {@code count}. */
    record Software(String name, long config, long count) implements Point {}

    /**
     * A place in a program or library.
     *
     * @param offset in the file
     * @param returns where the function that begins there returns
     * @param counter offset in the file of the counter of those who listen, 0 without one
     */
    record Uprobe(String file, long offset, boolean returns, long counter) implements Point {}
  }
}
