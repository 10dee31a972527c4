package jbt.server.session;

import java.time.Instant;
import jbt.v1.Ping;
import jbt.v1.Pong;

/** How far another clock is ahead of ours, by the ping that took least time. */
final class ClockOffset {
  private long roundTrip = Long.MAX_VALUE;
  private long offset;
  private int answers;

  static long wallNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  static Ping ping() {
    return Ping.newBuilder().setSentNs(wallNanos()).build();
  }

  static Pong answer(Ping ping) {
    return Pong.newBuilder().setSentNs(ping.getSentNs()).setAnsweredNs(wallNanos()).build();
  }

  /** Number of answers so far. */
  int accept(Pong pong) {
    answers++;
    long taken = wallNanos() - pong.getSentNs();
    if (taken >= 0 && taken < roundTrip) {
      roundTrip = taken;
      offset = pong.getAnsweredNs() - (pong.getSentNs() + taken / 2);
    }
    return answers;
  }

  boolean isKnown() {
    return roundTrip != Long.MAX_VALUE;
  }

  long offsetNanos() {
    return offset;
  }

  /** How long a message takes to get there; 0 when not known. */
  long oneWayNanos() {
    return isKnown() ? roundTrip / 2 : 0;
  }
}
