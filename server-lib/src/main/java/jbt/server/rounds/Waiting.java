package jbt.server.rounds;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import jbt.server.merge.MapFold;
import jbt.server.merge.Senders;
import jbt.v1.Round;

/** A round that some hosts have answered and others not yet. */
final class Waiting {
  final MapFold fold;
  final long deadline;

  /** Expected senders that have not come to this slot. */
  int missing;

  /** Memory of what each sender sent for it. */
  final Map<String, Long> memory = new HashMap<>();

  private int hosts;
  private boolean sealed = true;
  private boolean joined;
  private boolean oneKey;
  private final Set<String> unset = new TreeSet<>();
  private boolean eventsKnown = true;
  private long events;

  /** What has been added, without the rows. */
  final Map<String, Round> parts = new LinkedHashMap<>();

  Waiting(MapFold fold, long deadline, int missing) {
    this.fold = fold;
    this.deadline = deadline;
    this.missing = missing;
  }

  /** Hosts that have been added up already can't be told apart any more; they share one name. */
  void keepApart(Senders senders, int map) {
    fold.keepApart(senders.name(parts.keySet(), map));
  }

  /**
   * @param host of rows that need one and have none
   */
  void add(String sender, String host, Round part) {
    fold.add(host, part.getRows());
    hosts += part.getHosts();
    joined |= part.getJoined();
    // A joined part has no rows here; it does not make the others less complete.
    sealed &= part.getSealed() || part.getJoined();
    oneKey |= part.getOneKey();
    unset.addAll(part.getUnsetList());
    eventsKnown &= part.hasEvents();
    events += part.getEvents();
    parts.merge(sender, Rounds.withoutRows(part), Waiting::both);
  }

  private static Round both(Round first, Round second) {
    Round.Builder both = second.toBuilder().clearEvents();
    if (first.hasEvents() && second.hasEvents()) {
      both.setEvents(first.getEvents() + second.getEvents());
    }
    return both.build();
  }

  Round.Builder round() {
    Round.Builder round = Round.newBuilder();
    if (eventsKnown) {
      round.setEvents(events);
    }
    return round
        .setRows(fold.rows())
        .setHosts(hosts)
        .setSealed(sealed)
        .setJoined(joined)
        .setOneKey(oneKey)
        .addAllUnset(unset);
  }
}
