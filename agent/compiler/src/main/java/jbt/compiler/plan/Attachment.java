package jbt.compiler.plan;

/**
 * One attach point.
 *
 * @param program place in {@link Plan#programs}
 * @param cookie what bpf_get_attach_cookie gives there: the place in {@link Plan#attachPointNames}
 */
public record Attachment(int program, Point point, int cookie) {
  /** Where a program is attached. */
  public sealed interface Point {
    /** Run once before the gate opens. */
    record Begin() implements Point {}

    /** Run once after everything is detached. */
    record End() implements Point {}

    record Tracepoint(String category, String event, int id) implements Point {}

    /**
     * A tracepoint without its record.
     *
     * @param typeId of the tracepoint's function in the kernel's type information
     */
    record RawTracepoint(String event, int typeId) implements Point {}

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
