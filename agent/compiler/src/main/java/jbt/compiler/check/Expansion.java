package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.NumberText;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.lang.Quotes;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.KernelTypes;

/** Turns attach points as written into those that the target has. */
final class Expansion {
  /** Of timers, in nanoseconds: an interrupt can take 10 us, and nothing else would run. */
  static final long SHORTEST_PERIOD = 100_000;

  /** Provider names and their short forms. */
  private static final Map<String, String> PROVIDERS =
      Map.ofEntries(
          Map.entry("begin", "begin"),
          Map.entry("end", "end"),
          Map.entry("self", "self"),
          Map.entry("test", "test"),
          Map.entry("bench", "bench"),
          Map.entry("tracepoint", "tracepoint"),
          Map.entry("t", "tracepoint"),
          Map.entry("rawtracepoint", "rawtracepoint"),
          Map.entry("rt", "rawtracepoint"),
          Map.entry("interval", "interval"),
          Map.entry("i", "interval"),
          Map.entry("profile", "profile"),
          Map.entry("p", "profile"),
          Map.entry("software", "software"),
          Map.entry("s", "software"),
          Map.entry("uprobe", "uprobe"),
          Map.entry("u", "uprobe"),
          Map.entry("uretprobe", "uretprobe"),
          Map.entry("ur", "uretprobe"),
          Map.entry("usdt", "usdt"),
          Map.entry("U", "usdt"),
          Map.entry("kprobe", "kprobe"),
          Map.entry("k", "kprobe"),
          Map.entry("kretprobe", "kretprobe"),
          Map.entry("kr", "kretprobe"),
          Map.entry("fentry", "fentry"),
          Map.entry("f", "fentry"),
          Map.entry("kfunc", "fentry"),
          Map.entry("fexit", "fexit"),
          Map.entry("fr", "fexit"),
          Map.entry("kretfunc", "fexit"),
          Map.entry("hardware", "hardware"),
          Map.entry("h", "hardware"),
          Map.entry("watchpoint", "watchpoint"),
          Map.entry("w", "watchpoint"),
          Map.entry("iter", "iter"),
          Map.entry("it", "iter"));

  /** What a pattern for the provider may mean in the kernel, and in programs. */
  private static final List<String> OF_KERNEL =
      List.of(
          "fentry",
          "fexit",
          "hardware",
          "interval",
          "iter",
          "kprobe",
          "kretprobe",
          "profile",
          "rawtracepoint",
          "software",
          "tracepoint");

  private static final List<String> OF_PROGRAMS = List.of("uprobe", "uretprobe", "usdt");

  private static final Map<String, Long> UNITS =
      Map.of("s", 1_000_000_000L, "ms", 1_000_000L, "us", 1_000L);

  private final Target target;
  private final Binaries binaries;
  private final Diagnostics diagnostics;
  private final Settings settings;
  private final Circumstances circumstances;
  private final boolean listed;
  private final UserProbes users;
  private final Kprobes kprobes;
  private final FunctionProbes functions;
  private final CountedProbes counted;
  private Optional<List<String>> tracepoints = Optional.empty();

  /** Those of tests and benches. */
  private final Set<String> names = new HashSet<>();

  /** How many errors were attach points without a match. */
  private int unmatched;

  /**
   * @param binaries of the target
   * @param circumstances of the script
   * @param listed nothing is going to be attached
   */
  Expansion(
      Target target,
      Binaries binaries,
      Diagnostics diagnostics,
      Settings settings,
      Circumstances circumstances,
      boolean listed) {
    this.target = target;
    this.binaries = binaries;
    this.circumstances = circumstances;
    this.diagnostics = diagnostics;
    this.settings = settings;
    this.listed = listed;
    this.users = new UserProbes(binaries, this, settings, circumstances.process());
    this.kprobes = new Kprobes(target, this);
    this.functions = new FunctionProbes(target, this);
    this.counted = new CountedProbes(diagnostics, this);
  }

  /** Notes that an error is that nothing matches. */
  void countUnmatched() {
    unmatched++;
  }

  /** Tells of an attach point without a match, as the settings have it. */
  void missing(AttachPoint written, String message, List<String> hints) {
    switch (settings.missingProbes()) {
      case ERROR -> {
        unmatched++;
        diagnostics.error(written.range(), message, List.of(), hints);
      }
      case WARN -> diagnostics.warning(written.range(), message + ". Skipping.");
      case IGNORE -> {}
    }
  }

  boolean listed() {
    return listed;
  }

  /** Whether it is left to the kernel to refuse places in the middle of an instruction. */
  boolean unsafe() {
    return circumstances.unsafe() == Unsafe.ALLOWED;
  }

  int unmatched() {
    return unmatched;
  }

  /** The provider that a name or short form means, in any case but {@code U}. */
  static Optional<String> provider(String name) {
    String exact = PROVIDERS.get(name);
    return Optional.ofNullable(
        exact == null ? PROVIDERS.get(name.toLowerCase(Locale.ROOT)) : exact);
  }

  List<Expanded> expand(AttachPoint written) {
    if (Wildcard.isPattern(written.provider())) {
      return ofProviders(written);
    }
    Optional<String> provider = provider(written.provider());
    if (provider.isEmpty()) {
      diagnostics.error(
          written.range(),
          "Unknown probe type: '" + written.provider() + "'",
          List.of(),
          Nearest.hint(written.provider(), PROVIDERS.values()));
      return List.of();
    }
    // Paths and names of C++ keep their quotes until they are split further.
    return switch (provider.get()) {
      case "uprobe" -> users.functions(written, false);
      case "uretprobe" -> users.functions(written, true);
      case "usdt" -> users.markers(written);
      default -> inKernel(unquoted(written), provider.get());
    };
  }

  private static AttachPoint unquoted(AttachPoint written) {
    List<String> parts = written.parts().stream().map(Quotes::removed).toList();
    return written.with(written.provider(), parts);
  }

  private List<Expanded> inKernel(AttachPoint written, String provider) {
    return switch (provider) {
      case "begin" -> plain(written, Kind.BEGIN, new Point.Begin());
      case "end" -> plain(written, Kind.END, new Point.End());
      case "self" -> signal(written);
      case "test", "bench" -> named(written, provider);
      case "tracepoint" -> tracepoint(written);
      case "rawtracepoint" -> rawTracepoint(written);
      case "software" -> counted.software(written);
      case "hardware" -> counted.hardware(written);
      case "watchpoint" -> counted.watchpoint(written);
      case "kprobe" -> kprobes.expand(written, false);
      case "kretprobe" -> kprobes.expand(written, true);
      case "fentry" -> functions.expand(written, false);
      case "fexit" -> functions.expand(written, true);
      case "iter" -> Iterators.expand(written, target, this);
      default -> timed(written, provider);
    };
  }

  /** Those of all providers that a pattern means; where one has nothing, others may have. */
  private List<Expanded> ofProviders(AttachPoint written) {
    boolean programs =
        circumstances.process().isPresent()
            || written.parts().stream().limit(1).anyMatch(part -> part.indexOf('/') >= 0);
    String pattern = written.provider().toLowerCase(Locale.ROOT);
    Expansion quiet =
        new Expansion(target, binaries, new Diagnostics(), settings, circumstances, listed);
    List<Expanded> found = new ArrayList<>();
    for (String provider : programs ? OF_PROGRAMS : OF_KERNEL) {
      if (Wildcard.matches(pattern, provider)) {
        found.addAll(quiet.expand(written.with(provider, written.parts())));
      }
    }
    if (found.isEmpty()) {
      List<String> all = new ArrayList<>(List.of(written.provider()));
      all.addAll(written.parts());
      missing(written, "No matches for " + String.join(":", all), List.of());
    }
    return found;
  }

  private List<Expanded> plain(AttachPoint written, Kind kind, Point point) {
    boolean bare = written.parts().isEmpty() || written.parts().equals(List.of("*"));
    if (!bare) {
      return wrong(written, "%s takes no arguments".formatted(written.provider()));
    }
    return one(written, kind, point, kind.name().toLowerCase(Locale.ROOT));
  }

  private List<Expanded> signal(AttachPoint written) {
    if (!written.parts().equals(List.of("signal", "SIGUSR1"))) {
      return wrong(written, "The only probe of self is self:signal:SIGUSR1");
    }
    return one(written, Kind.SELF, new Point.Signal(), "self:signal:SIGUSR1");
  }

  private List<Expanded> named(AttachPoint written, String provider) {
    List<String> parts = written.parts();
    if (parts.size() != 1 || parts.contains("")) {
      return wrongCount(written, provider, "1 argument");
    }
    String name = parts.getFirst();
    String full = provider + ":" + name;
    if (!names.add(full)) {
      return wrong(written, "There are two of " + full);
    }
    return provider.equals("test")
        ? one(written, Kind.TEST, new Point.Test(name), full)
        : one(written, Kind.BENCH, new Point.Bench(name), full);
  }

  private List<Expanded> tracepoint(AttachPoint written) {
    boolean anywhere =
        written.parts().size() == 1 && Wildcard.isPattern(written.parts().getFirst());
    List<String> parts = anywhere ? List.of("*", written.parts().getFirst()) : written.parts();
    if (parts.size() == 1) {
      String suffix = ":" + parts.getFirst();
      return wrong(
          written,
          "tracepoint probe type requires 2 arguments, found 1",
          tracepoints().stream()
              .filter(name -> name.endsWith(suffix))
              .map(name -> "Did you mean '" + name + "'?")
              .limit(1)
              .toArray(String[]::new));
    }
    if (parts.size() != 2 || parts.contains("")) {
      return wrongCount(written, "tracepoint", "2 arguments");
    }
    String category = parts.get(0);
    String event = parts.get(1);
    List<Expanded> found = new ArrayList<>();
    if (Wildcard.isPattern(category) || Wildcard.isPattern(event)) {
      for (String name : tracepoints()) {
        int colon = name.indexOf(':');
        if (Wildcard.matches(category, name.substring(0, colon))
            && Wildcard.matches(event, name.substring(colon + 1))) {
          addTracepoint(name.substring(0, colon), name.substring(colon + 1), written, found);
        }
      }
    } else {
      addTracepoint(category, event, written, found);
    }
    if (found.isEmpty()) {
      String name = category + ":" + event;
      missing(
          written,
          "No matches for tracepoint " + name,
          Wildcard.isPattern(name) ? List.of() : Nearest.hint(name, tracepoints()));
    }
    return found;
  }

  private void addTracepoint(
      String category, String event, AttachPoint written, List<Expanded> found) {
    Optional<TracepointFormat> format = target.tracepoint(category, event);
    if (format.isPresent()) {
      Point point = new Point.Tracepoint(category, event, format.get().id());
      String name = "tracepoint:" + category + ":" + event;
      found.add(new Expanded(Kind.TRACEPOINT, point, name, format, List.of(), written.range()));
    }
  }

  private List<Expanded> rawTracepoint(AttachPoint written) {
    if (target.kernelTypes().isEmpty()) {
      return wrong(written, "rawtracepoint probes need a kernel with type information (BTF)");
    }
    List<String> parts = written.parts();
    if (parts.isEmpty() || parts.size() > 2 || parts.contains("")) {
      return wrongCount(written, "rawtracepoint", "1 or 2 arguments");
    }
    KernelTypes types = target.kernelTypes().get();
    RawTracepoints events = new RawTracepoints("", types.kernel());
    String module = parts.size() == 1 ? "*" : parts.getFirst();
    String wanted = parts.getLast();
    List<Expanded> found = new ArrayList<>();
    boolean here = Wildcard.matches(module, "vmlinux");
    if (here) {
      found.addAll(events.matching(wanted, written.range()));
    }
    // A name is in one place: modules are read only for what the kernel itself lacks.
    if (!here || Wildcard.isPattern(wanted) || !events.has(wanted)) {
      for (String name : types.moduleNames()) {
        if (Wildcard.matches(module, name)) {
          types
              .module(name)
              .map(btf -> new RawTracepoints(name, btf).matching(wanted, written.range()))
              .ifPresent(found::addAll);
        }
      }
    }
    if (found.isEmpty()) {
      String name = String.join(":", parts);
      missing(
          written,
          "No matches for rawtracepoint " + name,
          Wildcard.isPattern(name) ? List.of() : Nearest.hint(name, events.names()));
    }
    return found;
  }

  /** In a fixed order, so that equal targets give equal plans. */
  private List<String> tracepoints() {
    if (tracepoints.isEmpty()) {
      tracepoints = Optional.of(target.tracepoints().stream().sorted().toList());
    }
    return tracepoints.get();
  }

  private List<Expanded> timed(AttachPoint written, String provider) {
    List<String> parts = written.parts();
    if (parts.isEmpty() || parts.size() > 2) {
      return wrongCount(written, provider, "1 or 2 arguments");
    }
    long period =
        parts.size() == 1
            ? number(parts.getFirst())
            : period(parts.getFirst(), number(parts.get(1)));
    String text = String.join(":", parts);
    if (period < 0) {
      return parts.size() == 2
              && !parts.getFirst().equals("hz")
              && !UNITS.containsKey(parts.getFirst())
          ? wrong(written, "Invalid unit: '" + parts.getFirst() + "'; hz, s, ms and us are known")
          : wrong(
              written,
              "Invalid period: '" + text + "'",
              "Periods are %s:hz:99, %<s:s:1, %<s:ms:100 or %<s:100ms".formatted(provider));
    }
    if (period < SHORTEST_PERIOD) {
      String message = "Period '" + text + "' is shorter than 100 us";
      return text.matches("[1-9][0-9]{0,3}")
          ? wrong(
              written,
              message,
              "A number alone is in nanoseconds: %s:hz:%s is %s times a second"
                  .formatted(provider, text, text))
          : wrong(written, message);
    }
    boolean interval = provider.equals("interval");
    Point point = interval ? new Point.Interval(period) : new Point.Profile(period);
    return one(written, interval ? Kind.INTERVAL : Kind.PROFILE, point, provider + ":" + text);
  }

  /** In nanoseconds; negative if it is none. */
  private static long period(String unit, long number) {
    if (number < 1) {
      return -1;
    }
    if (unit.equals("hz")) {
      return 1_000_000_000L / number;
    }
    Long nanoseconds = UNITS.get(unit);
    if (nanoseconds == null || number > Long.MAX_VALUE / nanoseconds) {
      return -1;
    }
    return nanoseconds * number;
  }

  /** Durations come out in nanoseconds; negative if it is no number. */
  static long number(String text) {
    boolean digit = !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9';
    return digit && NumberText.read(text) instanceof NumberText.Value value ? value.number() : -1;
  }

  /** Tells of something that is missing at a place that is used all the same. */
  void warn(Expanded point, String message) {
    diagnostics.warning(point.range(), message);
  }

  void warn(AttachPoint written, String message) {
    diagnostics.warning(written.range(), message);
  }

  /** With the arguments of the function it is at, where the debug information has them. */
  Expanded withArguments(Expanded point) {
    return point.kind() == Kind.UPROBE ? users.withArguments(point) : point;
  }

  List<Expanded> wrong(AttachPoint written, String message, String... hints) {
    diagnostics.error(written.range(), message, List.of(), List.of(hints));
    return List.of();
  }

  /** For an attach point that this kernel can have nothing for, whatever its name. */
  List<Expanded> impossible(AttachPoint written, String message) {
    if (settings.missingProbes() == Settings.Missing.ERROR) {
      // Not of those whose names match nothing.
      return wrong(written, message);
    }
    missing(written, message, List.of());
    return List.of();
  }

  /** For an attach point that has too many or too few parts, or an empty one. */
  List<Expanded> wrongCount(AttachPoint written, String type, String wanted) {
    int found = written.parts().size();
    boolean right = wanted.contains(String.valueOf(found));
    return wrong(
        written,
        right
            ? type + " probe type takes no empty arguments"
            : "%s probe type requires %s, found %d".formatted(type, wanted, found));
  }

  static List<Expanded> one(AttachPoint written, Kind kind, Point point, String name) {
    return List.of(new Expanded(kind, point, name, Optional.empty(), List.of(), written.range()));
  }
}
