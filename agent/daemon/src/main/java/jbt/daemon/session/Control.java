package jbt.daemon.session;

import java.nio.ByteBuffer;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Site;

/**
 * A record of the control ring.
 *
 * @param map place of the script's map, -1 for exit
 * @param outcome of a clear or zero; of a print MOVED, without meaning
 * @param key as stored, of a print of one key; else empty
 */
record Control(
    long time,
    int siteIndex,
    Site site,
    int processor,
    int program,
    int map,
    long generation,
    Site.Outcome outcome,
    byte[] key) {
  static final int HEADER = 24;

  static Control read(Plan plan, ByteBuffer ring, int at, int length) {
    int siteIndex = ring.getInt(at + 8);
    Site site = plan.sites().get(siteIndex);
    int map = -1;
    Site.Outcome outcome = Site.Outcome.MOVED;
    byte[] key = {};
    switch (site) {
      case Site.Print print -> {
        map = print.scriptMap();
        if (print.oneKey()) {
          key = new byte[length - HEADER - Long.BYTES];
          ring.get(at + HEADER + Long.BYTES, key);
        }
      }
      case Site.Clear clear -> {
        map = clear.scriptMap();
        outcome = outcome(ring, at);
      }
      case Site.Zero zero -> {
        map = zero.scriptMap();
        outcome = outcome(ring, at);
      }
      case Site.Exit _ -> {}
      case Site.Printf _, Site.Time _, Site.Value _ ->
          throw new IllegalStateException("a data record on the control ring: " + site);
    }
    return new Control(
        ring.getLong(at),
        siteIndex,
        site,
        ring.getInt(at + 12),
        ring.getInt(at + 16),
        map,
        ring.getLong(at + HEADER),
        outcome,
        key);
  }

  private static Site.Outcome outcome(ByteBuffer ring, int at) {
    return Site.Outcome.values()[(int) ring.getLong(at + HEADER + Long.BYTES)];
  }

  boolean print() {
    return site instanceof Site.Print;
  }

  /** Whether this clear or zero was done by the same run of a program that did the print. */
  boolean endsGenerationOf(Control print) {
    return !print()
        && map == print.map
        && generation == print.generation
        && processor == print.processor
        && program == print.program;
  }
}
