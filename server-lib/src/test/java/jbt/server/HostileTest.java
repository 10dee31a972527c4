package jbt.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import jbt.server.merge.Most;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.v1.Dump;
import jbt.v1.HostState;
import jbt.v1.Lines;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Packets;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.TraceReply;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.Value;
import jbt.v1.ValueKind;
import jbt.v1.ValueSite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stolen host says what no agent says: it is failed, and the other's count is the answer. */
class HostileTest {
  private static final Type INT = Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8).build();
  private static final Type TEXT = Type.newBuilder().setKind(TypeKind.TYPE_STRING).build();

  private final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();
  private final Collector collector =
      new Collector(Inventory.dns(1), target -> host(target.name()), Settings.defaults());

  private FakeHost host(String name) {
    return hosts.computeIfAbsent(name, FakeHost::new);
  }

  @AfterEach
  void close() {
    collector.close();
  }

  private void isFailed(Consumer<FakeHost> says, String message) {
    isFailed(FakeHost.COUNT, says, message);
  }

  private void isFailed(MapSchema map, Consumer<FakeHost> says, String message) {
    FakeHost good = host("good");
    good.count = 7;
    good.schema = good.schema.toBuilder().addMaps(map).addValues(site(TEXT)).build();
    host("bad").schema = good.schema;
    Asker asker =
        new Asker(new Opener(collector, Duration.ofSeconds(5), Duration.ZERO), "bad,good");
    asker.awaitState("bad", HostState.HOST_RUNNING);
    asker.awaitState("good", HostState.HOST_RUNNING);
    says.accept(host("bad"));
    asker.awaitState("bad", HostState.HOST_LOST);
    assertThat(asker.report("bad").getMessage()).isEqualTo(message);
    good.round(5, 3);
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.report("good").getState()).isEqualTo(HostState.HOST_FINAL);
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(7);
  }

  private static ValueSite site(Type type) {
    return ValueSite.newBuilder().setType(type).build();
  }

  private static void say(FakeHost host, Schema.Builder schema) {
    host.say(TraceReply.newBuilder().setSchema(schema).build());
  }

  private static void say(FakeHost host, MapPartial.Builder partial) {
    host.say(TraceReply.newBuilder().setPartial(partial.setHosts(1)).build());
  }

  private static MapSchema map(ValueKind kind, Type... key) {
    return FakeHost.COUNT.toBuilder()
        .setName("@hostile")
        .setKind(kind)
        .addAllKey(List.of(key))
        .build();
  }

  @Test
  void aSchemaIsSentOnce() {
    isFailed(
        host -> {
          host.say(TraceReply.newBuilder().setSchema(host.schema).build());
          say(host, host.schema.toBuilder().addMaps(FakeHost.COUNT.toBuilder().setName("@y")));
        },
        "sent more than 1 schemas");
  }

  @Test
  void aSchemaHasNoMillionMaps() {
    isFailed(
        host ->
            say(host, Schema.newBuilder().addAllMaps(Collections.nCopies(100_000, FakeHost.COUNT))),
        "sent more than 4096 maps");
  }

  @Test
  void aSchemaHasNoMillionSites() {
    isFailed(
        host ->
            say(
                host,
                host.schema.toBuilder()
                    .addAllPrints(Collections.nCopies(1_000_000, PrintSite.getDefaultInstance()))),
        "sent more than 32768 print sites");
  }

  @Test
  void aSchemaIsNotLong() {
    String name = "@" + "x".repeat(Most.SCHEMA);
    isFailed(
        host -> say(host, Schema.newBuilder().addMaps(FakeHost.COUNT.toBuilder().setName(name))),
        "sent more than 4096 KiB of schema");
  }

  @Test
  void typesEndSomewhere() {
    Type type = INT;
    for (int i = 0; i < 80; i++) {
      type = Type.newBuilder().setKind(TypeKind.TYPE_TUPLE).addParts(type).build();
    }
    Type deep = type;
    isFailed(
        host -> say(host, Schema.newBuilder().addValues(site(deep))),
        "sent more than 64 types inside each other");
  }

  @Test
  void bucketsArePossible() {
    isFailed(
        host ->
            say(
                host,
                Schema.newBuilder()
                    .addMaps(map(ValueKind.VALUE_HIST, INT).toBuilder().setHistBits(31))),
        "sent nonsense: impossible buckets of @hostile");
  }

  @Test
  void aFewEpochsAreEnough() {
    isFailed(
        host -> {
          for (int epoch = 1; epoch < 100; epoch++) {
            say(host, MapPartial.newBuilder().setEpoch(epoch));
          }
        },
        "sent more than 16 epochs");
  }

  /** A row with its last bucket only is a few bytes on the wire and 32 KiB when folded. */
  @Test
  void smallRowsThatBecomeLargeAreCountedAsLarge() {
    Rows.Builder rows = Rows.newBuilder();
    int count = 4000;
    byte[] keys = new byte[count * 8];
    for (int i = 0; i < count; i++) {
      keys[i * 8] = (byte) i;
      keys[i * 8 + 1] = (byte) (i >> 8);
      rows.addKeyLength(8).addRowBuckets(1).addBucket(4095).addBucketCount(1);
    }
    rows.setCount(count).setKeys(ByteString.copyFrom(keys));
    isFailed(
        map(ValueKind.VALUE_HIST, INT),
        host -> say(host, MapPartial.newBuilder().setMap(1).setRows(rows)),
        "sent more than 65536 KiB of maps");
  }

  @Test
  void rowsThatOthersCannotBeAddedToAreNotKept() {
    Rows.Builder rows =
        Rows.newBuilder()
            .setCount(1)
            .setHostKeyed(true)
            .addKeyLength(5)
            .setKeys(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 'b'}))
            .addWord(1);
    isFailed(
        host -> say(host, MapPartial.newBuilder().setRows(rows)),
        "sent nonsense: keys of @x with a host");
  }

  @Test
  void keysAreOfTheirType() {
    Rows.Builder rows =
        Rows.newBuilder()
            .setCount(1)
            .addKeyLength(6)
            .setKeys(ByteString.copyFrom(new byte[] {100, 0, 0, 0, 'a', 'b'}))
            .addWord(1);
    isFailed(
        map(ValueKind.VALUE_COUNT, TEXT),
        host -> say(host, MapPartial.newBuilder().setMap(1).setRows(rows)),
        "sent nonsense: a value is cut off");
  }

  @Test
  void valuesAreOfTheirType() {
    isFailed(
        host ->
            host.say(
                TraceReply.newBuilder()
                    .setValue(
                        Value.newBuilder()
                            .setValue(ByteString.copyFrom(new byte[] {0, 0, 0, 0, 1})))
                    .build()),
        "sent nonsense: bytes follow a value");
  }

  @Test
  void lengthsFitTheirText() {
    isFailed(
        host ->
            host.say(
                TraceReply.newBuilder()
                    .setLines(
                        Lines.newBuilder()
                            .setText(ByteString.copyFromUtf8("one"))
                            .addLength(Integer.MAX_VALUE)
                            .addLength(4)
                            .addLength(Integer.MIN_VALUE))
                    .build()),
        "sent nonsense: lines whose lengths do not fit their text");
  }

  @Test
  void packetsFitTheirBytes() {
    isFailed(
        host ->
            host.say(
                TraceReply.newBuilder()
                    .setPackets(
                        Packets.newBuilder()
                            .setCount(1)
                            .setRecords(ByteString.copyFrom(new byte[15])))
                    .build()),
        "sent nonsense: packets whose lengths do not fit their bytes");
  }

  @Test
  void aReportIsNoBook() {
    String notice = "n".repeat(1 << 20);
    isFailed(
        host ->
            host.say(
                TraceReply.newBuilder()
                    .setHost(
                        host.reporting(HostState.HOST_RUNNING)
                            .addAllNotices(Collections.nCopies(5, notice)))
                    .build()),
        "sent more than 4096 KiB of reports");
  }

  @Test
  void dumpsEnd() {
    String text = "d".repeat(1 << 20);
    isFailed(
        host -> {
          for (int i = 0; i < 17; i++) {
            host.say(TraceReply.newBuilder().setDump(Dump.newBuilder().setText(text)).build());
          }
        },
        "sent more than 16384 KiB of dumps");
  }

  /** Slots far apart, and many at once: neither is looped over nor allocated. */
  @Test
  void slotsFarApartCostNothing() {
    FakeHost good = host("good");
    FakeHost bad = host("bad");
    good.count = 7;
    Asker asker =
        new Asker(new Opener(collector, Duration.ofSeconds(5), Duration.ZERO), "bad,good");
    asker.awaitState("bad", HostState.HOST_RUNNING);
    asker.awaitState("good", HostState.HOST_RUNNING);
    for (long slot : new long[] {Long.MIN_VALUE, -1, 0, 1L << 40, Long.MAX_VALUE}) {
      bad.say(TraceReply.newBuilder().setRound(Round.newBuilder().setSlot(slot)).build());
    }
    good.round(1, 3);
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.rounds().stream().mapToLong(r -> Asker.word(r.getRows())).sum()).isEqualTo(3);
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(7);
  }
}
