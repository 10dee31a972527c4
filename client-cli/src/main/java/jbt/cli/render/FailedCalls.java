package jbt.cli.render;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import jbt.v1.FailedCall;
import jbt.v1.HostReport;

/**
 * Calls that failed at one place of the script.
 *
 * @param call with the count of all hosts together
 */
public record FailedCalls(FailedCall call, SortedSet<String> hosts) {
  /** Those of all hosts, the same place once. */
  public static List<FailedCalls> of(Collection<HostReport> reports) {
    Map<FailedCall, FailedCalls> all = new LinkedHashMap<>();
    for (HostReport report : reports) {
      for (FailedCall call : report.getFailedCallsList()) {
        SortedSet<String> host = new TreeSet<>(List.of(report.getHost()));
        all.merge(
            call.toBuilder().clearCount().build(), new FailedCalls(call, host), FailedCalls::plus);
      }
    }
    return List.copyOf(all.values());
  }

  private FailedCalls plus(FailedCalls other) {
    SortedSet<String> both = new TreeSet<>(hosts);
    both.addAll(other.hosts);
    long sum = call.getCount() + other.call.getCount();
    return new FailedCalls(call.toBuilder().setCount(sum).build(), both);
  }

  /** The warning with how often. */
  String text() {
    String times = call.getCount() == 1 ? " (once)" : " (" + call.getCount() + " times)";
    return call.getText().replaceFirst("\n|$", times + "\n");
  }
}
