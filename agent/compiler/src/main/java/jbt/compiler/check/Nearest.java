package jbt.compiler.check;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the name that was probably meant. */
final class Nearest {
  private Nearest() {}

  /** A hint that names the nearest of some names, or none if all are far. */
  static List<String> hint(String written, Collection<String> names) {
    String lower = written.toLowerCase(Locale.ROOT);
    String best = "";
    int bestDistance = written.length() / 3 + 1;
    for (String name : names) {
      if (!name.equals(written) && Math.abs(name.length() - lower.length()) <= bestDistance) {
        int distance = distance(lower, name.toLowerCase(Locale.ROOT));
        if (distance < bestDistance || (distance == bestDistance && isBetter(name, best))) {
          best = name;
          bestDistance = distance;
        }
      }
    }
    return best.isEmpty() ? List.of() : List.of("Did you mean '" + best + "'?");
  }

  /** Of names that are equally far: letters are left out more often than added. */
  private static boolean isBetter(String name, String best) {
    return !best.isEmpty()
        && (name.length() == best.length()
            ? name.compareTo(best) < 0
            : name.length() > best.length());
  }

  /** Characters to insert, drop, replace or swap with their neighbour. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        least = Math.min(least, cost[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = least;
      }
    }
    return cost[a.length()][b.length()];
  }
}
