package jbt.compiler.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.KernelFunctions.Function;
import jbt.compiler.target.KernelFunctions.Name;
import jbt.compiler.target.Target;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;

/** Attach points in the kernel's code. */
final class Kprobes {
  /** What a pattern leaves out: what runs all the time or while a program is attached. */
  private static final Set<String> LEFT_OUT =
      Set.of("arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func");

  private final Target target;
  private final Expansion expansion;

  Kprobes(Target target, Expansion expansion) {
    this.target = target;
    this.expansion = expansion;
  }

  /** Whether a pattern may give it. */
  static boolean offered(String function) {
    return !function.startsWith("rcu_")
        && !function.startsWith("__ftrace_invalid_address__")
        && !function.contains(".part.")
        && !LEFT_OUT.contains(function);
  }

  /** {@code function}, {@code module:function}, both with an offset, or an address. */
  List<Expanded> expand(AttachPoint written, boolean returns) {
    List<String> parts = written.parts();
    String type = returns ? "kretprobe" : "kprobe";
    if (parts.isEmpty() || parts.size() > 2 || parts.contains("")) {
      return expansion.wrongCount(written, type, "1 or 2 arguments");
    }
    if (!expansion.listed() && target.feature(Feature.KPROBE) == Answer.NO) {
      return expansion.impossible(
          written, type + " probes need CONFIG_KPROBE_EVENTS, which this kernel lacks");
    }
    String module = parts.size() == 2 ? parts.getFirst() : "*";
    String wanted = parts.getLast();
    Places places = new Places(written, returns, type, parts.size() == 2 ? module : "");
    long address = address(wanted);
    if (address != 0) {
      return places.atAddress(wanted, address);
    }
    if (Wildcard.isPattern(wanted) || (parts.size() == 2 && Wildcard.isPattern(module))) {
      return places.matching(module, wanted);
    }
    return places.named(module, wanted);
  }

  /** An address in hexadecimal digits; 0 if it is none. */
  static long address(String text) {
    if (!text.matches("0[xX][0-9a-fA-F]{1,16}")) {
      return 0;
    }
    return Long.parseUnsignedLong(text.substring(2), 16);
  }

  /** The places that one attach point names. */
  private final class Places {
    private final AttachPoint written;
    private final boolean returns;
    private final String type;
    private final String prefix;

    Places(AttachPoint written, boolean returns, String type, String module) {
      this.written = written;
      this.returns = returns;
      this.type = type;
      this.prefix = module.isEmpty() ? type + ":" : type + ":MODULE:";
    }

    List<Expanded> matching(String module, String pattern) {
      KernelFunctions functions = target.functions();
      Set<Name> names =
          functions.traceable().stream()
              .filter(
                  name ->
                      Wildcard.matches(pattern, name.function())
                          && isIn(module, name.module())
                          && offered(name.function()))
              .collect(Collectors.toCollection(LinkedHashSet::new));
      Map<String, List<Function>> found =
          functions.named(names.stream().map(Name::function).collect(Collectors.toSet()));
      List<Expanded> points = new ArrayList<>();
      for (Name name : names) {
        List<Function> theirs =
            found.getOrDefault(name.function(), List.of()).stream()
                .filter(function -> function.module().equals(name.module()))
                .toList();
        if (!theirs.isEmpty()) {
          // Of several with one name it is not known which can be traced.
          points.add(point(theirs.getFirst(), theirs.size() > 1, 0, name.function()));
        }
      }
      if (points.isEmpty()) {
        expansion.missing(written, "No matches for %s %s".formatted(type, wantedText()), List.of());
      }
      return points;
    }

    List<Expanded> named(String module, String wanted) {
      Matcher offset = UserProbes.WITH_OFFSET.matcher(wanted);
      boolean distant = offset.matches();
      String name = distant ? offset.group(1) : wanted;
      List<Function> found =
          target.functions().named(Set.of(name)).getOrDefault(name, List.of()).stream()
              .filter(function -> isIn(module, function.module()))
              .toList();
      if (found.isEmpty()) {
        missing(name);
        return List.of();
      }
      long distance = distant ? Expansion.number(offset.group(2)) : 0;
      if (distance < 0) {
        return expansion.wrong(written, "Invalid offset: '" + offset.group(2) + "'");
      }
      if (returns && distance != 0) {
        return expansion.wrong(written, "Offsets are not allowed for kretprobe");
      }
      List<Expanded> points = new ArrayList<>();
      for (Function function : found) {
        points.addAll(inside(function, found.size() > 1, distance, wanted));
      }
      return points;
    }

    private void missing(String name) {
      List<String> names =
          target.functions().traceable().stream().map(Name::function).distinct().toList();
      expansion.missing(
          written,
          "No function %s in the kernel; the compiler may have put it into its callers"
              .formatted(name),
          Nearest.hint(name, names));
    }

    List<Expanded> atAddress(String text, long address) {
      Optional<Function> function = target.functions().at(address);
      if (function.isEmpty()) {
        expansion.missing(written, "No function of the kernel is at address " + text, List.of());
        return List.of();
      }
      long distance = address - function.get().address();
      if (returns && distance != 0) {
        return expansion.wrong(
            written,
            "%s is inside of %s: kretprobe takes the start of a function"
                .formatted(text, function.get().name()));
      }
      return inside(function.get(), true, distance, text);
    }

    /** Refuses what is in the middle of an instruction, as the kernel would do later. */
    private List<Expanded> inside(
        Function function, boolean byAddress, long distance, String text) {
      if (function.size() > 0 && distance >= function.size()) {
        return expansion.wrong(
            written,
            "%s is behind the end of %s, which has %d bytes"
                .formatted(text, function.name(), function.size()));
      }
      if (distance != 0 && !expansion.unsafe()) {
        Optional<List<Long>> starts = target.functions().instructions(function);
        if (starts.isPresent() && !starts.get().contains(distance)) {
          return expansion.wrong(
              written,
              "Could not add kprobe into middle of instruction: %s+%d"
                  .formatted(function.name(), distance),
              UserProbes.beginnings(function.name(), starts.get(), distance));
        }
      }
      return List.of(point(function, byAddress, distance, text));
    }

    private Expanded point(Function function, boolean byAddress, long distance, String text) {
      String module = function.module();
      String symbol = module.isEmpty() ? function.name() : module + ":" + function.name();
      boolean nameless = byAddress && function.address() != 0;
      String shown = module.isEmpty() ? "vmlinux" : module;
      return new Expanded(
          returns ? Kind.KRETPROBE : Kind.KPROBE,
          new Point.Kprobe(nameless ? "" : symbol, function.address(), distance, returns),
          prefix.replace("MODULE", shown) + text,
          function.name(),
          written.range());
    }

    private String wantedText() {
      return String.join(":", written.parts());
    }
  }

  /** The kernel itself goes by {@code vmlinux}. */
  static boolean isIn(String pattern, String module) {
    return Wildcard.matches(pattern, module.isEmpty() ? "vmlinux" : module);
  }
}
