package jbt.server.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Encode;
import jbt.server.merge.Most;
import jbt.server.merge.Row;
import jbt.server.merge.Samples;
import jbt.server.merge.Schemas;
import jbt.v1.MapSchema;
import jbt.v1.PrintPlace;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.ValueKind;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final long SECOND = 1_000_000_000;
  private static final MapSchema COUNT = Samples.keyed(ValueKind.VALUE_COUNT);

  private final Schemas schemas = schemas(COUNT, PrintPlace.PRINT_INTERVAL);

  private static Schemas schemas(MapSchema map, PrintPlace place) {
    Schemas schemas = new Schemas();
    schemas.add(
        Schema.newBuilder()
            .addMaps(map)
            .addPrints(PrintSite.newBuilder().setPeriodNs(SECOND).setPlace(place))
            .build());
    return schemas;
  }

  private static Round.Builder part(long slot, long count) {
    Row row = new Row(null, List.of(new Datum.Int(1, true)), new Cell.Word(count, false));
    return Round.newBuilder()
        .setSlot(slot)
        .setHosts(1)
        .setSealed(true)
        .setRows(Encode.rows(COUNT, List.of(row)));
  }

  private static long count(Round round) {
    return Samples.table(COUNT, round.getRows()).values().stream()
        .mapToLong(cell -> ((Cell.Word) cell).bits())
        .sum();
  }

  /** A host far ahead of the others: every second slot, so that no two are one range. */
  @Test
  void whatAHostRunsAheadOfOthersIsBounded() {
    Rounds rounds = new Rounds(schemas, Samples.ALONE, 1, 0, 0);
    rounds.expect("a", Set.of(0));
    rounds.expect("b", Set.of(0));
    Rows large =
        part(0, 1).getRows().toBuilder()
            .setKeys(ByteString.copyFrom(new byte[1 << 20]))
            .setKeyLength(0, 1 << 20)
            .build();
    List<Merged> left = new ArrayList<>();
    for (int slot = 0; slot < 100; slot++) {
      left.addAll(rounds.accept(0, "a", part(2L * slot, 1).setRows(large).build(), 0));
    }
    int waiting = rounds.flush().size();
    assertThat(waiting).isBetween(47, 64);
    assertThat(left).hasSize(100 - waiting);
    left.clear();
    for (int slot = 100; slot < 100 + 3 * Most.RANGES; slot++) {
      left.addAll(rounds.accept(0, "b", part(2L * slot, 1).build(), 0));
      left.addAll(rounds.accept(0, "a", part(2L * slot, 1).build(), 0));
    }
    assertThat(left.stream().mapToLong(m -> count(m.round())).sum()).isEqualTo(6L * Most.RANGES);
    assertThat(left).hasSize(3 * Most.RANGES);
    // What is far behind is taken for a repeated part; what is near is not.
    assertThat(rounds.accept(0, "a", part(201, 1).build(), 0)).isEmpty();
    assertThat(rounds.accept(0, "a", part(6L * Most.RANGES + 197, 1).build(), 0)).hasSize(1);
  }

  @Test
  void aRoundLeavesWhenAllHaveComeToItsSlot() {
    Shown rounds = new Shown(schemas, 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    assertThat(rounds.accept(0, "a", part(1, 5).build(), 0)).isEmpty();
    assertThat(rounds.accept(0, "a", part(2, 6).build(), 0)).isEmpty();
    // b's timer skipped the first slot.
    List<Round> both = rounds.accept(0, "b", part(2, 70).build(), 0);
    assertThat(both).extracting(Round::getSlot).containsExactly(1L, 2L);
    assertThat(both).extracting(RoundsTest::count).containsExactly(5L, 76L);
    assertThat(both).extracting(Round::getHosts).containsExactly(1, 2);
  }

  @Test
  void aJoinedPartAnswersWithoutRows() {
    Shown rounds = new Shown(schemas, 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    rounds.accept(0, "a", part(1, 5).build(), 0);
    Round joined = part(1, 0).clearRows().setJoined(true).setSealed(false).build();
    List<Round> complete = rounds.accept(0, "b", joined, 0);
    assertThat(complete).hasSize(1);
    assertThat(complete.getFirst().getJoined()).isTrue();
    assertThat(complete.getFirst().getSealed()).isTrue();
    assertThat(count(complete.getFirst())).isEqualTo(5);
  }

  @Test
  void patienceEndsAndLatePartsAmend() {
    Shown rounds = new Shown(schemas, 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    rounds.accept(0, "a", part(1, 5).build(), 0);
    assertThat(rounds.due(2 * SECOND - 1)).isEmpty();
    assertThat(rounds.due(2 * SECOND)).extracting(RoundsTest::count).containsExactly(5L);
    List<Round> late = rounds.accept(0, "b", part(1, 3).build(), 3 * SECOND);
    assertThat(late).extracting(Round::getPart).containsExactly(1);
    assertThat(late).extracting(RoundsTest::count).containsExactly(3L);
  }

  @Test
  void whoLeavesIsNotWaitedFor() {
    Shown rounds = new Shown(schemas, 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    rounds.accept(0, "a", part(1, 5).build(), 0);
    assertThat(rounds.leave("b")).hasSize(1);
    assertThat(rounds.accept(0, "a", part(2, 5).build(), 0)).hasSize(1);
  }

  @Test
  void whoComesLateIsWaitedForFromThenOn() {
    Shown rounds = new Shown(schemas, 1, 0, 0);
    rounds.expect("a");
    assertThat(rounds.accept(0, "a", part(1, 5).build(), 0)).hasSize(1);
    rounds.expect("late");
    assertThat(rounds.accept(0, "a", part(2, 5).build(), 0)).isEmpty();
    assertThat(rounds.accept(0, "late", part(2, 1).build(), 0)).hasSize(1);
  }

  /** Two hosts have the first site, another has the second, and all have the third. */
  @Test
  void aRoundWaitsForThoseWhoHaveItsSite() {
    MapSchema sum = COUNT.toBuilder().setKind(ValueKind.VALUE_SUM).build();
    PrintSite.Builder site = PrintSite.newBuilder().setPeriodNs(SECOND);
    schemas.add(Schema.newBuilder().addMaps(sum).addPrints(site).addPrints(site).build());
    Rounds rounds = new Rounds(schemas, Samples.ALONE, 1, 0, 0);
    rounds.expect("a", Set.of(0, 2));
    rounds.expect("b", Set.of(1, 2));
    rounds.expect("c", Set.of(0, 2));
    assertThat(rounds.accept(0, "a", part(1, 5).build(), 0)).isEmpty();
    assertThat(rounds.accept(1, "b", part(1, 7).build(), 0)).hasSize(1);
    assertThat(rounds.accept(2, "b", part(1, 7).build(), 0)).isEmpty();
    assertThat(rounds.accept(0, "c", part(1, 5).build(), 0))
        .extracting(merged -> merged.round().getHosts())
        .containsExactly(2);
    // A collector's last host with the first site is gone, not so its others.
    assertThat(rounds.accept(0, "a", part(2, 5).build(), 0)).isEmpty();
    assertThat(rounds.expect("c", Set.of(2))).hasSize(1);
    assertThat(rounds.accept(2, "a", part(1, 7).build(), 0)).isEmpty();
    assertThat(rounds.accept(2, "c", part(1, 7).build(), 0)).hasSize(1);
  }

  @Test
  void endPrintsWaitForEveryHost() {
    Shown rounds = new Shown(schemas(COUNT, PrintPlace.PRINT_END), 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    rounds.accept(0, "a", part(1, 5).build(), 0);
    assertThat(rounds.due(1000 * SECOND)).isEmpty();
    assertThat(rounds.accept(0, "b", part(1, 5).build(), 0)).hasSize(1);
  }

  @Test
  void eventPrintsPassPerHost() {
    Shown rounds = new Shown(schemas(COUNT, PrintPlace.PRINT_EVENT), 1, 0, 0);
    rounds.expect("a");
    rounds.expect("b");
    Round print = part(1, 5).setHost("a").build();
    assertThat(rounds.accept(0, "a", print, 0)).containsExactly(print);
    assertThat(rounds.accept(0, "a", print, 0)).isEmpty();
  }

  record Traffic(MapSchema map, List<Rows> rows) {}

  @Provide
  Arbitrary<Traffic> traffic() {
    return Samples.kinds()
        .map(Samples::keyed)
        .flatMap(
            map ->
                Samples.rows(map)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(20)
                    .map(rows -> new Traffic(map, rows)));
  }

  /** Whatever is repeated, late or out of order: what leaves adds up to what was sent. */
  @Property(tries = 400)
  void whatLeavesIsWhatWasSent(@ForAll("traffic") Traffic traffic, @ForAll Random random) {
    MapSchema map = traffic.map();
    Shown rounds = new Shown(schemas(map, PrintPlace.PRINT_INTERVAL), 1, 0, 0);
    List<Map.Entry<String, Round>> sent = new ArrayList<>();
    Map<Long, List<Rows>> expected = new HashMap<>();
    for (int i = 0; i < traffic.rows().size(); i++) {
      // Three hosts, and a slot now and then with a second part, as a collector amends.
      String sender = "host" + i % 3;
      long slot = 1L + i / 6;
      Round part =
          Round.newBuilder()
              .setSlot(slot)
              .setPart(i / 3 % 2)
              .setHosts(1)
              .setRows(traffic.rows().get(i))
              .build();
      expected.computeIfAbsent(slot, s -> new ArrayList<>()).add(part.getRows());
      for (int times = 1 + random.nextInt(2); times > 0; times--) {
        sent.add(Map.entry(sender, part));
      }
    }
    Collections.shuffle(sent, random);

    rounds.expect("host0");
    rounds.expect("host1");
    List<Round> left = new ArrayList<>();
    long now = 0;
    for (Map.Entry<String, Round> message : sent) {
      left.addAll(rounds.accept(0, message.getKey(), message.getValue(), now));
      now += random.nextLong(SECOND);
      left.addAll(rounds.due(now));
      switch (random.nextInt(10)) {
        case 0 -> rounds.expect("host2");
        case 1 -> left.addAll(rounds.leave("host0"));
        default -> {}
      }
    }
    left.addAll(rounds.flush());

    Map<Long, List<Rows>> got = new HashMap<>();
    Set<List<Long>> names = new HashSet<>();
    int hosts = 0;
    for (Round round : left) {
      got.computeIfAbsent(round.getSlot(), s -> new ArrayList<>()).add(round.getRows());
      assertThat(names.add(List.of(round.getSlot(), (long) round.getPart()))).isTrue();
      hosts += round.getHosts();
    }
    assertThat(hosts).isEqualTo(traffic.rows().size());
    assertThat(got.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (slot, rows) ->
            assertThat(Samples.table(map, Samples.sum(map, got.getOrDefault(slot, List.of()))))
                .isEqualTo(Samples.table(map, Samples.sum(map, rows))));
  }

  /** The rounds of a merger, without their parts. */
  private static final class Shown {
    private final Rounds rounds;

    Shown(Schemas schemas, long epoch, long patience, long grace) {
      rounds = new Rounds(schemas, Samples.ALONE, epoch, patience, grace);
    }

    void expect(String sender) {
      rounds.expect(sender, Set.of(0));
    }

    List<Round> accept(int place, String sender, Round part, long now) {
      return shown(rounds.accept(place, sender, part, now));
    }

    List<Round> leave(String sender) {
      return shown(rounds.expect(sender, Set.of()));
    }

    List<Round> due(long now) {
      return shown(rounds.due(now));
    }

    List<Round> flush() {
      return shown(rounds.flush());
    }

    private static List<Round> shown(List<Merged> merged) {
      return merged.stream().map(Merged::round).toList();
    }
  }
}
