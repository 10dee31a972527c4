package jbt.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import jbt.daemon.session.Slots.Slot;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private static final long SECOND = 1_000_000_000;
  private static final long MILLI = 1_000_000;

  private final Slots slots = new Slots();

  @Test
  void ticksAreCountedFromTheStart() {
    assertThat(slots.at(0, SECOND + 3 * MILLI, 0, SECOND)).isEqualTo(new Slot(1, 0));
    assertThat(slots.at(0, 2 * SECOND - MILLI, 0, SECOND)).isEqualTo(new Slot(2, 0));
    assertThat(slots.at(0, 5 * SECOND, 0, SECOND)).isEqualTo(new Slot(5, 2));
    assertThat(slots.at(0, 5 * SECOND + MILLI, 0, SECOND)).isEqualTo(new Slot(6, 0));
    assertThat(slots.at(1, SECOND, 0, SECOND)).isEqualTo(new Slot(1, 0));
  }

  @Test
  void ticksAreMissingWhenTheirTimeIsOver() {
    assertThat(slots.missing(0, SECOND + 400 * MILLI, 0, SECOND)).isZero();
    assertThat(slots.missing(0, SECOND + 600 * MILLI, 0, SECOND)).isOne();
    slots.at(0, SECOND, 0, SECOND);
    assertThat(slots.missing(0, 2 * SECOND + 400 * MILLI, 0, SECOND)).isZero();
    assertThat(slots.missing(0, 4 * SECOND, 0, SECOND)).isEqualTo(2);
    long late = 7 * SECOND + 400 * MILLI;
    assertThat(slots.missing(1, SECOND + 400 * MILLI, late, SECOND)).isZero();
    assertThat(slots.missing(1, SECOND + 600 * MILLI, late, SECOND)).isOne();
  }

  /** Its ticks stand with those of the others at that time, and it has skipped none of theirs. */
  @Test
  void aLateHostCountsFromTheStartOfAll() {
    long late = 7 * SECOND + 400 * MILLI;
    assertThat(slots.at(0, SECOND, late, SECOND)).isEqualTo(new Slot(8, 0));
    assertThat(slots.at(0, 2 * SECOND + 200 * MILLI, late, SECOND)).isEqualTo(new Slot(9, 0));
    assertThat(slots.at(0, 3 * SECOND - 200 * MILLI, late, SECOND)).isEqualTo(new Slot(10, 0));
    assertThat(slots.at(1, 100 * MILLI, late, 100 * MILLI)).isEqualTo(new Slot(75, 0));
  }

  @Test
  void aTickBetweenTwoOfTheOthersKeepsToOneSide() {
    long late = SECOND / 2;
    assertThat(
            LongStream.range(1, 50)
                .map(n -> slots.at(0, n * SECOND + (n % 2) * MILLI, late, SECOND).number()))
        .containsExactlyElementsOf(LongStream.range(2, 51).boxed().toList());
  }
}
