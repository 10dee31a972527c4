package jbt.daemon.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.grpc.stub.CallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import jbt.v1.Lines;
import jbt.v1.Loss;
import jbt.v1.Pong;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.TraceReply;
import org.junit.jupiter.api.Test;

/** A receiver that stays but does not read costs a bounded amount of memory. */
final class OutboxTest {
  private static final int MIB = 1 << 20;

  private final Reader reader = new Reader();
  private final Outbox outbox = new Outbox(reader);

  private static TraceReply lines(int count) {
    Lines.Builder lines = Lines.newBuilder().setText(ByteString.copyFrom(new byte[MIB]));
    for (int i = 0; i < count; i++) {
      lines.addLength(MIB / count);
    }
    return TraceReply.newBuilder().setLines(lines).build();
  }

  private static Round.Builder round() {
    Rows.Builder rows = Rows.newBuilder().setCount(1);
    return Round.newBuilder().setRows(rows.setKeys(ByteString.copyFrom(new byte[MIB])));
  }

  private static TraceReply reply(Round.Builder round) {
    return TraceReply.newBuilder().setRound(round).build();
  }

  private long waitingBytes() {
    int before = reader.got.size();
    reader.reads = true;
    outbox.flush();
    reader.reads = false;
    return reader.got.subList(before, reader.got.size()).stream()
        .mapToLong(TraceReply::getSerializedSize)
        .sum();
  }

  @Test
  void linesBeyondTheLimitAreCounted() {
    for (int i = 0; i < 20; i++) {
      outbox.data(lines(4));
    }
    assertThat(waitingBytes()).isBetween((long) Outbox.LIMIT - MIB, (long) Outbox.LIMIT);
    assertThat(outbox.losses())
        .extracting(Loss::getDetail, Loss::getCount)
        .containsExactly(tuple("", 4L * (20 - reader.got.size())));
  }

  @Test
  void whatIsHeldWaitsWhileThereIsRoomAndNothingIsLostForIt() {
    reader.reads = true;
    outbox.hold();
    outbox.data(lines(4));
    assertThat(reader.got).isEmpty();
    outbox.release();
    assertThat(reader.got).hasSize(1);
    outbox.hold();
    for (int i = 0; i < 20; i++) {
      outbox.data(lines(4));
    }
    assertThat(reader.got).hasSize(21);
    assertThat(outbox.losses()).isEmpty();
  }

  @Test
  void roundsBeyondTheLimitAreCountedByTheEventsInThem() {
    for (int i = 0; i < 50; i++) {
      outbox.data(reply(round().setSealed(true).setEvents(7)));
    }
    for (int i = 0; i < 3; i++) {
      outbox.data(reply(round().setEvents(0)));
      outbox.data(reply(round().setJoined(true).setEvents(0)));
    }
    assertThat(waitingBytes())
        .isBetween((long) Outbox.ROUNDS_LIMIT - MIB, (long) Outbox.ROUNDS_LIMIT);
    assertThat(outbox.losses())
        .extracting(Loss::getDetail, Loss::hasCount, Loss::getCount)
        .containsExactly(
            tuple("prints", true, 3L), tuple("rounds", true, 7L * (50 - reader.got.size())));
  }

  @Test
  void whatARoundStoodForIsNotKnownOfASum() {
    for (int i = 0; i < 40; i++) {
      outbox.data(reply(round().setSealed(true)));
    }
    assertThat(outbox.losses())
        .extracting(Loss::getDetail, Loss::hasCount)
        .containsExactly(tuple("rounds", false));
  }

  @Test
  void roundsAndLinesKeepTheirOrder() {
    outbox.data(lines(1));
    outbox.data(reply(round().setEvents(1)));
    outbox.data(lines(2));
    waitingBytes();
    assertThat(reader.got)
        .extracting(TraceReply::getReplyCase)
        .containsExactly(
            TraceReply.ReplyCase.LINES, TraceReply.ReplyCase.ROUND, TraceReply.ReplyCase.LINES);
  }

  @Test
  void onlyTheLastAnswerToAPingWaits() {
    for (int i = 1; i <= 1000; i++) {
      outbox.answer(TraceReply.newBuilder().setPong(Pong.newBuilder().setSentNs(i)).build());
    }
    waitingBytes();
    assertThat(reader.got).extracting(r -> r.getPong().getSentNs()).containsExactly(1000L);
  }

  /** Takes nothing until told to. */
  private static final class Reader extends CallStreamObserver<TraceReply> {
    private final List<TraceReply> got = new ArrayList<>();
    private boolean reads;

    @Override
    public boolean isReady() {
      return reads;
    }

    @Override
    public void onNext(TraceReply reply) {
      got.add(reply);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
