package jbt.compiler.plan;

/**
 * Layout of the global data that programs and user space share. Offsets in bytes.
 *
 * @param size of the whole
 * @param gate u32 in each processor's area, so that a program looks at one page of memory: 0
 *     closed, 1 open. All programs but BEGIN, END, tests and benches return at once when it is 0;
 *     exit() stores 0 in all areas
 * @param startTime u64: CLOCK_BOOTTIME in nanoseconds when the gate opened, set by user space
 * @param wallOffset u64: what the wall clock, in nanoseconds since 1970, is ahead of
 *     CLOCK_BOOTTIME; set by user space with startTime
 * @param exitCode u32: the argument of exit(), or what a test returned
 * @param exited u64: exit() stores 1 before it closes the gates; whoever opens them looks at it
 *     afterwards
 * @param cpuStride distance between the per-CPU areas of two processors; a per-CPU offset is
 *     counted from the start of the processor's area, that is {@code cpuArea + cpu * cpuStride}
 */
public record Globals(
    int size,
    int gate,
    int startTime,
    int wallOffset,
    int exitCode,
    int exited,
    int cpuArea,
    int cpuStride) {}
