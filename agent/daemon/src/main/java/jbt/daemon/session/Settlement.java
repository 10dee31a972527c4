package jbt.daemon.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.plan.Site;

/**
 * Pairs prints with the clears that follow them, so that {@code print(@x); clear(@x)} shows every
 * event exactly once.
 *
 * <p>A program run uses one generation of a map from its first use of it to its end, and its
 * records carry that generation. Three things follow, each by a grace period that began after
 * something was seen: all records of a run whose print was seen have been sent; nobody writes to a
 * generation that was seen to be moved on from; and nobody sends a record of such a generation. So
 * a turn is {@link #begin}, a grace period, taking what has been sent to {@link #add}, {@link
 * #finish}. That a generation was moved on from is seen in the map itself: a record of it may be
 * lost.
 *
 * <p>Not thread-safe.
 */
final class Settlement {
  /** What a print shows. */
  enum Shown {
    /** A generation that is complete and in no other sealed print of its site. */
    SEALED,
    /** What the map has when it is read. */
    LIVE,
    /** Nothing: the clear that followed did not move the generation on, a later one will. */
    JOINED
  }

  /** The maps of the script, and where the answers go. */
  interface Maps {
    int count();

    /** Whether the map is cleared or zeroed anywhere. */
    boolean hasGenerations(int map);

    /** The generation that programs use now. */
    long generation(int map);

    void show(Control print, Shown how);

    /** A generation has ended; what is shown afterwards is of a later one. */
    void ended(int map, long generation, boolean keysStay);

    /** Gives all generations up to this one back to the programs. */
    void emptyThrough(int map, long generation);
  }

  private final Maps maps;

  /** Records in the order of their ring. */
  private List<Control> waiting = new ArrayList<>();

  /** The oldest generation of each map that has not been emptied. */
  private final long[] oldest;

  /** As of the beginning of this turn: how many records were there, and the maps' generations. */
  private int seen;

  private final long[] current;

  Settlement(Maps maps) {
    this.maps = maps;
    this.oldest = new long[maps.count()];
    this.current = new long[maps.count()];
  }

  /** Takes a print, clear or zero in. */
  void add(Control record) {
    if (maps.hasGenerations(record.map())) {
      waiting.add(record);
    } else if (record.print()) {
      maps.show(record, Shown.LIVE);
    }
  }

  /** Begins a turn; false if there is nothing to settle. */
  boolean begin() {
    seen = waiting.size();
    boolean pending = seen > 0;
    for (int map = 0; map < current.length; map++) {
      current[map] = maps.generation(map);
      pending |= current[map] > oldest[map];
    }
    return pending;
  }

  /** Settles what is certain now that a grace period has passed since the beginning. */
  void finish() {
    long[] told = oldest.clone();
    List<Control> rest = new ArrayList<>();
    Set<Integer> heldSites = new HashSet<>();
    Set<Control> neededClears = new HashSet<>();
    for (int i = 0; i < waiting.size(); i++) {
      Control record = waiting.get(i);
      if (!record.print()) {
        if ((i >= seen && !isComplete(record)) || neededClears.contains(record)) {
          rest.add(record);
        }
        continue;
      }
      Optional<Shown> shown = shown(i, record);
      if (shown.isPresent() && (isComplete(record) || !heldSites.contains(record.siteIndex()))) {
        tellEnds(told, record.map(), Math.min(record.generation(), current[record.map()]));
        maps.show(record, shown.get());
      } else {
        heldSites.add(record.siteIndex());
        rest.add(record);
        endOf(i, record).ifPresent(neededClears::add);
      }
    }
    for (int map = 0; map < current.length; map++) {
      if (oldest[map] < current[map]) {
        tellEnds(told, map, current[map]);
        maps.emptyThrough(map, current[map] - 1);
        oldest[map] = current[map];
      }
    }
    waiting = rest;
  }

  private boolean isComplete(Control record) {
    return record.generation() < current[record.map()];
  }

  /** Empty while its run may go on, or others may write to what it shows. */
  private Optional<Shown> shown(int at, Control print) {
    if (at >= seen && !isComplete(print)) {
      return Optional.empty();
    }
    Optional<Control> end = endOf(at, print);
    if (end.isEmpty()) {
      return Optional.of(Shown.LIVE);
    }
    return switch (end.get().outcome()) {
      case JOINED, OVERTAKEN -> Optional.of(Shown.JOINED);
      case MOVED -> isComplete(print) ? Optional.of(Shown.SEALED) : Optional.empty();
    };
  }

  /** The clear or zero that the run of the print did after it. */
  private Optional<Control> endOf(int at, Control print) {
    for (int i = at + 1; i < waiting.size(); i++) {
      Control later = waiting.get(i);
      if (later.endsGenerationOf(print)) {
        return Optional.of(later);
      } else if (later.siteIndex() == print.siteIndex() && later.isOfSameProgram(print)) {
        // The program's next run: the one of the print went by its clear.
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private void tellEnds(long[] told, int map, long generation) {
    for (; told[map] < generation; told[map]++) {
      maps.ended(map, told[map], isZeroed(map, told[map]));
    }
  }

  private boolean isZeroed(int map, long generation) {
    for (Control record : waiting) {
      if (record.site() instanceof Site.Zero
          && record.map() == map
          && record.generation() == generation
          && record.outcome() == Site.Outcome.MOVED) {
        return true;
      }
    }
    return false;
  }
}
