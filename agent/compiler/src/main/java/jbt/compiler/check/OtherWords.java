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
          Map.entry("inet_ntoa", "ntop()"));

  private static final Map<String, String> VALUES =
      Map.of(
          "execname", "comm",
          "timestamp", "nsecs",
          "walltimestamp", "nsecs(tai)",
          "probefunc", "func",
          "probename", "probe",
          "stack", "kstack",
          "tgid", "pid");

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
