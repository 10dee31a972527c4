package jbt.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ListeningTimeTest {
  private final AtomicLong clock = new AtomicLong(-5);
  private final ListeningTime time = new ListeningTime(clock::get);

  @Test
  void passesAsItIsLookedAt() {
    assertThat(after(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(20));
    assertThat(after(Duration.ofMillis(300))).isEqualTo(Duration.ofMillis(320));
  }

  @Test
  void standsStillWithTheProcess() {
    assertThat(after(Duration.ofSeconds(20))).isEqualTo(Duration.ofMillis(500));
    assertThat(after(Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(520));
  }

  private Duration after(Duration real) {
    clock.addAndGet(real.toNanos());
    return Duration.ofNanos(time.next());
  }
}
