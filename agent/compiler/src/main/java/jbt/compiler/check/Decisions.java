package jbt.compiler.check;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Decision;

/** Which branches were taken when the script was compiled. */
final class Decisions {
  /** A condition is checked for each program of its block, and wherever its macro stands. */
  private final Map<SourceRange, Set<Boolean>> taken = new HashMap<>();

  void add(SourceRange condition, boolean holds) {
    taken.computeIfAbsent(condition, c -> new TreeSet<>()).add(holds);
  }

  /**
   * Those that were the same everywhere, and so may tell of the host, in the order of the script.
   */
  List<Decision> of(Source source) {
    return taken.entrySet().stream()
        .filter(each -> each.getValue().size() == 1)
        .sorted(Comparator.comparingInt(each -> each.getKey().start()))
        .map(each -> new Decision(source.place(each.getKey()), each.getValue().contains(true)))
        .toList();
  }
}
