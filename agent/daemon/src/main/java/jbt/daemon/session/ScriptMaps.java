package jbt.daemon.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.daemon.values.Canonical;
import jbt.daemon.values.MapRows;
import jbt.daemon.values.Schemas;
import jbt.kernel.LoadedPlan;
import jbt.kernel.MapContents;
import jbt.v1.Keying;
import jbt.v1.MapPartial;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.TraceReply;

/** The script's maps in the kernel, as rounds and partials. */
final class ScriptMaps implements Settlement.Maps {
  private final Output output;
  private final LoadedPlan loaded;
  private final Plan plan;
  private final String host;
  private final long epoch;
  private final Keying keying;
  private final Schemas schemas;
  private final List<MapRows> rows = new ArrayList<>();
  private final Slots slots = new Slots();
  private final Map<String, Long> skipped = new HashMap<>();
  private long sequence;
  private long opened;
  private long late;

  ScriptMaps(
      LoadedPlan loaded,
      Schemas schemas,
      Canonical canonical,
      Session.Host sessionHost,
      Keying keying,
      Output output) {
    this.output = output;
    this.loaded = loaded;
    this.plan = loaded.plan();
    this.host = sessionHost.name();
    this.epoch = sessionHost.epoch();
    this.keying = keying;
    this.schemas = schemas;
    for (ScriptMap map : plan.scriptMaps()) {
      Optional<String> front = perHost(map) ? Optional.of(host) : Optional.empty();
      rows.add(new MapRows(map, room(map), canonical, front));
    }
  }

  private int room(ScriptMap map) {
    return switch (map.storage()) {
      case ScriptMap.Storage.Hash hash ->
          hash.all().stream()
              .mapToInt(each -> plan.maps().get(each.kernelMap()).maxEntries())
              .sum();
      case ScriptMap.Storage.Slots _, ScriptMap.Storage.Shared _, ScriptMap.Storage.Threads _ -> 1;
    };
  }

  private boolean perHost(ScriptMap map) {
    return switch (keying) {
      case KEYING_PER_HOST -> true;
      case KEYING_MERGED -> boundToHost(map);
      case KEYING_ONE_HOST, UNRECOGNIZED -> false;
    };
  }

  private static boolean boundToHost(ScriptMap map) {
    return map.hostBound() || map.value() instanceof ScriptMap.Value.Plain;
  }

  /**
   * Intervals run from here, CLOCK_BOOTTIME in nanoseconds; their slots are counted from when all
   * hosts were to open, {@code late} nanoseconds before.
   */
  void opened(long time, long late) {
    opened = time;
    this.late = late;
  }

  @Override
  public int count() {
    return plan.scriptMaps().size();
  }

  @Override
  public boolean hasGenerations(int map) {
    return plan.scriptMaps().get(map).generations().isPresent();
  }

  @Override
  public long generation(int map) {
    return loaded.generation(map);
  }

  @Override
  public void show(Control print, Settlement.Shown how) {
    output.show(print, round(print, how));
  }

  private TraceReply round(Control print, Settlement.Shown how) {
    Site.Print site = (Site.Print) print.site();
    Slots.Slot slot =
        site.interval()
            .map(period -> slots.at(print.siteIndex(), print.time() - opened, late, period))
            .orElseGet(() -> slots.next(print.siteIndex()));
    if (site.inEachRun()) {
      skip(print.map(), slot.skipped());
    }
    Round.Builder round =
        Round.newBuilder()
            .setSite(schemas.places().get(print.siteIndex()))
            .setHost(host)
            .setEpoch(epoch)
            .setSlot(slot.number())
            // Nothing of a joined one is in the rows.
            .setHosts(how == Settlement.Shown.JOINED ? 0 : 1)
            .setOneKey(site.oneKey())
            .setSealed(how == Settlement.Shown.SEALED)
            .setJoined(how == Settlement.Shown.JOINED);
    if (how != Settlement.Shown.JOINED) {
      MapContents contents =
          print.element().orElseGet(() -> loaded.read(print.map(), print.generation()));
      round.setRows(
          rows.get(print.map())
              .rows(
                  contents,
                  site.oneKey() ? Optional.of(print.key().toByteArray()) : Optional.empty()));
      if (!site.oneKey()) {
        round.setGeneration(print.generation()).setSequence(++sequence);
      }
    }
    if (how == Settlement.Shown.SEALED) {
      MapRows.events(plan.scriptMaps().get(print.map()).value(), round.getRows())
          .ifPresent(round::setEvents);
    } else {
      round.setEvents(0);
    }
    return TraceReply.newBuilder().setRound(round).build();
  }

  @Override
  public void ended(int map, long generation, boolean keysStay) {
    if (keysStay) {
      rows.get(map).zero(loaded.read(map, generation));
    } else {
      rows.get(map).clear();
    }
  }

  @Override
  public void emptyThrough(int map, long generation) {
    loaded.emptyThrough(map, generation);
  }

  /** Intervals ran until then, as {@link #opened}. */
  void closed(long time) {
    for (int i = 0; i < plan.sites().size(); i++) {
      if (plan.sites().get(i) instanceof Site.Print site
          && site.inEachRun()
          && site.interval().isPresent()) {
        skip(site.scriptMap(), slots.missing(i, time - opened, late, site.interval().get()));
      }
    }
  }

  private void skip(int map, long ticks) {
    if (ticks > 0) {
      skipped.merge(plan.scriptMaps().get(map).name(), ticks, Long::sum);
    }
  }

  /** Ticks that no timer ran, by the name of the map that they print. */
  Map<String, Long> skipped() {
    return skipped;
  }

  /** The cumulative value of every map that is shown. */
  void partials(boolean last, Consumer<TraceReply> to) {
    sequence++;
    List<ScriptMap> maps = plan.scriptMaps();
    for (int i = 0; i < maps.size(); i++) {
      ScriptMap map = maps.get(i);
      boolean workingState =
          keying == Keying.KEYING_MERGED
              && map.value() instanceof ScriptMap.Value.Plain
              && !map.printed();
      if (!workingState) {
        long generation = loaded.generation(i);
        Rows contents = rows.get(i).rows(loaded.read(i, generation), Optional.empty());
        to.accept(
            TraceReply.newBuilder()
                .setPartial(
                    MapPartial.newBuilder()
                        .setMap(i)
                        .setHost(host)
                        .setEpoch(epoch)
                        .setGeneration(generation)
                        .setSequence(sequence)
                        .setFinal(last)
                        .setRows(contents)
                        .setHosts(1))
                .build());
      }
    }
  }
}
