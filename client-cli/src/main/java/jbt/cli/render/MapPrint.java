package jbt.cli.render;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One print of a map: of a round, of one host's print, or the final one.
 *
 * @param host whose it is; empty for the merged one
 * @param top how many of the last rows are shown; 0 for all
 * @param div what numbers are divided by; 0 for nothing
 * @param hosts how many hosts are in it
 * @param expected how many should be
 * @param unfinished hosts whose last word is missing: they may have counted more
 * @param apart it is of other types on other hosts, and each value names its host
 * @param round which round of an interval this is
 */
public record MapPrint(
    Table table,
    String host,
    int top,
    long div,
    int hosts,
    int expected,
    Set<String> unfinished,
    boolean apart,
    @Nullable Place round) {
  public MapPrint {
    unfinished = Set.copyOf(unfinished);
  }

  /**
   * Which round.
   *
   * @param slot counted in the interval's periods since the common start
   * @param amends it adds to a round that was printed before
   */
  public record Place(long slot, boolean amends) {}

  /** Whether a reader would take its values for those of more hosts than they are of. */
  boolean isPartial() {
    return hosts < expected && !apart;
  }
}
