package jbt.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.Round;
import jbt.v1.TraceReply;

/** Replies that a slow receiver did not take, as losses. Not thread-safe. */
public final class Dropped {
  /** Events of rounds that were sealed: they are nowhere else. */
  private static final String ROUNDS = "rounds";

  /** Rounds that only showed what a later one or the final result shows again. */
  private static final String PRINTS = "prints";

  private final LossSource source;
  private final Map<String, Long> known = new TreeMap<>();
  private final Set<String> unknown = new TreeSet<>();

  /**
   * @param source what all of them are counted as
   */
  public Dropped(LossSource source) {
    this.source = source;
  }

  /** Counts the events of a reply that will not be sent. */
  public void add(TraceReply reply) {
    switch (reply.getReplyCase()) {
      case LINES -> add("", Math.max(1, reply.getLines().getLengthCount()));
      case PACKETS -> add("", reply.getPackets().getCount());
      case VALUE -> add("", 1);
      case ROUND -> add(reply.getRound());
      case HOST, SCHEMA, PARTIAL, PONG, DUMP, REPLY_NOT_SET -> {}
    }
  }

  /** Counts the events of a round, or of one host's part of it. */
  public void add(Round round) {
    if (round.getJoined() && round.getEvents() == 0) {
      return;
    } else if (!round.hasEvents()) {
      unknown.add(ROUNDS);
    } else if (round.getEvents() == 0) {
      add(PRINTS, 1);
    } else {
      add(ROUNDS, round.getEvents());
    }
  }

  private void add(String detail, long events) {
    known.merge(detail, events, Long::sum);
  }

  /** What has been counted so far; empty if nothing was dropped. */
  public List<Loss> losses() {
    List<Loss> losses = new ArrayList<>();
    known.forEach(
        (detail, count) ->
            losses.add(
                Loss.newBuilder().setSource(source).setDetail(detail).setCount(count).build()));
    unknown.forEach(
        detail -> losses.add(Loss.newBuilder().setSource(source).setDetail(detail).build()));
    return losses;
  }
}
