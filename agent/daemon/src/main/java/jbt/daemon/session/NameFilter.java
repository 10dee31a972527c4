package jbt.daemon.session;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import jbt.v1.Failure;

/**
 * A regular expression that came with a request: one that takes for ever must not hold the host.
 */
final class NameFilter {
  private static final int MOST_READS = 1_000_000;

  private final Pattern pattern;

  private NameFilter(Pattern pattern) {
    this.pattern = pattern;
  }

  static NameFilter of(String text) throws Failed {
    try {
      return new NameFilter(Pattern.compile(text));
    } catch (PatternSyntaxException e) {
      throw new Failed(
          Failure.FAILURE_SCRIPT, "--probe-filter: " + e.getDescription() + ": " + text);
    }
  }

  /**
   * A plan without the attach points whose names have no match. Those of no event, as BEGIN, stay.
   */
  Plan in(Plan plan) throws Failed {
    List<String> names = plan.namesByCookie();
    Predicate<Attachment> finds = at -> finds(at, names.get(at.cookie()));
    List<Attachment> events = plan.attachments().stream().filter(at -> event(at.point())).toList();
    if (events.stream().noneMatch(finds)) {
      throw new Failed(Failure.FAILURE_SCRIPT, "--probe-filter: no probe has a match: " + pattern);
    }
    return plan.without(
        events.stream().filter(finds.negate()).collect(Collectors.toSet()), List.of());
  }

  private static boolean event(Attachment.Point point) {
    return !(point instanceof Attachment.Point.Begin
        || point instanceof Attachment.Point.End
        || point instanceof Attachment.Point.Signal);
  }

  /** Whether it is found in the name of an attach point, or in the one that the script gives it. */
  boolean finds(Attachment at, String name) {
    return finds(name) || (!at.given().isEmpty() && finds(at.given()));
  }

  /** Whether it is found in a name; not if that is too hard to tell. */
  private boolean finds(String name) {
    try {
      return pattern.matcher(new Counted(name, new AtomicInteger())).find();
    } catch (TooManyReadsException e) {
      return false;
    }
  }

  /** Counts how often a character is read, which bounds the time of a search. */
  private record Counted(CharSequence text, AtomicInteger reads) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (reads.incrementAndGet() > MOST_READS) {
        throw new TooManyReadsException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), reads);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private static final class TooManyReadsException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
