package jbt.daemon.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import jbt.compiler.plan.Site;
import jbt.v1.TraceReply;

/**
 * What a session shows, in the order in which it happened. Prints, clears and zeros are resolved
 * here: a generation is complete when a grace period has passed that began after the record of its
 * end was seen, since then no program run that could still add to it is under way.
 *
 * <p>Not thread-safe but for {@link #graceEnded}.
 */
final class Output {
  /** What resolving needs from the session. */
  interface Maps {
    /**
     * The reply that shows a print.
     *
     * @param end what the run that printed did to the map afterwards
     */
    TraceReply round(Control print, Optional<Site.Outcome> end);

    /** Takes a generation that nobody writes to any more out of the kernel. */
    void end(Control clearOrZero);
  }

  /** Takes what is ready. */
  interface Sink {
    /** Lines and values. */
    void data(TraceReply reply, int events);

    void round(TraceReply reply);
  }

  private sealed interface Entry {
    record Data(TraceReply reply, int events) implements Entry {}

    /**
     * @param graces grace periods that had begun when the record was seen
     */
    record Pending(Control control, long graces) implements Entry {}
  }

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Maps maps;
  private final Sink sink;
  private long started;
  private volatile long completed;
  private boolean quiet;

  Output(Maps maps, Sink sink) {
    this.maps = maps;
    this.sink = sink;
  }

  void add(TraceReply reply, int events) {
    entries.add(new Entry.Data(reply, events));
  }

  void add(Control control) {
    entries.add(new Entry.Pending(control, started));
  }

  /** Whether a grace period must begin so that everything can be resolved; none is under way. */
  boolean wantsGrace() {
    if (started != completed || quiet) {
      return false;
    }
    for (Iterator<Entry> last = entries.descendingIterator(); last.hasNext(); ) {
      if (last.next() instanceof Entry.Pending pending) {
        return !resolvable(pending);
      }
    }
    return false;
  }

  void graceBegins() {
    started++;
  }

  /** May be called by any thread. */
  void graceEnded() {
    completed = started;
  }

  /** No program runs any more: everything can be resolved. */
  void programsEnded() {
    quiet = true;
  }

  private boolean resolvable(Entry.Pending pending) {
    return quiet || completed > pending.graces;
  }

  /** Hands on everything that is ready; returns whether nothing is left. */
  boolean advance() {
    while (!entries.isEmpty()) {
      switch (entries.getFirst()) {
        case Entry.Data(TraceReply reply, int events) -> sink.data(reply, events);
        case Entry.Pending pending -> {
          if (!resolvable(pending) || !resolve(pending.control)) {
            return false;
          }
        }
      }
      entries.removeFirst();
    }
    return true;
  }

  private boolean resolve(Control control) {
    if (!control.print()) {
      if (control.outcome() == Site.Outcome.MOVED) {
        maps.end(control);
      }
      return true;
    }
    Optional<Entry.Pending> end = endOf(control);
    if (end.isPresent()
        && end.get().control.outcome() == Site.Outcome.MOVED
        && !resolvable(end.get())) {
      return false;
    }
    sink.round(maps.round(control, end.map(e -> e.control.outcome())));
    return true;
  }

  /** The clear or zero that the run of the print did later. */
  private Optional<Entry.Pending> endOf(Control print) {
    for (Entry entry : entries) {
      if (entry instanceof Entry.Pending pending && pending.control.endsGenerationOf(print)) {
        return Optional.of(pending);
      }
    }
    return Optional.empty();
  }

  /** For tests: what still waits. */
  List<Control> waiting() {
    List<Control> all = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry instanceof Entry.Pending pending) {
        all.add(pending.control);
      }
    }
    return all;
  }
}
