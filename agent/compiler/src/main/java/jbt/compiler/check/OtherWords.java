package jbt.compiler.check;

import java.util.List;
import java.util.Map;

/** What C, DTrace and SystemTap call functions and values of this language. */
final class OtherWords {
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("ntohs", "bswap() of a uint16"),
          Map.entry("htons", "bswap() of a uint16"),
          Map.entry("ntohl", "bswap() of a uint32"),
          Map.entry("htonl", "bswap() of a uint32"),
          Map.entry("be16_to_cpu", "bswap() of a uint16"),
          Map.entry("be32_to_cpu", "bswap() of a uint32"),
          Map.entry("quantize", "hist()"),
          Map.entry("lquantize", "lhist()"),
          Map.entry("printa", "print()"),
          Map.entry("trace", "print()"),
          Map.entry("println", "print()"),
          Map.entry("copyinstr", "str()"),
          Map.entry("stringof", "str()"),
          Map.entry("user_string", "str()"),
          Map.entry("kernel_string", "str()"),
          Map.entry("inet_ntoa", "ntop()"),
          Map.entry("strcmp", "== or !="),
          Map.entry("length", "strlen(), for maps len()"),
          Map.entry("contains", "strcontains()"),
          Map.entry("average", "avg()"),
          Map.entry("mean", "avg()"),
          Map.entry("maximum", "max()"),
          Map.entry("minimum", "min()"),
          Map.entry("histogram", "hist()"),
          Map.entry("hist_log", "hist()"),
          Map.entry("hist_linear", "lhist()"),
          Map.entry("quit", "exit()"),
          Map.entry("puts", "print()"),
          Map.entry("echo", "print()"),
          Map.entry("random", "rand"),
          Map.entry("getpid", "pid"),
          Map.entry("gettid", "tid"),
          Map.entry("getuid", "uid"),
          Map.entry("execname", "comm"),
          Map.entry("probefunc", "func"),
          Map.entry("backtrace", "kstack"),
          Map.entry("ubacktrace", "ustack"),
          Map.entry("print_backtrace", "print(kstack)"),
          Map.entry("print_ubacktrace", "print(ustack)"),
          Map.entry("gettimeofday_ns", "nsecs(tai)"),
          Map.entry("ktime_get_ns", "nsecs(monotonic)"),
          Map.entry("bpf_ktime_get_ns", "nsecs(monotonic)"),
          Map.entry("bpf_trace_printk", "printf()"),
          Map.entry("bpf_get_current_comm", "comm"),
          Map.entry("bpf_get_current_pid_tgid", "pid or tid"));

  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("execname", "comm"),
          Map.entry("process", "comm"),
          Map.entry("timestamp", "nsecs"),
          Map.entry("nanosecs", "nsecs"),
          Map.entry("ns", "nsecs"),
          Map.entry("walltimestamp", "nsecs(tai)"),
          Map.entry("probefunc", "func"),
          Map.entry("probename", "probe"),
          Map.entry("stack", "kstack"),
          Map.entry("tgid", "pid"),
          Map.entry("user", "username"),
          Map.entry("hostname", "host"),
          Map.entry("current", "curtask"),
          Map.entry("curthread", "curtask"),
          Map.entry("task", "curtask"),
          Map.entry("self", "@name[tid]"),
          Map.entry("True", "true"),
          Map.entry("False", "false"),
          Map.entry("None", "0"),
          Map.entry("nil", "0"),
          Map.entry("null", "0"));

  private OtherWords() {}

  static List<String> forFunction(String name) {
    String ours = FUNCTIONS.get(name);
    return ours == null ? List.of() : List.of("That is " + ours + " here");
  }

  /** For a name that is none of a value, which may be that of a function. */
  static List<String> forValue(String name) {
    if (Calls.allNames().contains(name)) {
      return List.of("'%s' is a function: %<s()".formatted(name));
    }
    String ours = VALUES.get(name);
    return ours == null ? List.of() : List.of("That is " + ours + " here");
  }
}
