package jbt.daemon.session;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Optional;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.kernel.MapContents;
import org.jspecify.annotations.Nullable;

/**
 * A record of the control ring.
 *
 * @param map place of the script's map, -1 for exit
 * @param outcome of a clear or zero; of a print MOVED, without meaning
 * @param key as stored, of a print of one key; else empty
 * @param element what the map had of that key when it was printed, where that is sent
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
    ByteString key,
    Optional<MapContents> element) {
  static final int HEADER = 24;

  static Control read(Plan plan, ByteBuffer ring, int at, int length) {
    int siteIndex = ring.getInt(at + 8);
    Site site = plan.sites().get(siteIndex);
    int map = -1;
    Site.Outcome outcome = Site.Outcome.MOVED;
    ByteString key = ByteString.EMPTY;
    Optional<MapContents> element = Optional.empty();
    switch (site) {
      case Site.Print print -> {
        map = print.scriptMap();
        if (print.oneKey()) {
          ScriptMap printed = plan.scriptMaps().get(map);
          int start = at + HEADER + Long.BYTES;
          int end = at + length;
          int behind = start + printed.keyBytes();
          key = ByteString.copyFrom(ring.slice(start, printed.keyBytes()));
          if (!ScriptMap.folds(printed.value())) {
            boolean there = ring.getLong(behind) != 0;
            int value = there ? behind + Long.BYTES : end;
            ByteBuffer stored = ring.slice(value, end - value).order(ring.order());
            element = Optional.of(MapContents.of(printed, key.toByteArray(), stored));
          }
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
      case Site.Printf _, Site.Packet _, Site.Time _, Site.Value _ ->
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
        key,
        element);
  }

  private static Site.Outcome outcome(ByteBuffer ring, int at) {
    return switch ((int) ring.getLong(at + HEADER + Long.BYTES)) {
      case 0 -> Site.Outcome.MOVED;
      case 1 -> Site.Outcome.JOINED;
      default -> Site.Outcome.OVERTAKEN;
    };
  }

  boolean print() {
    return site instanceof Site.Print;
  }

  /** Whether this clear or zero was done by the same run of a program that did the print. */
  boolean endsGenerationOf(Control print) {
    return !print() && map == print.map && generation == print.generation && isOfSameProgram(print);
  }

  /** Whether both come from the same program on the same processor. */
  boolean isOfSameProgram(Control other) {
    return processor == other.processor && program == other.program;
  }

  // Two records may say the same, each of its own run.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
