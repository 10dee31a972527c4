package jbt.cli.render;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import jbt.server.targets.FoldedNames;
import jbt.v1.Decision;
import jbt.v1.HostReport;

/** Which hosts took which branch of an {@code if comptime}. */
public final class Decisions {
  private Decisions() {}

  /** A line for each condition that hosts decided differently. */
  public static List<String> lines(Collection<HostReport> reports) {
    Map<String, SortedSet<String>> holding = new LinkedHashMap<>();
    Map<String, SortedSet<String>> others = new LinkedHashMap<>();
    for (HostReport report : reports) {
      for (Decision decision : report.getDecisionsList()) {
        (decision.getHolds() ? holding : others)
            .computeIfAbsent(decision.getPlace(), p -> new TreeSet<>())
            .add(report.getHost());
      }
    }
    List<String> lines = new ArrayList<>();
    holding.forEach(
        (place, hosts) -> {
          if (others.containsKey(place)) {
            lines.add(
                "%s: comptime is true on %s, false on %s"
                    .formatted(
                        place, FoldedNames.fold(hosts), FoldedNames.fold(others.get(place))));
          }
        });
    return lines;
  }
}
