package jbt.server.session;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import jbt.v1.MapPartial;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * Replies on their way up, in order. Only what may be dropped is bounded; a partial that has not
 * left is replaced by the next of its map. One thread of its own writes, since a reader may block.
 */
final class Outbox {
  private static final class Item {
    TraceReply reply;

    Item(TraceReply reply) {
      this.reply = reply;
    }
  }

  private final StreamObserver<TraceReply> replies;
  private final Runnable broken;
  private final ArrayDeque<Item> queue = new ArrayDeque<>();
  private final Map<Integer, Item> partials = new HashMap<>();
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

  synchronized void put(TraceReply reply) {
    if (complete || abandoned) {
      return;
    }
    bytes += reply.getSerializedSize();
    queue.add(new Item(reply));
    notifyAll();
  }

  synchronized void put(MapPartial partial) {
    if (complete || abandoned) {
      return;
    }
    @Nullable Item waiting = partials.get(partial.getMap());
    TraceReply reply = TraceReply.newBuilder().setPartial(partial).build();
    if (waiting == null) {
      put(reply);
      partials.put(partial.getMap(), queue.getLast());
    } else {
      bytes += reply.getSerializedSize() - waiting.reply.getSerializedSize();
      waiting.reply = reply;
    }
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
        Item item = queue.remove();
        if (item.reply.hasPartial()) {
          partials.remove(item.reply.getPartial().getMap());
        }
        bytes -= item.reply.getSerializedSize();
        return item.reply;
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
