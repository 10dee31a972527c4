package jbt.server.session;

import java.time.Duration;

/**
 * How patient a collector is, and how much it holds.
 *
 * @param dials hosts that are dialled and have not answered, at most
 * @param answer how long a dialled host may take to answer at all
 * @param stop how long hosts may take from stop to their final result
 * @param rounds how long a round waits for hosts; zero for a time that suits its period
 * @param silence how long an attached host may say nothing before it is given up
 * @param ping time between two looks at a host's clock
 * @param partials least time between two merged partials of a map
 * @param queueBytes lines and values held for a slow reader before they are dropped and counted
 */
public record Settings(
    int dials,
    Duration answer,
    Duration stop,
    Duration rounds,
    Duration silence,
    Duration ping,
    Duration partials,
    int queueBytes) {

  /**
   * For the collector that a client runs, or that answers it. The system property {@code
   * jbt.patience} is a factor for what it waits for, for hosts that are emulated.
   */
  public static Settings defaults() {
    int patience = Integer.getInteger("jbt.patience", 1);
    return new Settings(
        64,
        Duration.ofSeconds(5L * patience),
        Duration.ofSeconds(10L * patience),
        Duration.ZERO,
        Duration.ofSeconds(15L * patience),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        16 << 20);
  }

  /**
   * For a collector that serves other collectors too: it gives hosts up a little earlier than the
   * one above gives up this one.
   */
  public Settings below() {
    return new Settings(
        dials,
        answer.multipliedBy(4).dividedBy(5),
        stop.multipliedBy(4).dividedBy(5),
        rounds,
        silence,
        ping,
        partials,
        queueBytes);
  }
}
