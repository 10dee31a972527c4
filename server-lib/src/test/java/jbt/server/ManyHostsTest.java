package jbt.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Decode;
import jbt.server.merge.Encode;
import jbt.server.merge.Row;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.TraceReply;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two thousand hosts in this process, a map of fifty keys each. */
class ManyHostsTest {
  private static final int HOSTS = 2_000;
  private static final int KEYS = 50;
  private static final int ROUNDS = 3;
  private static final MapSchema MAP =
      FakeHost.COUNT.toBuilder()
          .addKey(Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8))
          .build();
  private static final Schema SCHEMA =
      Schema.newBuilder()
          .addMaps(MAP)
          .addPrints(PrintSite.newBuilder().setPeriodNs(1_000_000_000))
          .build();

  private final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();

  /** Host number n counts n + key for every key. */
  private static Rows rows(int number) {
    List<Row> rows = new ArrayList<>(KEYS);
    for (int key = 0; key < KEYS; key++) {
      rows.add(
          new Row(null, List.of(new Datum.Int(key, false)), new Cell.Word(number + key, false)));
    }
    return Encode.rows(MAP, rows);
  }

  private static void assertWhole(Rows rows) {
    List<Row> table = Decode.rows(MAP, rows);
    assertThat(table).hasSize(KEYS);
    for (Row row : table) {
      long key = ((Datum.Int) row.key().getFirst()).bits();
      assertThat(row.cell())
          .isEqualTo(new Cell.Word(HOSTS * (HOSTS - 1L) / 2 + HOSTS * key, false));
    }
  }

  private FakeHost host(String name) {
    FakeHost host = new FakeHost(name);
    int number = Integer.parseInt(name.substring(1));
    Rows rows = rows(number);
    host.schema = SCHEMA;
    host.onStop =
        (self, count) -> {
          self.say(
              TraceReply.newBuilder()
                  .setPartial(
                      MapPartial.newBuilder()
                          .setEpoch(self.epoch)
                          .setSequence(1)
                          .setFinal(true)
                          .setHosts(1)
                          .setRows(rows))
                  .build());
          self.end();
        };
    hosts.put(name, host);
    return host;
  }

  @Test
  @Timeout(120)
  void everyRoundAndTheFinalAreExact() {
    Settings usual = Settings.defaults();
    Duration patient = Duration.ofMinutes(1);
    Settings settings =
        new Settings(
            usual.dials(),
            patient,
            patient,
            patient,
            patient,
            usual.ping(),
            usual.partials(),
            usual.queueBytes());
    Collector collector = new Collector(Inventory.dns(1), target -> host(target.name()), settings);
    Asker asker =
        new Asker(new Opener(collector, Duration.ofSeconds(20), Duration.ZERO), "h[0000-1999]");
    asker.awaitReports(HOSTS, HostState.HOST_RUNNING);
    for (int slot = 1; slot <= ROUNDS; slot++) {
      for (FakeHost host : hosts.values()) {
        host.say(
            TraceReply.newBuilder()
                .setRound(
                    Round.newBuilder()
                        .setEpoch(host.epoch)
                        .setSlot(slot)
                        .setHosts(1)
                        .setSealed(true)
                        .setRows(rows(Integer.parseInt(host.name.substring(1)))))
                .build());
      }
    }
    asker.awaitRounds(ROUNDS);
    asker.stop();
    asker.awaitEnd();

    assertThat(asker.rounds()).hasSize(ROUNDS);
    for (Round round : asker.rounds()) {
      assertThat(round.getHosts()).isEqualTo(HOSTS);
      assertWhole(round.getRows());
    }
    assertThat(asker.lastPartial().getHosts()).isEqualTo(HOSTS);
    assertWhole(asker.lastPartial().getRows());
    assertThat(asker.reports().values())
        .extracting(HostReport::getState)
        .containsOnly(HostState.HOST_FINAL);
    collector.close();
  }
}
