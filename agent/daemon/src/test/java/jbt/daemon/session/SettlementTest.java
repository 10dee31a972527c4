package jbt.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import jbt.compiler.plan.Site;
import jbt.daemon.session.Settlement.Shown;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private static final Site.Print PRINT =
      new Site.Print(0, 0, 0, false, Site.Place.INTERVAL, Optional.of(1_000_000L), true);

  private final Recorded maps = new Recorded();
  private final Settlement settlement = new Settlement(maps);

  /** A map whose generation the test moves on. */
  private static final class Recorded implements Settlement.Maps {
    final List<String> told = new ArrayList<>();
    long generation;
    boolean generations = true;

    @Override
    public int count() {
      return 1;
    }

    @Override
    public boolean hasGenerations(int map) {
      return generations;
    }

    @Override
    public long generation(int map) {
      return generation;
    }

    @Override
    public void show(Control print, Shown how) {
      told.add("show " + print.generation() + " " + how);
    }

    @Override
    public void ended(int map, long ended, boolean keysStay) {
      told.add((keysStay ? "zeroed " : "cleared ") + ended);
    }

    @Override
    public void emptyThrough(int map, long last) {
      told.add("empty " + last);
    }
  }

  private static Control print(long generation, int program) {
    return new Control(
        0,
        0,
        PRINT,
        0,
        program,
        0,
        generation,
        Site.Outcome.MOVED,
        ByteString.EMPTY,
        Optional.empty());
  }

  private static Control clear(long generation, int program, Site.Outcome outcome) {
    return new Control(
        0,
        1,
        new Site.Clear(0),
        0,
        program,
        0,
        generation,
        outcome,
        ByteString.EMPTY,
        Optional.empty());
  }

  private static Control zero(long generation, int program) {
    return new Control(
        0,
        2,
        new Site.Zero(0),
        0,
        program,
        0,
        generation,
        Site.Outcome.MOVED,
        ByteString.EMPTY,
        Optional.empty());
  }

  private void turn() {
    if (settlement.begin()) {
      settlement.finish();
    }
  }

  @Test
  void printAndClearShowACompleteGeneration() {
    settlement.add(print(0, 1));
    settlement.add(clear(0, 1, Site.Outcome.MOVED));
    maps.generation = 1;
    turn();
    assertThat(maps.told).containsExactly("show 0 SEALED", "cleared 0", "empty 0");
    assertThat(settlement.begin()).isFalse();
  }

  @Test
  void aGenerationMovedOnDuringTheGracePeriodNeedsAnother() {
    settlement.add(print(0, 1));
    assertThat(settlement.begin()).isTrue();
    settlement.add(clear(0, 1, Site.Outcome.MOVED));
    maps.generation = 1;
    settlement.finish();
    assertThat(maps.told).isEmpty();
    turn();
    assertThat(maps.told).containsExactly("show 0 SEALED", "cleared 0", "empty 0");
  }

  @Test
  void aPrintWithoutClearShowsWhatIsThere() {
    settlement.add(print(0, 1));
    turn();
    assertThat(maps.told).containsExactly("show 0 LIVE");
  }

  @Test
  void aMapThatIsNeverClearedIsShownAtOnce() {
    maps.generations = false;
    settlement.add(print(0, 1));
    assertThat(maps.told).containsExactly("show 0 LIVE");
    assertThat(settlement.begin()).isFalse();
  }

  @Test
  void aClearThatHadToWaitJoinsTheNext() {
    settlement.add(print(0, 1));
    settlement.add(clear(0, 1, Site.Outcome.JOINED));
    settlement.add(print(0, 1));
    settlement.add(clear(0, 1, Site.Outcome.MOVED));
    maps.generation = 1;
    turn();
    assertThat(maps.told).containsExactly("show 0 JOINED", "show 0 SEALED", "cleared 0", "empty 0");
  }

  @Test
  void aRunThatWentByItsClearIsNotPairedWithTheNextRunsClear() {
    settlement.add(print(0, 1));
    settlement.add(print(0, 1));
    settlement.add(clear(0, 1, Site.Outcome.MOVED));
    maps.generation = 1;
    turn();
    assertThat(maps.told).containsExactly("show 0 LIVE", "show 0 SEALED", "cleared 0", "empty 0");
  }

  @Test
  void programsArePairedEachOnTheirOwn() {
    settlement.add(print(0, 1));
    settlement.add(print(0, 2));
    settlement.add(clear(0, 2, Site.Outcome.OVERTAKEN));
    settlement.add(clear(0, 1, Site.Outcome.MOVED));
    maps.generation = 1;
    turn();
    assertThat(maps.told).containsExactly("show 0 SEALED", "show 0 JOINED", "cleared 0", "empty 0");
  }

  @Test
  void zeroedKeysStayForLaterPrintsOnly() {
    settlement.add(print(0, 1));
    settlement.add(zero(0, 1));
    settlement.add(print(1, 1));
    settlement.add(zero(1, 1));
    maps.generation = 2;
    turn();
    assertThat(maps.told)
        .containsExactly("show 0 SEALED", "zeroed 0", "show 1 SEALED", "zeroed 1", "empty 1");
  }

  @Test
  void aClearWhoseRecordWasLostIsSeenInTheMap() {
    maps.generation = 3;
    turn();
    assertThat(maps.told).containsExactly("cleared 0", "cleared 1", "cleared 2", "empty 2");
  }

  /** Programs on several processors, in any interleaving, against a settling reader. */
  @Test
  void everyEventIsInExactlyOneSealedPrintOrLeft() {
    for (int seed = 0; seed < 500; seed++) {
      new Simulation(seed).run();
    }
  }

  /** A map in which a generation's place is used again after four generations. */
  private static final class Simulation implements Settlement.Maps {
    private static final int SLOTS = 4;
    private static final int PROCESSORS = 3;

    private final Random random;
    private final String name;
    private final Settlement settlement = new Settlement(this);
    private final Map<Long, Long> contents = new HashMap<>();
    private final Deque<Control> ring = new ArrayDeque<>();
    private final List<Run> running = new ArrayList<>();
    private long generation;
    private long acknowledged;
    private long events;
    private long sealed;

    Simulation(int seed) {
      random = new Random(seed);
      name = "seed " + seed;
    }

    /** A run of program 0, which counts, or 1, which prints and clears. */
    private final class Run {
      final int processor;
      final boolean prints;
      long mine = -1;
      int step;

      Run(int processor, boolean prints) {
        this.processor = processor;
        this.prints = prints;
      }

      /** Does one thing; false at the end. */
      boolean advance() {
        step++;
        if (mine < 0) {
          mine = generation;
          return true;
        }
        return prints ? printOrClear() : count();
      }

      private boolean count() {
        assertThat(mine)
            .as(name + ": a write to a place that was given back")
            .isGreaterThanOrEqualTo(acknowledged);
        contents.merge(mine, 1L, Long::sum);
        events++;
        return step < 4;
      }

      private boolean printOrClear() {
        if (step == 2) {
          ring.add(record(PRINT, 0, Site.Outcome.MOVED));
          return true;
        }
        Site.Outcome outcome = Site.Outcome.OVERTAKEN;
        if (mine + 1 - acknowledged >= SLOTS) {
          outcome = Site.Outcome.JOINED;
        } else if (generation == mine) {
          generation++;
          outcome = Site.Outcome.MOVED;
        }
        ring.add(record(new Site.Clear(0), 1, outcome));
        return false;
      }

      private Control record(Site site, int index, Site.Outcome outcome) {
        return new Control(
            0, index, site, processor, 1, 0, mine, outcome, ByteString.EMPTY, Optional.empty());
      }
    }

    void run() {
      for (int turn = 0; turn < 30; turn++) {
        work(random.nextInt(30));
        drain();
        if (settlement.begin()) {
          List<Run> before = List.copyOf(running);
          work(random.nextInt(30));
          while (running.stream().anyMatch(before::contains)) {
            work(1);
          }
          drain();
          settlement.finish();
        }
      }
      while (!running.isEmpty()) {
        running.removeIf(run -> !run.advance());
      }
      drain();
      while (settlement.begin()) {
        drain();
        settlement.finish();
      }
      assertThat(sealed + contents.getOrDefault(generation, 0L)).as(name).isEqualTo(events);
    }

    private void work(int steps) {
      for (int i = 0; i < steps; i++) {
        int processor = random.nextInt(PROCESSORS);
        Optional<Run> run = running.stream().filter(r -> r.processor == processor).findFirst();
        if (run.isEmpty()) {
          running.add(new Run(processor, random.nextInt(3) == 0));
        } else if (!run.get().advance()) {
          running.remove(run.get());
        }
        if (random.nextInt(8) == 0) {
          drain();
        }
      }
    }

    private void drain() {
      while (!ring.isEmpty()) {
        settlement.add(ring.remove());
      }
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public boolean hasGenerations(int map) {
      return true;
    }

    @Override
    public long generation(int map) {
      return generation;
    }

    @Override
    public void show(Control print, Shown how) {
      if (how == Shown.SEALED) {
        sealed += contents.getOrDefault(print.generation(), 0L);
      } else {
        assertThat(how).as(name).isEqualTo(Shown.JOINED);
      }
    }

    @Override
    public void ended(int map, long ended, boolean keysStay) {}

    @Override
    public void emptyThrough(int map, long last) {
      for (long g = acknowledged; g <= last; g++) {
        contents.remove(g);
      }
      acknowledged = last + 1;
    }
  }
}
