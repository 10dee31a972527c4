package jbt.daemon.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * What a session shows, in the order in which it happened: what comes after a print waits until it
 * is known what the print shows. Not thread-safe.
 */
final class Output {
  /** Takes what is ready. */
  interface Sink {
    /** Lines and values. */
    void data(TraceReply reply, int events);

    void round(TraceReply reply);
  }

  private static final class Entry {
    private final int events;
    private @Nullable TraceReply reply;

    private Entry(@Nullable TraceReply reply, int events) {
      this.reply = reply;
      this.events = events;
    }
  }

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<Control, Entry> prints = new HashMap<>();
  private final Sink sink;

  Output(Sink sink) {
    this.sink = sink;
  }

  void add(TraceReply reply, int events) {
    entries.add(new Entry(reply, events));
  }

  /** Keeps the place of a print. */
  void expect(Control print) {
    Entry entry = new Entry(null, 0);
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
      @Nullable TraceReply reply = entry.reply;
      if (reply == null) {
        return;
      }
      entries.remove();
      if (reply.hasRound()) {
        sink.round(reply);
      } else {
        sink.data(reply, entry.events);
      }
    }
  }
}
