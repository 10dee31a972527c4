package jbt.daemon.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Settings;
import jbt.compiler.plan.Site;
import jbt.daemon.text.HostSymbols;
import jbt.daemon.values.Canonical;
import jbt.daemon.values.Schemas;
import jbt.kernel.LoadedPlan;
import jbt.v1.Start;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * What attached programs send: taken from the rings, put in order, settled, handed to the outbox.
 * Not thread-safe.
 */
final class Tracing implements AutoCloseable {
  /** Records that one reading of the data ring takes at most, so that control gets its turn. */
  private static final int BATCH = 100_000;

  /** One turn settles what is there and one what that has sent; more would be a mistake. */
  private static final int LAST_TURNS = 4;

  /** What may wait for a command before the data ring is left as it is. */
  private static final int MOST_WAITING = 10_000;

  /** For the commands that still run at the end: for one of the longest, and its last words. */
  private static final long LAST_COMMANDS_MS = Commands.LONGEST_MS + 500;

  private final LoadedPlan loaded;
  private final Plan plan;
  private final Outbox outbox;
  private final Schemas schemas;
  private final Output output;
  private final ScriptMaps maps;
  private final Settlement settlement;
  private final DataBatch data;
  private final Commands commands;
  private final HostSymbols symbols;
  private boolean exited;

  /** Lines go there while there is such a place. */
  private @Nullable Aside aside;

  Tracing(LoadedPlan loaded, Session.Host host, Start start, Outbox outbox) {
    this.loaded = loaded;
    this.plan = loaded.plan();
    this.outbox = outbox;
    this.schemas = Schemas.of(plan);
    Settings settings = plan.settings();
    this.symbols =
        new HostSymbols(loaded::stack, SymbolUses.ofProcesses(plan), settings.cppDemangle());
    Canonical canonical =
        new Canonical(
            plan.namesByCookie(), symbols, settings.truncationTrailer(), settings.maxStrlen());
    this.output = new Output(this::show);
    this.maps = new ScriptMaps(loaded, schemas, canonical, host, start.getKeying(), output);
    this.settlement = new Settlement(maps);
    this.commands = new Commands(host.name(), settings.maxCatBytes(), start.getDryRun());
    this.data = new DataBatch(host.name(), plan, canonical, schemas.places(), commands);
  }

  TraceReply schema() {
    return TraceReply.newBuilder().setSchema(schemas.schema()).build();
  }

  /** See {@link ScriptMaps#opened}. */
  void opened(long time, long late) {
    maps.opened(time, late);
  }

  /**
   * See {@link ScriptMaps#closed}. After exit() nothing tells when the last tick could have been.
   */
  void closed(long time) {
    if (!exited) {
      maps.closed(time);
    }
  }

  /** See {@link ScriptMaps#skipped}. */
  Map<String, Long> skipped() {
    return maps.skipped();
  }

  /** Whether the script has called exit(). */
  boolean exited() {
    return exited;
  }

  /** Takes what is in the rings and hands on what is ready; returns whether there may be more. */
  boolean read() {
    // Data first: a print that stands between two lines of one run is then seen with the second.
    boolean more = output.waiting() < MOST_WAITING && loaded.dataRing().drain(data, BATCH) == BATCH;
    List<Control> controls = new ArrayList<>();
    loaded
        .controlRing()
        .drain(
            (ring, at, length) -> controls.add(Control.read(plan, ring, at, length)),
            Integer.MAX_VALUE);
    for (Control control : controls) {
      if (control.site() instanceof Site.Exit) {
        exited = true;
      } else {
        take(control);
      }
    }
    data.takeAll(output);
    readPackets();
    output.advance();
    return more;
  }

  /** They have a file of their own: their order among the other records shows nowhere. */
  private void readPackets() {
    if (loaded.packets().isPresent()) {
      loaded.packets().get().drain(data);
      data.takeAll(output);
    }
  }

  private void take(Control control) {
    data.takeBefore(control, output);
    if (control.print()) {
      output.expect(control);
    }
    settlement.add(control);
  }

  private void show(TraceReply reply) {
    @Nullable Aside place = aside;
    if (place != null && reply.hasLines()) {
      place.add(reply.getLines());
    } else {
      outbox.data(reply);
    }
  }

  /** Takes everything that has been sent, and the lines apart; an exit() counts for nothing. */
  Aside readAside() {
    Aside place = new Aside();
    aside = place;
    readAll();
    aside = null;
    exited = false;
    return place;
  }

  /** Takes everything that has been sent. */
  void readAll() {
    boolean more = true;
    while (more) {
      more = read();
    }
  }

  /** Goes on with settling; a grace period is never waited for here. */
  void settle(Grace grace) {
    if (grace.takePassed()) {
      readAll();
      settlement.finish();
      output.advance();
    }
    if (grace.isIdle() && settlement.begin()) {
      grace.begin();
    }
  }

  /** Settles everything, when no program runs. */
  void settleAll() {
    for (int turn = 0; turn < LAST_TURNS && settlement.begin(); turn++) {
      readAll();
      settlement.finish();
    }
    output.advance();
  }

  /** Gives commands of the script some time to end, and says what they have printed. */
  void awaitCommands() {
    output.await(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_COMMANDS_MS));
    output.advance();
  }

  /** Ends the commands that still run. */
  @Override
  public void close() {
    symbols.close();
    commands.close();
  }

  /** Sends the cumulative values of the maps. */
  void sendPartials(boolean last) {
    maps.partials(last, outbox::send);
  }
}
