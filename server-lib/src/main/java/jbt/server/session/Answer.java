package jbt.server.session;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jbt.server.merge.HostKeys;
import jbt.server.merge.Most;
import jbt.server.merge.Partials;
import jbt.server.merge.Schemas;
import jbt.server.merge.Sound;
import jbt.server.rounds.Merged;
import jbt.server.rounds.Rounds;
import jbt.v1.Keying;
import jbt.v1.Lines;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Packets;
import jbt.v1.PrintPlace;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.TraceReply;
import jbt.v1.Value;
import jbt.v1.ValueKind;
import org.jspecify.annotations.Nullable;

/** What goes up: merged maps and rounds, and the lines and reports of hosts. Not thread-safe. */
final class Answer {
  /** Rounds can't be made again, so that they may wait longer for a reader than lines. */
  private static final int ROUND_SHARE = 4;

  /** What a collector below may take longer than a host, in nanoseconds. */
  private static final long GRACE = 1_000_000_000;

  private final Outbox outbox;
  private final Settings settings;
  private final long epoch;
  private final Schemas schemas = new Schemas();
  private final Partials partials = new Partials();
  private final Set<Integer> changed = new LinkedHashSet<>();
  private final Set<Integer> known = new LinkedHashSet<>();
  private final Set<Host> tellLoss = new LinkedHashSet<>();

  /** Those that have told what maps they have. */
  private final Map<String, Downstream> targets = new HashMap<>();

  private Keying keying = Keying.KEYING_MERGED;
  private long patience;
  private Rounds rounds;
  private @Nullable Schema sentSchema;
  private long sequence;
  private long lastPartials = ListeningTime.now();
  private boolean finished;

  Answer(Outbox outbox, Settings settings, long epoch) {
    this.outbox = outbox;
    this.settings = settings;
    this.epoch = epoch;
    rounds = new Rounds(schemas, this::hosts, epoch, 0, 0);
  }

  /**
   * @param askedPatience of rounds, in nanoseconds; 0 leaves it to the settings
   * @param above whether collectors stand below, which have a patience of their own
   */
  void begin(Keying keying, long askedPatience, boolean above) {
    this.keying = keying;
    patience = askedPatience > 0 ? askedPatience : settings.rounds().toNanos();
    rounds = new Rounds(schemas, this::hosts, epoch, patience, above ? GRACE : 0);
  }

  /** What a collector below us is told to wait; 0 when it must choose by the period as we do. */
  long patienceBelow() {
    return patience * 2 / 3;
  }

  void report(Host host) {
    tellLoss.remove(host);
    outbox.put(host.toSend());
  }

  void reportSoon(Host host) {
    tellLoss.add(host);
  }

  /**
   * To be called before a target's reports go up: who reads there that the last host of a type is
   * done waits for no round of that type.
   */
  void expect(Downstream target) {
    send(rounds.expect(target.name(), target.prints(schemas)));
  }

  void accept(Downstream target, TraceReply reply, long now) {
    switch (reply.getReplyCase()) {
      case SCHEMA -> schema(target, reply.getSchema());
      case LINES -> lines(target, reply.getLines());
      case PACKETS -> packets(target, reply.getPackets());
      case VALUE -> value(target, reply.getValue());
      case PARTIAL -> partial(target, reply.getPartial());
      case ROUND -> round(target, reply.getRound(), now);
      case DUMP -> {
        Host host = target.host(reply.getDump().getHost());
        target.heard(reply.getDump());
        outbox.put(
            reply.toBuilder().setDump(reply.getDump().toBuilder().setHost(host.name)).build());
      }
      case HOST, PONG, REPLY_NOT_SET -> {}
    }
  }

  private void schema(Downstream target, Schema schema) {
    if (!target.isNew(schema)) {
      return;
    }
    targets.put(target.name(), target);
    int before = schemas.apart().size();
    target.places = schemas.add(schema);
    keepFurtherApart(before);
    expect(target);
    Schema merged = schemas.schema();
    if (!merged.equals(sentSchema)) {
      sentSchema = merged;
      outbox.put(merged);
    }
  }

  /** Maps that targets which are collectors must keep apart; it only grows. */
  Set<String> apart() {
    return schemas.apart();
  }

  /**
   * Keeps maps apart that are of other types on hosts which are not ours.
   *
   * @throws jbt.server.merge.ExcessException when there are too many
   */
  void keepApart(List<String> maps) {
    int before = schemas.apart().size();
    schemas.keepApart(maps);
    keepFurtherApart(before);
  }

  private void keepFurtherApart(int before) {
    if (schemas.apart().size() > before) {
      rounds.keepApart();
      // What was sent of these has been added up.
      known.stream().filter(schemas::isPerHost).forEach(changed::add);
    }
  }

  private Downstream target(String name) {
    return Objects.requireNonNull(targets.get(name), name);
  }

  private Collection<String> hosts(String target, int map) {
    return target(target).hosts(map);
  }

  private void lines(Downstream target, Lines lines) {
    Host host = target.host(lines.getHost());
    Sound.lines(lines);
    pass(host, TraceReply.newBuilder().setLines(lines.toBuilder().setHost(host.name)).build());
  }

  private void packets(Downstream target, Packets packets) {
    Host host = target.host(packets.getHost());
    Sound.packets(packets);
    pass(host, TraceReply.newBuilder().setPackets(packets.toBuilder().setHost(host.name)).build());
  }

  private void pass(Host host, TraceReply reply) {
    if (!outbox.offer(reply, settings.queueBytes())) {
      host.drop(reply);
    }
  }

  private void value(Downstream target, Value value) {
    Host host = target.host(value.getHost());
    int site = target.places().value(value.getSite());
    Sound.value(schemas.valueAt(site).getType(), value.getValue());
    Value.Builder passed = value.toBuilder().setHost(host.name).setSite(site);
    pass(host, TraceReply.newBuilder().setValue(passed).build());
  }

  private void partial(Downstream target, MapPartial partial) {
    int map = target.places().map(partial.getMap());
    target.heard(partial.getEpoch());
    sound(map, partial.getRows());
    keep(target, map, partial.toBuilder().setRows(named(target, partial.getRows())).build());
  }

  private void keep(Downstream target, int map, MapPartial partial) {
    if (partials.accept(schemas, map, target.name(), partial, target.mostKept())) {
      changed.add(map);
      known.add(map);
    }
  }

  /** What would not fit to the rows of others fails its sender. */
  private void sound(int map, Rows rows) {
    MapSchema schema = schemas.mapAt(map);
    // What does not unify gets its host by us, or by a collector below.
    boolean hosted = schemas.isPerHost(map) ? rows.getHostKeyed() : isHosted(schema);
    Sound.rows(schema, rows, hosted);
  }

  /** Whether agents put their host in front of a map's keys. */
  private boolean isHosted(MapSchema schema) {
    return switch (keying) {
      case KEYING_PER_HOST -> true;
      case KEYING_MERGED -> schema.getHostBound() || schema.getKind() == ValueKind.VALUE_PLAIN;
      case KEYING_ONE_HOST, UNRECOGNIZED -> false;
    };
  }

  /** An agent is its own host, whatever it calls itself. */
  private static Rows named(Downstream target, Rows rows) {
    return target.target.isCollector() ? rows : HostKeys.named(target.name(), rows);
  }

  private void round(Downstream target, Round round, long now) {
    Round named =
        target.target.isCollector() ? round : round.toBuilder().setHost(target.name()).build();
    int site = target.places().print(round.getSite());
    if (!named.getHost().isEmpty()) {
      target.host(named.getHost());
    }
    target.heard(round.getEpoch());
    int map = schemas.printAt(site).getMap();
    sound(map, round.getRows());
    Round.Builder part = named.toBuilder().setRows(named(target, round.getRows()));
    if (!target.target.isCollector()) {
      part.clearUnset();
      if (isUnset(site, round)) {
        part.addUnset(target.name());
      }
    } else {
      Most.count(round.getUnsetCount(), target.hosts.size(), "hosts");
    }
    if (!target.target.isCollector() && part.getSequence() != 0) {
      keep(target, map, Partials.after(part.build()));
    }
    // Whoever is above gets that with our partials.
    part.clearGeneration().clearSequence();
    send(rounds.accept(site, target.name(), part.build(), now));
  }

  /** Whether a host has nothing in a map whose values belong to hosts. */
  private boolean isUnset(int site, Round round) {
    int map = schemas.printAt(site).getMap();
    MapSchema schema = schemas.mapAt(map);
    return schema.getKeyCount() == 0
        && round.getRows().getCount() == 0
        && !round.getJoined()
        && schemas.printAt(site).getPlace() != PrintPlace.PRINT_EVENT
        && (isHosted(schema) || schemas.isPerHost(map));
  }

  private void send(List<Merged> complete) {
    for (Merged merged : complete) {
      TraceReply reply = TraceReply.newBuilder().setRound(merged.round()).build();
      if (!outbox.offer(reply, (long) ROUND_SHARE * settings.queueBytes())) {
        merged.parts().forEach((target, part) -> target(target).hosts.getFirst().drop(part));
      }
    }
  }

  void tick(long now) {
    send(rounds.due(now));
    if (now - lastPartials >= settings.partials().toNanos()) {
      lastPartials = now;
      sendPartials(changed, false);
      List.copyOf(tellLoss).forEach(this::report);
    }
  }

  /** Everything that still waits; nothing of a host follows. */
  void finish() {
    if (!finished) {
      finished = true;
      send(rounds.flush());
      sendPartials(known, true);
    }
  }

  private void sendPartials(Set<Integer> maps, boolean last) {
    for (int map : maps) {
      MapPartial.Builder partial = partials.fold(schemas, map, this::hosts);
      outbox.put(partial.setEpoch(epoch).setSequence(++sequence).setFinal(last).build());
    }
    changed.clear();
  }
}
