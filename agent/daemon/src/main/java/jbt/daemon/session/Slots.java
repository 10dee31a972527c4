package jbt.daemon.session;

import java.util.HashMap;
import java.util.Map;

/** Places of prints in time. Only grows: a timer that strays never gives a place twice. */
final class Slots {
  private final Map<Integer, Long> last = new HashMap<>();

  /**
   * @param skipped places since the site's last one that had no print
   */
  record Slot(long number, int skipped) {}

  /** The next print of a site that is not bound to time. */
  Slot next(int site) {
    return new Slot(last.merge(site, 1L, Long::sum), 0);
  }

  /**
   * The print of an interval's site.
   *
   * @param sinceOpened nanoseconds since the gate opened, from when on the timer runs
   * @param late nanoseconds from the start of all hosts to then
   */
  Slot at(int site, long sinceOpened, long late, long period) {
    long none = nearest(late, period);
    long before = last.getOrDefault(site, none);
    long slot = Math.max(before + 1, none + nearest(sinceOpened, period));
    last.put(site, slot);
    return new Slot(slot, (int) Math.min(Integer.MAX_VALUE, slot - before - 1));
  }

  /** Places of an interval's site whose time was over and that no print has come to. */
  long missing(int site, long sinceOpened, long late, long period) {
    long none = nearest(late, period);
    long over = none + nearest(sinceOpened, period) - 1;
    return Math.max(0, over - last.getOrDefault(site, none));
  }

  private static long nearest(long time, long period) {
    return (time + period / 2) / period;
  }
}
