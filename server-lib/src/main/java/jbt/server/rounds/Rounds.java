package jbt.server.rounds;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import jbt.server.merge.ExcessException;
import jbt.server.merge.MalformedException;
import jbt.server.merge.MapFold;
import jbt.server.merge.Most;
import jbt.server.merge.Schemas;
import jbt.server.merge.Senders;
import jbt.v1.PrintPlace;
import jbt.v1.PrintSite;
import jbt.v1.Round;

/**
 * Turns the prints of many senders into rounds: one print for a site and slot when all have come to
 * it, or when its patience is over; what comes later is the next part of the same round. Whatever
 * the order, every part that a sender sent is in exactly one part that leaves here.
 *
 * <p>Time is what the caller says, in nanoseconds; not thread-safe.
 */
public final class Rounds {
  private static final long SECOND = 1_000_000_000;

  private final Schemas schemas;
  private final Senders senders;
  private final long epoch;
  private final long patience;
  private final long grace;
  private final Map<Integer, Site> sites = new HashMap<>();

  /** The places of the sites that a sender has. */
  private final Map<String, Set<Integer>> expected = new HashMap<>();

  /** Memory of the waiting parts of a sender. */
  private final Map<String, Long> memory = new HashMap<>();

  /** Ranges of slots that are kept of a sender. */
  private final Map<String, Integer> ranges = new HashMap<>();

  /** Ranges of slots of rounds that have left. */
  private int leftRanges;

  private int amended;

  /** What has left, and what is still collected, of one print site. */
  private static final class Site {
    final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    final Slots left = new Slots();

    /** The next part of rounds that have left; absent where only part 0 has. */
    final TreeMap<Long, Integer> parts = new TreeMap<>();

    /** Of slots up to here the next part is not known any more: they get parts of their own. */
    long forgotten = Long.MIN_VALUE;

    int forgottenParts;

    final Map<Source, Slots> seen = new HashMap<>();

    /** The last slot that a sender has come to. */
    final Map<String, Long> reached = new HashMap<>();

    long newest = Long.MIN_VALUE;
  }

  private record Source(String sender, long epoch, int part) {}

  /**
   * @param epoch of this merger
   * @param patience how long a round waits; 0 for a time that suits its period
   * @param grace what is added to that time
   */
  public Rounds(Schemas schemas, Senders senders, long epoch, long patience, long grace) {
    this.grace = grace;
    this.schemas = schemas;
    this.senders = senders;
    this.epoch = epoch;
    this.patience = patience;
  }

  /**
   * From now on the rounds of these sites, and of no others, wait for this sender; those already
   * begun do not begin to. With hosts that differ a sender may lack a site, and nothing comes from
   * it for that one.
   *
   * @param places in the common schema; none once nothing comes from it any more
   * @return the rounds that this completes
   */
  public List<Merged> expect(String sender, Set<Integer> places) {
    List<Merged> complete = new ArrayList<>();
    Set<Integer> before = expected.getOrDefault(sender, Set.of());
    expected.put(sender, Set.copyOf(places));
    if (!before.equals(places)) {
      sites.forEach(
          (place, site) -> {
            if (places.contains(place) && !before.contains(place)) {
              site.reached.merge(sender, site.newest, Math::max);
            } else if (before.contains(place) && !places.contains(place)) {
              long reached = site.reached.getOrDefault(sender, Long.MIN_VALUE);
              site.waiting.tailMap(reached, false).values().forEach(w -> w.missing--);
              takeComplete(place, site, complete);
            }
          });
    }
    return complete;
  }

  /** To be called when more maps are kept apart: what waits of them already is kept so, too. */
  public void keepApart() {
    sites.forEach(
        (place, site) -> {
          int map = schemas.printAt(place).getMap();
          if (schemas.isPerHost(map)) {
            site.waiting.values().forEach(waiting -> waiting.keepApart(senders, map));
          }
        });
  }

  private boolean isExpected(String sender, int place) {
    return expected.getOrDefault(sender, Set.of()).contains(place);
  }

  /**
   * Takes a part in.
   *
   * @param place of its site in the common schema
   * @return the rounds that this completes
   * @throws MalformedException when its rows do not fit; the part is not taken in then
   * @throws ExcessException when the sender has had more sites, epochs and parts than can be
   */
  public List<Merged> accept(int place, String sender, Round part, long now) {
    PrintSite print = schemas.printAt(place);
    Site site = sites.computeIfAbsent(place, p -> new Site());
    boolean alone = print.getPlace() == PrintPlace.PRINT_EVENT;
    Source source =
        new Source(alone ? sender + "/" + part.getHost() : sender, part.getEpoch(), part.getPart());
    Slots seen = site.seen.computeIfAbsent(source, s -> new Slots());
    if (seen.contains(part.getSlot())) {
      return List.of();
    } else if (seen.size() == 0) {
      Most.count(ranges.getOrDefault(sender, 0) + 1, Most.RANGES, "sites, epochs and parts");
    }
    List<Merged> complete = new ArrayList<>();
    if (alone) {
      new MapFold(schemas.mapAt(print.getMap()), false).add(sender, part.getRows());
      complete.add(
          new Merged(part.toBuilder().setSite(place).build(), Map.of(sender, withoutRows(part))));
    } else {
      String host = senders.name(schemas, sender, print.getMap(), part.getRows());
      Waiting waiting = site.waiting.get(part.getSlot());
      if (waiting == null) {
        waiting = begin(place, site, part.getSlot(), now);
        waiting.add(sender, host, part);
        site.waiting.put(part.getSlot(), waiting);
        site.newest = Math.max(site.newest, part.getSlot());
      } else {
        waiting.add(sender, host, part);
      }
      reach(place, site, sender, part.getSlot());
      takeComplete(place, site, complete);
      long size = Most.memory(part.getSerializedSize(), part.getRows());
      if (site.waiting.get(part.getSlot()) == waiting) {
        waiting.memory.merge(sender, size, Long::sum);
        memory.merge(sender, size, Long::sum);
        makeRoom(sender, complete);
      }
    }
    remember(seen, sender, part.getSlot());
    return complete;
  }

  private void remember(Slots seen, String sender, long slot) {
    int before = seen.size();
    seen.add(slot);
    if (ranges.getOrDefault(sender, 0) + seen.size() - before > Most.RANGES) {
      seen.closeOldestGap();
    }
    ranges.merge(sender, seen.size() - before, Integer::sum);
  }

  /**
   * The oldest rounds of a sender wait no longer when it has too much in waiting ones; a quarter of
   * them, so that they are not looked through for each that comes.
   */
  private void makeRoom(String sender, List<Merged> taken) {
    if (memory.getOrDefault(sender, 0L) > Most.WAITING) {
      sites.forEach(
          (place, site) ->
              take(
                  place,
                  site,
                  waiting ->
                      waiting.memory.containsKey(sender)
                          && memory.getOrDefault(sender, 0L) > Most.WAITING / 4 * 3,
                  taken));
    }
  }

  private Waiting begin(int place, Site site, long slot, long now) {
    PrintSite print = schemas.printAt(place);
    int missing = 0;
    for (Map.Entry<String, Set<Integer>> sender : expected.entrySet()) {
      if (sender.getValue().contains(place)
          && site.reached.getOrDefault(sender.getKey(), Long.MIN_VALUE) < slot) {
        missing++;
      }
    }
    boolean perHost = schemas.isPerHost(print.getMap());
    return new Waiting(
        new MapFold(schemas.mapAt(print.getMap()), perHost), now + patience(print), missing);
  }

  private long patience(PrintSite print) {
    if (print.getPlace() == PrintPlace.PRINT_END) {
      // Hosts end when they end; the merger is told when each is gone.
      return Long.MAX_VALUE / 2;
    } else if (patience > 0) {
      return patience;
    }
    return Math.clamp(2 * print.getPeriodNs(), 2 * SECOND, 10 * SECOND) + grace;
  }

  /**
   * Slots of one sender only grow, so that one which has come to a slot has answered all before.
   */
  private void reach(int place, Site site, String sender, long slot) {
    long before = site.reached.getOrDefault(sender, Long.MIN_VALUE);
    if (slot > before) {
      site.reached.put(sender, slot);
      if (isExpected(sender, place)) {
        site.waiting.subMap(before, false, slot, true).values().forEach(w -> w.missing--);
      }
    }
  }

  /** The rounds whose patience is over. */
  public List<Merged> due(long now) {
    return take(waiting -> now - waiting.deadline >= 0);
  }

  /** Everything that is still waiting, at the end of a session. */
  public List<Merged> flush() {
    return take(waiting -> true);
  }

  private List<Merged> take(Predicate<Waiting> wanted) {
    List<Merged> taken = new ArrayList<>();
    sites.forEach((place, site) -> take(place, site, wanted, taken));
    return taken;
  }

  /** Whoever has come to a slot has come to those before: the first that misses one ends them. */
  private void takeComplete(int place, Site site, List<Merged> taken) {
    for (var first = site.waiting.firstEntry();
        first != null && first.getValue().missing <= 0;
        first = site.waiting.firstEntry()) {
      taken.add(leaving(place, site, first.getKey(), first.getValue()));
      site.waiting.pollFirstEntry();
    }
  }

  private void take(int place, Site site, Predicate<Waiting> wanted, List<Merged> taken) {
    for (var entries = site.waiting.entrySet().iterator(); entries.hasNext(); ) {
      Map.Entry<Long, Waiting> entry = entries.next();
      if (wanted.test(entry.getValue())) {
        // Before it is removed: a tree map's entry may then hold its successor.
        taken.add(leaving(place, site, entry.getKey(), entry.getValue()));
        entries.remove();
      }
    }
  }

  private Merged leaving(int place, Site site, long slot, Waiting waiting) {
    int part = part(site, slot);
    waiting.memory.forEach((sender, size) -> memory.merge(sender, -size, Long::sum));
    return new Merged(
        waiting.round().setSite(place).setEpoch(epoch).setSlot(slot).setPart(part).build(),
        waiting.parts);
  }

  private int part(Site site, long slot) {
    int before = site.left.size();
    boolean first = site.left.add(slot);
    if (leftRanges + site.left.size() - before > Most.RANGES) {
      site.left.closeOldestGap();
    }
    leftRanges += site.left.size() - before;
    if (first) {
      return 0;
    } else if (slot <= site.forgotten) {
      return Most.AMENDED + site.forgottenParts++;
    }
    int part = site.parts.merge(slot, 1, Integer::sum);
    if (part == 1 && ++amended > Most.AMENDED) {
      site.forgotten = site.parts.pollFirstEntry().getKey();
      amended--;
    }
    return part;
  }

  static Round withoutRows(Round part) {
    return part.toBuilder().clearRows().build();
  }
}
