package jbt.cli.render;

import java.util.List;
import java.util.Locale;
import jbt.v1.ProbeResult;

/** What came of the tests or benches of one host, as tables for people. */
final class ResultText {
  private static final long NANOS_A_MILLI = 1_000_000;
  private static final String GREEN = "32";
  private static final String RED = "31";

  private ResultText() {}

  /** Each test with what it printed, then how many passed and which did not. */
  static void tests(Bytes out, List<ProbeResult> results, boolean colour) {
    for (ProbeResult result : results) {
      boolean passed = result.getCode() == 0;
      long millis = result.getDurationNs() / NANOS_A_MILLI;
      tag(out, "[ RUN      ]", GREEN, colour).add(result.getName()).add('\n');
      out.add(result.getOutput().toByteArray());
      if (!result.getOutput().isEmpty() && !result.getOutput().toStringUtf8().endsWith("\n")) {
        out.add('\n');
      }
      tag(out, passed ? "[       OK ]" : "[  FAILED  ]", passed ? GREEN : RED, colour)
          .add(result.getName() + " (" + millis + " ms)\n");
    }
    List<ProbeResult> failed = results.stream().filter(r -> r.getCode() != 0).toList();
    tag(out, "[==========]", GREEN, colour).add(count(results.size()) + " ran.\n");
    tag(out, "[  PASSED  ]", GREEN, colour).add(count(results.size() - failed.size())).add(".\n");
    for (ProbeResult result : failed) {
      tag(out, "[  FAILED  ]", RED, colour)
          .add(result.getName() + " (returned " + result.getCode() + ")\n");
    }
  }

  private static String count(int tests) {
    return tests == 1 ? "1 test" : tests + " tests";
  }

  private static Bytes tag(Bytes out, String text, String number, boolean colour) {
    return colour ? out.add("\033[" + number + "m" + text + "\033[0m ") : out.add(text).add(' ');
  }

  static void benches(Bytes out, List<ProbeResult> results) {
    int width = Math.max(9, results.stream().mapToInt(r -> r.getName().length()).max().orElse(0));
    String header = row(width, "Benchmark", "Time(ns)", "Iterations");
    out.add(header).add('\n').add("-".repeat(header.length())).add('\n');
    for (ProbeResult result : results) {
      out.add(row(width, result.getName(), "" + average(result), "" + result.getRuns())).add('\n');
    }
  }

  private static String row(int width, String name, String time, String runs) {
    return String.format(Locale.ROOT, "%-" + width + "s %12s %12s", name, time, runs);
  }

  /** In nanoseconds, rounded. */
  static long average(ProbeResult result) {
    long runs = Math.max(1, result.getRuns());
    return (result.getDurationNs() + runs / 2) / runs;
  }
}
