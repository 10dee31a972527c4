package jbt.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jbt.cli.render.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final CountDownLatch reader = new CountDownLatch(1);
  private final CountDownLatch blocked = new CountDownLatch(1);
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void read() {
    reader.countDown();
  }

  /** What has to be said is said, although what comes before it can't be written. */
  @Test
  void whatNobodyReadsHoldsUpNoMessage() throws Exception {
    Outbox outbox = new Outbox(new Unread(), err, () -> {});
    assertThat(outbox.offer(Bytes.of("a line\n"), 0)).isTrue();
    blocked.await();
    assertThat(outbox.offer(Bytes.of("the result\n"), 0)).isTrue();
    outbox.note(Bytes.of("gave up\n"));
    outbox.note(Bytes.of("hosts: 1 of 2\n"));
    assertThat(outbox.awaitWritten(1)).isFalse();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(outbox.giveUp()).isTrue();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("gave up\nhosts: 1 of 2\n");
  }

  @Test
  void aSlowReaderIsSeenToRead() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Outbox[] outbox = new Outbox[1];
    List<Long> taken = Collections.synchronizedList(new ArrayList<>());
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            out.write(b);
          }

          @Override
          public void write(byte[] bytes, int from, int count) {
            taken.add(outbox[0].takenAt());
            out.write(bytes, from, count);
          }
        };
    outbox[0] = new Outbox(slow, err, () -> {});
    String text = "x".repeat(100_000) + "y".repeat(100_000) + "z";
    outbox[0].offer(Bytes.of(text), 0);
    while (!outbox[0].awaitWritten(1000)) {
      // It is under way.
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(taken).hasSize(4).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void nothingIsLeftOfWhatWasRead() throws Exception {
    Outbox outbox = new Outbox(OutputStream.nullOutputStream(), err, () -> {});
    outbox.offer(Bytes.of("a line\n"), 0);
    outbox.note(Bytes.of("a note\n"));
    while (!outbox.awaitWritten(1000)) {
      // It is under way.
    }
    assertThat(outbox.giveUp()).isFalse();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("a note\n");
  }

  /** A pipe that is full. */
  private final class Unread extends OutputStream {
    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      blocked.countDown();
      try {
        reader.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
