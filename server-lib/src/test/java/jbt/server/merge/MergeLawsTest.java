package jbt.server.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.PrintSite;
import jbt.v1.Rows;
import jbt.v1.Schema;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MergeLawsTest {
  record Messages(MapSchema map, List<Rows> rows) {}

  @Provide
  Arbitrary<Messages> messages() {
    return Samples.forAnyKind(
        map ->
            Samples.rows(map)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8)
                .map(rows -> new Messages(map, rows)));
  }

  @Property(tries = 300)
  void mergingIsCommutative(@ForAll("messages") Messages sample, @ForAll Random random) {
    List<Rows> shuffled = new ArrayList<>(sample.rows());
    Collections.shuffle(shuffled, random);
    assertThat(Samples.table(sample.map(), Samples.sum(sample.map(), shuffled)))
        .isEqualTo(Samples.table(sample.map(), Samples.sum(sample.map(), sample.rows())));
  }

  @Property(tries = 300)
  void mergingIsAssociative(@ForAll("messages") Messages sample, @ForAll Random random) {
    MapSchema map = sample.map();
    int cut = random.nextInt(sample.rows().size() + 1);
    Rows left = Samples.sum(map, sample.rows().subList(0, cut));
    Rows right = Samples.sum(map, sample.rows().subList(cut, sample.rows().size()));
    assertThat(Samples.table(map, Samples.sum(map, List.of(left, right))))
        .isEqualTo(Samples.table(map, Samples.sum(map, sample.rows())));
  }

  /** Cumulative partials: messages of three senders, the last of each decides. */
  @Property(tries = 300)
  void onlyTheNewestOfEachSenderCounts(@ForAll("messages") Messages sample, @ForAll Random random) {
    MapSchema map = sample.map();
    List<MapPartial> sent = new ArrayList<>();
    Rows[] last = new Rows[3];
    for (int i = 0; i < sample.rows().size(); i++) {
      int sender = i % 3;
      last[sender] = sample.rows().get(i);
      sent.add(
          MapPartial.newBuilder()
              .setHost("host" + sender)
              .setEpoch(sender == 2 ? 1 : 0)
              .setGeneration(i / 4)
              .setSequence(i % 4)
              .setHosts(1)
              .setRows(sample.rows().get(i))
              .build());
    }
    // Resent, reordered, and any but the last of each sender lost.
    List<MapPartial> heard =
        new ArrayList<>(sent.subList(Math.max(0, sent.size() - 3), sent.size()));
    for (MapPartial partial : sent) {
      for (int times = random.nextInt(3); times > 0; times--) {
        heard.add(partial);
      }
    }
    Collections.shuffle(heard, random);

    Schemas schemas = new Schemas();
    schemas.add(Schema.newBuilder().addMaps(map).addPrints(PrintSite.newBuilder()).build());
    Partials partials = new Partials();
    for (MapPartial partial : heard) {
      // The third is the first under another epoch: they add.
      String sender = partial.getEpoch() == 1 ? "host0" : partial.getHost();
      partials.accept(schemas, 0, sender, partial, Most.KEPT);
    }
    MapPartial.Builder fold = partials.fold(schemas, 0, Samples.ALONE);
    List<Rows> expected = new ArrayList<>();
    for (Rows rows : last) {
      if (rows != null) {
        expected.add(rows);
      }
    }
    assertThat(Samples.table(map, fold.getRows()))
        .isEqualTo(Samples.table(map, Samples.sum(map, expected)));
    assertThat(fold.getHosts()).isEqualTo(expected.size());
  }
}
