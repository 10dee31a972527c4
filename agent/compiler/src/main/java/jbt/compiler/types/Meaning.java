package jbt.compiler.types;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a {@link Type.Symbolic} value stands for: programs hold it as numbers, people read it as
 * text, which the agent makes.
 */
public sealed interface Meaning {
  /** Words that programs hold. */
  int words();

  /** As messages name it. */
  String description();

  /** Whether its text means something on one host only. */
  boolean hostBound();

  /** A function of the kernel: an address. */
  record KernelSymbol() implements Meaning {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public String description() {
      return "kernel symbol";
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }

  /** A function of a process: an address, then the process's id. */
  record UserSymbol() implements Meaning {
    @Override
    public int words() {
      return 2;
    }

    @Override
    public String description() {
      return "user symbol";
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }

  /**
   * The functions that were being called: a hash of two words, by which the plan's map of stacks
   * has them; zeros for none.
   *
   * @param limit most frames that are kept
   */
  record Stack(boolean user, Mode mode, int limit) implements Meaning {
    /** How a frame is written. */
    public enum Mode {
      BPFTRACE,
      PERF,
      RAW
    }

    @Override
    public int words() {
      return 2;
    }

    @Override
    public String description() {
      return user ? "user stack" : "kernel stack";
    }

    /** With all that two stacks of one type have in common. */
    public String whole() {
      return "%s (%s, %d)".formatted(description(), mode.name().toLowerCase(Locale.ROOT), limit);
    }

    /** Addresses differ between hosts and between runs of a process. */
    @Override
    public boolean hostBound() {
      return mode != Mode.BPFTRACE;
    }
  }

  /** One word of which the text is made in some way. */
  record Id(Kind kind) implements Meaning {
    public enum Kind {
      /** An error number, as strerror(3) has it. */
      ERROR,
      SIGNAL,
      SYSTEM_CALL,
      /** A user id. */
      USER,
      /** Six bytes. */
      MAC_ADDRESS
    }

    @Override
    public int words() {
      return 1;
    }

    @Override
    public String description() {
      return switch (kind) {
        case ERROR -> "error text";
        case SIGNAL -> "signal name";
        case SYSTEM_CALL -> "name of a system call";
        case USER -> "user name";
        case MAC_ADDRESS -> "mac address";
      };
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }

  /** Nanoseconds, since the host started or since 1970, shown as wall-clock time. */
  record Timestamp(String format) implements Meaning {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public String description() {
      return "timestamp";
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }

  /** The same where several formats meet: the time, then which of them shows it. */
  record MixedTimestamp(List<String> formats) implements Meaning {
    public MixedTimestamp {
      formats = List.copyOf(formats);
    }

    @Override
    public int words() {
      return 2;
    }

    @Override
    public String description() {
      return "timestamp";
    }

    @Override
    public boolean hostBound() {
      return false;
    }

    /** Tells a format from all that it meets. */
    public static int number(String format) {
      return format.hashCode();
    }

    /** The one that tells them all apart; empty if these are no timestamps. */
    public static Optional<Meaning> of(Meaning a, Meaning b) {
      SortedMap<Integer, String> all = new TreeMap<>();
      List<String> first = formats(a);
      List<String> second = formats(b);
      Stream.concat(first.stream(), second.stream())
          .forEach(format -> all.put(number(format), format));
      boolean apart = all.values().containsAll(first) && all.values().containsAll(second);
      return first.isEmpty() || second.isEmpty() || !apart
          ? Optional.empty()
          : Optional.of(new MixedTimestamp(List.copyOf(all.values())));
    }

    private static List<String> formats(Meaning meaning) {
      return switch (meaning) {
        case Timestamp(String format) -> List.of(format);
        case MixedTimestamp(List<String> formats) -> formats;
        default -> List.of();
      };
    }
  }

  /**
   * A control group, by its id.
   *
   * @param pattern of the hierarchies that are shown, "" for all
   */
  record CgroupPath(String pattern) implements Meaning {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public String description() {
      return "cgroup path";
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }

  /** Address family (2 or 10), then 16 bytes of which IPv4 uses four. */
  record InternetAddress() implements Meaning {
    @Override
    public int words() {
      return 3;
    }

    @Override
    public String description() {
      return "internet address";
    }

    @Override
    public boolean hostBound() {
      return false;
    }
  }
}
