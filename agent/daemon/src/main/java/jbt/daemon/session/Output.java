package jbt.daemon.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * What a session shows, in the order in which it happened: what comes after a print waits until it
 * is known what the print shows. Not thread-safe.
 */
final class Output {
  private static final class Entry {
    private @Nullable TraceReply reply;
    private @Nullable Future<TraceReply> later;

    private Entry(@Nullable TraceReply reply) {
      this.reply = reply;
    }
  }

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<Control, Entry> prints = new HashMap<>();
  private final Consumer<TraceReply> sink;

  /**
   * @param sink takes what is ready
   */
  Output(Consumer<TraceReply> sink) {
    this.sink = sink;
  }

  void add(TraceReply reply) {
    entries.add(new Entry(reply));
  }

  /** Keeps the place of what will be there when it is done. */
  void add(Future<TraceReply> later) {
    Entry entry = new Entry(null);
    entry.later = later;
    entries.add(entry);
  }

  /** How many entries wait for something before them, or are being waited for. */
  int waiting() {
    return entries.size();
  }

  /** Waits for what is not done yet until a time of {@link System#nanoTime}, then gives it up. */
  void await(long until) {
    for (Entry entry : entries) {
      @Nullable Future<TraceReply> later = entry.later;
      if (later != null) {
        try {
          later.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
          later.cancel(true);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** Keeps the place of a print. */
  void expect(Control print) {
    Entry entry = new Entry(null);
    prints.put(print, entry);
    entries.add(entry);
  }

  /** What a print shows. */
  void show(Control print, TraceReply reply) {
    @Nullable Entry entry = prints.remove(print);
    if (entry != null) {
      entry.reply = reply;
    }
  }

  /** Hands on everything that is ready. */
  void advance() {
    for (Entry entry = entries.peek(); entry != null; entry = entries.peek()) {
      @Nullable Future<TraceReply> later = entry.later;
      if (later != null && later.isDone()) {
        entries.remove();
        if (later.state() == Future.State.SUCCESS) {
          sink.accept(later.resultNow());
        }
        continue;
      }
      @Nullable TraceReply reply = entry.reply;
      if (reply == null) {
        return;
      }
      entries.remove();
      sink.accept(reply);
    }
  }
}
