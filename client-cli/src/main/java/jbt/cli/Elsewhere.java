package jbt.cli;

import java.util.Map;
import java.util.Optional;

/** Options of bpftrace that jbt-remote has not, and what it has instead. */
final class Elsewhere {
  private static final Map<String, String> INSTEAD =
      Map.of(
          "--aot", "jbt makes no binaries of scripts, and compiles them where they run",
          "--debuginfo", "debug information is looked for beside a program and in /usr/lib/debug",
          "--dwarf-pid", "dw_ustack unwinds the process of -p",
          "--emit-elf", "jbt makes no object files, but -d prints the instructions",
          "--emit-llvm", "jbt is without LLVM, but -d prints its intermediate code",
          "--fmt", "jbt has no formatter of scripts",
          "--no-feature", "jbt uses what the kernel has, see --info",
          "--traceable-functions", "the kernel itself is asked what can be traced",
          "--verify-llvm-ir", "jbt is without LLVM, and the kernel verifies every program");

  private Elsewhere() {}

  /** {@code option} with its dashes, and perhaps with a value. */
  static Optional<String> instead(String option) {
    String name = option.split("=", 2)[0];
    return Optional.ofNullable(INSTEAD.get(name))
        .map(text -> "no such option: " + name + " (" + text + ")");
  }

  /** {@code mode}: a value of --mode that is none here. */
  static String mode(String mode) {
    return "--mode is test or bench, not "
        + mode
        + switch (mode) {
          case "codegen", "compiler-bench" -> " (-d compiles a script and runs nothing)";
          case "format" -> " (" + INSTEAD.get("--fmt") + ")";
          default -> "";
        };
  }
}
