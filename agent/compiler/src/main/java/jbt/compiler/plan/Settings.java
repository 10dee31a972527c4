package jbt.compiler.plan;

/**
 * What the {@code config} block of a script sets and something depends on.
 *
 * @param maxMapKeys keys of a map that is not declared
 * @param maxStrlen characters that {@code str()} keeps
 * @param missingProbes what an attach point is that matches nothing, or that the kernel refuses
 * @param printMapsOnExit the maps are shown at the end
 * @param stackMode how stacks are shown: bpftrace, perf, raw or build_id
 * @param maxProbes attach points that a script may have
 * @param maxCatBytes of a file that {@code cat} shows
 * @param tracepointAttach how programs are attached to tracepoints
 * @param kprobeAttach how programs are attached to functions of the kernel
 * @param cppDemangle names of functions are shown as C++ and Rust write them
 * @param license one that goes with the kernel's, under which all programs are loaded
 * @param truncationTrailer what stands behind a text that may have been longer, as its bytes
 * @param typeinfo what {@code typeinfo()} is, which bpftrace may change
 * @param tseries what {@code tseries()} is
 * @param unwinding what {@code dw_ustack} is
 */
public record Settings(
    int maxMapKeys,
    int maxStrlen,
    Missing missingProbes,
    boolean printMapsOnExit,
    String stackMode,
    int maxProbes,
    int maxCatBytes,
    TracepointAttach tracepointAttach,
    KprobeAttach kprobeAttach,
    boolean cppDemangle,
    String license,
    String truncationTrailer,
    Unstable typeinfo,
    Unstable tseries,
    Unstable unwinding) {
  public static final Settings DEFAULT =
      new Settings(
          4096,
          1024,
          Missing.ERROR,
          true,
          "bpftrace",
          1024,
          10_240,
          TracepointAttach.AUTO,
          KprobeAttach.AUTO,
          true,
          "GPL",
          "..",
          Unstable.ERROR,
          Unstable.ENABLE,
          Unstable.ENABLE);

  /**
   * By perf events, for which the kernel makes a record of each event, or where that changes
   * nothing that the script can see to the kernel's own tracepoint, or to the function of a system
   * call.
   */
  public enum TracepointAttach {
    /** The way that costs all traced processes least. */
    AUTO,
    PERF,
    /**
     * The second wherever it is possible: also for a single system call, whose program then runs at
     * all of them.
     */
    RAW
  }

  public enum KprobeAttach {
    /** By fentry and fexit where that changes nothing that the script can see. */
    AUTO,
    KPROBE
  }

  /** Whether what later versions may change may be used. */
  public enum Unstable {
    ERROR,
    WARN,
    ENABLE
  }

  public enum Missing {
    ERROR,
    WARN,
    IGNORE
  }
}
