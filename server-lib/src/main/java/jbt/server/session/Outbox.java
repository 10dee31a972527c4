package jbt.server.session;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import jbt.v1.HostReport;
import jbt.v1.MapPartial;
import jbt.v1.Pong;
import jbt.v1.Schema;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * Replies on their way up, in order, and never more of them than a reader that has stopped reading
 * can be spared: lines, values and rounds are bounded, and of what is repeated all the time (a
 * map's partial, a host's report, the schema, the answer to a ping) only the newest waits. One
 * thread of its own writes, since a reader may block.
 */
final class Outbox {
  /** What only the newest waits of. */
  private record Newest(TraceReply.ReplyCase kind, String of) {}

  private final StreamObserver<TraceReply> replies;
  private final Runnable broken;

  /** By what they replace; those that replace nothing by an object of their own. */
  private final Map<Object, TraceReply> queue = new LinkedHashMap<>();

  private long bytes;
  private boolean complete;
  private boolean abandoned;

  /**
   * @param broken told when the reader is gone
   */
  Outbox(StreamObserver<TraceReply> replies, Runnable broken) {
    this.replies = replies;
    this.broken = broken;
    if (replies instanceof ServerCallStreamObserver<TraceReply> call) {
      call.setOnReadyHandler(this::wake);
      call.setOnCancelHandler(broken);
    }
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** False, and nothing kept, when more than so many bytes wait already. */
  synchronized boolean offer(TraceReply reply, long limit) {
    if (bytes + reply.getSerializedSize() > limit) {
      return false;
    }
    put(reply);
    return true;
  }

  void put(TraceReply reply) {
    put(new Object(), reply);
  }

  /** A cumulative value may stand in the place of the last one. */
  void put(MapPartial partial) {
    put(
        new Newest(TraceReply.ReplyCase.PARTIAL, Integer.toString(partial.getMap())),
        TraceReply.newBuilder().setPartial(partial).build());
  }

  /** Places never change their meaning, so that a newer schema may come earlier. */
  void put(Schema schema) {
    put(
        new Newest(TraceReply.ReplyCase.SCHEMA, ""),
        TraceReply.newBuilder().setSchema(schema).build());
  }

  void put(Pong pong) {
    put(new Newest(TraceReply.ReplyCase.PONG, ""), TraceReply.newBuilder().setPong(pong).build());
  }

  /** A report leaves behind everything that was said before it. */
  synchronized void put(HostReport report) {
    Newest key = new Newest(TraceReply.ReplyCase.HOST, report.getHost());
    @Nullable TraceReply older = queue.remove(key);
    bytes -= older == null ? 0 : older.getSerializedSize();
    put(key, TraceReply.newBuilder().setHost(report).build());
  }

  private synchronized void put(Object key, TraceReply reply) {
    if (complete || abandoned) {
      return;
    }
    @Nullable TraceReply older = queue.put(key, reply);
    bytes += reply.getSerializedSize() - (older == null ? 0 : older.getSerializedSize());
    notifyAll();
  }

  /** Ends the stream behind everything that waits. */
  synchronized void complete() {
    complete = true;
    notifyAll();
  }

  /** Drops everything; the reader is gone. */
  synchronized void abandon() {
    abandoned = true;
    queue.clear();
    notifyAll();
  }

  /** Writes until the stream ends; the body of the outbox's thread. */
  void run() {
    try {
      for (TraceReply next = take(); next != null; next = take()) {
        replies.onNext(next);
      }
      if (!isAbandoned()) {
        replies.onCompleted();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      broken.run();
    }
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  private synchronized @Nullable TraceReply take() throws InterruptedException {
    while (!abandoned) {
      if (queue.isEmpty() && complete) {
        return null;
      } else if (!queue.isEmpty() && isReady()) {
        Iterator<TraceReply> oldest = queue.values().iterator();
        TraceReply reply = oldest.next();
        oldest.remove();
        bytes -= reply.getSerializedSize();
        return reply;
      }
      wait();
    }
    return null;
  }

  private boolean isReady() {
    return !(replies instanceof ServerCallStreamObserver<TraceReply> call)
        || call.isReady()
        || call.isCancelled();
  }
}
