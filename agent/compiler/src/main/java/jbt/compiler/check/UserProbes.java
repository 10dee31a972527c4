package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Quotes;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Binary;
import jbt.compiler.target.Binary.Function;
import jbt.compiler.target.Binary.Line;
import jbt.compiler.target.Binary.Marker;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Type;

/** Attach points in programs and libraries. */
final class UserProbes {
  private static final Pattern CHANGED = Pattern.compile("\\.(isra|constprop|part)\\.");

  static final Pattern WITH_OFFSET = Pattern.compile("(.+)\\+((?:0x)?[0-9a-fA-F]+)");

  /** The only language that a function may be asked for in. */
  private static final String CPP = "cpp";

  private final Binaries binaries;
  private final Expansion expansion;
  private final Settings settings;
  private final OptionalInt process;

  UserProbes(Binaries binaries, Expansion expansion, Settings settings, OptionalInt process) {
    this.binaries = binaries;
    this.expansion = expansion;
    this.settings = settings;
    this.process = process;
  }

  /**
   * uprobe and uretprobe: {@code file:function}, {@code file:function+offset}, {@code file:0x..},
   * {@code file:cpp:"ns::f(int)"}; of one process also without the file; {@code file@source.c:12}.
   */
  List<Expanded> functions(AttachPoint written, boolean returns) {
    List<String> parts = written.parts();
    String type = returns ? "uretprobe" : "uprobe";
    if (LineProbes.isOne(written)) {
      return returns
          ? expansion.wrong(written, "uretprobe takes a function, not a line of its source")
          : lines(LineProbes.of(written));
    }
    boolean ofProcess =
        process.isPresent()
            && (parts.size() == 1 || (parts.size() == 2 && parts.getFirst().equals(CPP)));
    int first = ofProcess ? 0 : 1;
    boolean cpp = parts.size() > first + 1 && parts.get(first).equals(CPP);
    boolean whole = parts.size() == first + (cpp ? 2 : 1) || (cpp && parts.size() > first + 2);
    if (!cpp && parts.size() == 3 && !parts.contains("")) {
      return expansion.wrong(
          written,
          "%s probe type knows no language '%s'".formatted(type, parts.get(1)),
          "That of C++ is %s:%s:cpp:%s".formatted(type, parts.getFirst(), parts.getLast()));
    }
    if (!whole || parts.getFirst().isEmpty() || parts.getLast().isEmpty()) {
      return LineProbes.isMeant(written)
          ? expansion.wrong(written, LineProbes.FORM)
          : expansion.wrongCount(written, type, "2 arguments");
    }
    // A name of C++ has colons of its own.
    String wanted =
        Quotes.removed(String.join(":", parts.subList(cpp ? first + 1 : first, parts.size())));
    List<Expanded> found = new ArrayList<>();
    String name = ofProcess ? "" : Quotes.removed(parts.getFirst());
    try {
      List<String> files = files(name);
      if (files.isEmpty()) {
        expansion.missing(
            written,
            ofProcess ? "No process " + process.getAsInt() : "No program or library " + name,
            LineProbes.isMeant(written) ? List.of(LineProbes.FORM) : List.of());
        return List.of();
      }
      for (String file : files) {
        Places places = new Places(file, binaries.open(file), written, returns);
        boolean only = files.size() == 1;
        found.addAll(cpp ? places.declared(wanted, only) : places.named(wanted, only));
      }
    } catch (BinaryException e) {
      return unusable(written, e);
    }
    boolean silent = Wildcard.isPattern(name) || (Wildcard.isPattern(wanted) && !cpp);
    if (found.isEmpty() && silent) {
      expansion.missing(
          written, "No matches for %s %s".formatted(type, String.join(":", parts)), List.of());
    }
    return found;
  }

  private List<Expanded> unusable(AttachPoint written, BinaryException e) {
    String message = String.valueOf(e.getMessage());
    if (e.isOfName()) {
      return expansion.wrong(written, message);
    }
    expansion.missing(written, message, List.of());
    return List.of();
  }

  private List<Expanded> lines(LineProbes probes) {
    List<Expanded> found = new ArrayList<>();
    List<Line> known = new ArrayList<>();
    try {
      for (String file : files(probes.file())) {
        Binary binary = binaries.open(file);
        List<Line> lines = binary.lines(probes.source());
        known.addAll(lines);
        found.addAll(probes.in(file, binary, lines));
      }
    } catch (BinaryException e) {
      return unusable(probes.written(), e);
    }
    if (found.isEmpty()) {
      expansion.missing(probes.written(), probes.missing(known), List.of());
    }
    return found;
  }

  /** {@code *} means what the process, or any, has in memory; nothing means its program. */
  private List<String> files(String name) throws BinaryException {
    if (name.equals("*")) {
      return process.isPresent() ? binaries.mapped(process.getAsInt()) : binaries.mapped();
    }
    return process.isPresent() && name.isEmpty()
        ? binaries.program(process.getAsInt()).stream().toList()
        : binaries.find(name);
  }

  /** How C++ writes a function: with its parameters only if a parenthesis is wanted somewhere. */
  static Set<String> written(Binary binary, Function function, String wanted) {
    String plain = binary.written(function, false);
    return wanted.indexOf('(') < 0
        ? Set.of(plain)
        : Stream.of(plain, binary.written(function, true)).collect(Collectors.toSet());
  }

  /** Whether a function is a copy of GCC's that is called with less than the one in the source. */
  static boolean isChanged(String function) {
    return CHANGED.matcher(function).find();
  }

  /** With the arguments that the function at this place has. */
  Expanded withArguments(Expanded point) {
    if (!(point.point() instanceof Point.Uprobe place) || isChanged(point.function())) {
      return point;
    }
    try {
      return binaries
          .open(place.file())
          .signature(place.offset())
          .map(signature -> point.with(signature.parameters()))
          .orElse(point);
    } catch (BinaryException e) {
      expansion.warn(point, String.valueOf(e.getMessage()));
      return point;
    }
  }

  /** Says where instructions begin on both sides of a distance from a function's start. */
  static String beginnings(String function, List<Long> starts, long distance) {
    long before = starts.stream().filter(s -> s < distance).reduce(0L, Long::max);
    String after =
        starts.stream()
            .filter(s -> s > distance)
            .findFirst()
            .map(s -> " and " + function + "+" + s)
            .orElse("");
    return "Instructions begin at %s+%d%s".formatted(function, before, after);
  }

  /** The places of one file that an attach point names. */
  private final class Places {
    private final String file;
    private final Binary binary;
    private final AttachPoint written;
    private final boolean returns;

    Places(String file, Binary binary, AttachPoint written, boolean returns) {
      this.file = file;
      this.binary = binary;
      this.written = written;
      this.returns = returns;
    }

    List<Expanded> named(String wanted, boolean only) {
      long address = Expansion.number(wanted);
      if (address >= 0) {
        return atAddress(wanted, address);
      }
      if (Wildcard.isPattern(wanted)) {
        return matching(wanted);
      }
      Matcher offset = WITH_OFFSET.matcher(wanted);
      boolean distant = offset.matches();
      String name = distant ? offset.group(1) : wanted;
      Optional<Function> function = binary.function(name);
      if (function.isEmpty()) {
        if (only) {
          missing(name);
        }
        return List.of();
      }
      if (!distant) {
        return point(function.get(), 0, name);
      }
      long distance = Expansion.number(offset.group(2));
      if (distance < 0) {
        return expansion.wrong(written, "Invalid offset: '" + offset.group(2) + "'");
      }
      if (returns && distance != 0) {
        return expansion.wrong(written, "Offsets are not allowed for uretprobe");
      }
      return inside(function.get(), distance, wanted);
    }

    /**
     * By the name that C++ gives it, with the types of its parameters or, for all functions of the
     * name, without.
     */
    List<Expanded> declared(String wanted, boolean only) {
      List<Function> same = new ArrayList<>();
      List<Function> alike = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (Function function : binary.functions()) {
        Set<String> written = written(binary, function, wanted);
        names.addAll(written);
        if (written.contains(wanted)) {
          same.add(function);
        } else if (Wildcard.isPattern(wanted)
            && written.stream().anyMatch(name -> Wildcard.matches(wanted, name))) {
          alike.add(function);
        }
      }
      // A '*' may also be a pointer's.
      List<Expanded> found = distinct(same.isEmpty() ? alike : same);
      if (found.isEmpty() && only) {
        missing(wanted, List.copyOf(names));
      }
      return found;
    }

    private void missing(String name) {
      if (binary.functions().stream().anyMatch(f -> written(binary, f, name).contains(name))) {
        String declared =
            "That is its name in C++: %s:%s:cpp:\"%s\""
                .formatted(returns ? "uretprobe" : "uprobe", file, name);
        expansion.missing(written, file + " has no symbol " + name, List.of(declared));
      } else {
        missing(name, binary.functions().stream().map(Function::name).toList());
      }
    }

    private void missing(String name, List<String> names) {
      String why =
          names.isEmpty()
              ? file + " has no symbols: name an address, as in uprobe:" + file + ":0x1189"
              : binary.inlined(name)
                  ? "%s: the compiler has put %s into its callers".formatted(file, name)
                  : file + " has no function " + name;
      expansion.missing(written, why, Nearest.hint(name, names));
    }

    private List<Expanded> atAddress(String text, long address) {
      Optional<Function> function = binary.at(address);
      if (function.isPresent()) {
        long distance = address - function.get().address();
        if (returns && distance != 0) {
          return expansion.wrong(
              written,
              "%s is inside of %s: uretprobe takes the start of a function"
                  .formatted(text, function.get().name()));
        }
        return inside(function.get(), distance, text);
      }
      if (binary.fileOffset(address).isEmpty()) {
        expansion.missing(written, file + " has nothing at address " + text, List.of());
        return List.of();
      }
      if (!binary.isCode(address)) {
        expansion.missing(written, file + " has no code at address " + text, List.of());
        return List.of();
      }
      // An unknown symbol is shown as its address.
      return point(new Function("0x" + Long.toHexString(address), address, 0), 0, text);
    }

    /** Refuses what is in the middle of an instruction, where the program would break. */
    private List<Expanded> inside(Function function, long distance, String text) {
      if (function.size() > 0 && distance >= function.size()) {
        return expansion.wrong(
            written,
            "%s is behind the end of %s, which has %d bytes"
                .formatted(text, function.name(), function.size()));
      }
      if (distance != 0 && !expansion.unsafe()) {
        Optional<List<Long>> starts = binary.instructions(function);
        if (starts.isPresent() && !starts.get().contains(distance)) {
          return expansion.wrong(
              written,
              "Could not add uprobe into middle of instruction: %s:%s+%d"
                  .formatted(file, function.name(), distance),
              beginnings(function.name(), starts.get(), distance));
        }
      }
      return point(function, distance, text);
    }

    private List<Expanded> point(Function function, long distance, String text) {
      OptionalLong chosen =
          function.chooses() && distance == 0 ? binary.chosen(function) : OptionalLong.empty();
      if (function.chooses() && chosen.isEmpty()) {
        expansion.warn(
            written,
            "%s of %s tells which implementation is to be used, and is called only for that"
                .formatted(text, file));
      }
      OptionalLong offset = binary.fileOffset(chosen.orElse(function.address() + distance));
      if (offset.isEmpty()) {
        expansion.missing(written, "%s: %s is not in the file".formatted(file, text), List.of());
        return List.of();
      }
      String type = returns ? "uretprobe" : "uprobe";
      return List.of(
          new Expanded(
              returns ? Kind.URETPROBE : Kind.UPROBE,
              new Point.Uprobe(binary.path(), offset.getAsLong(), returns, 0),
              type + ":" + file + ":" + text,
              settings.cppDemangle() ? binary.written(function, true) : function.name(),
              written.range()));
    }

    private List<Expanded> matching(String pattern) {
      return distinct(
          binary.functions().stream()
              .filter(function -> Wildcard.matches(pattern, function.name()))
              .toList());
    }

    /** Functions that have several names are taken once, by the first. */
    private List<Expanded> distinct(List<Function> functions) {
      Set<Long> seen = new HashSet<>();
      List<Expanded> found = new ArrayList<>();
      for (Function function : functions) {
        if (binary.fileOffset(function.address()).isPresent() && seen.add(function.address())) {
          found.addAll(point(function, 0, function.name()));
        }
      }
      return found;
    }
  }

  /**
   * {@code file:name} and {@code file:provider:name}, of one process also {@code name}; all places
   * of a probe are taken.
   */
  List<Expanded> markers(AttachPoint written) {
    List<String> parts = written.parts();
    // Older versions wanted an empty part in place of the file.
    boolean ofProcess = process.isPresent() && (parts.size() == 1 || parts.getFirst().isEmpty());
    if ((parts.size() < 2 && !ofProcess) || parts.size() > 3 || parts.getLast().isEmpty()) {
      return expansion.wrongCount(written, "usdt", "2 or 3 arguments");
    }
    boolean any = parts.size() < 3 || parts.get(1).isEmpty();
    String provider = any ? "*" : Quotes.removed(parts.get(1));
    String name = Quotes.removed(parts.getLast());
    List<Expanded> found = new ArrayList<>();
    Set<String> known = new HashSet<>();
    try {
      for (String file : files(ofProcess ? "*" : Quotes.removed(parts.getFirst()))) {
        Binary binary = binaries.open(file);
        for (Marker marker : binary.markers()) {
          known.add(marker.provider() + ":" + marker.name());
          if (Wildcard.matches(provider, marker.provider())
              && Wildcard.matches(name, marker.name())) {
            place(file, binary, marker, written).ifPresent(found::add);
          }
        }
      }
    } catch (BinaryException e) {
      return unusable(written, e);
    }
    if (found.isEmpty()) {
      expansion.missing(
          written,
          "No matches for usdt " + String.join(":", parts),
          any
              ? Nearest.hint(name, known.stream().map(k -> k.replaceFirst(".*:", "")).toList())
              : Nearest.hint(provider + ":" + name, known));
    }
    return found;
  }

  private static Optional<Expanded> place(
      String file, Binary binary, Marker marker, AttachPoint written) {
    OptionalLong offset = binary.fileOffset(marker.address());
    OptionalLong counter =
        marker.semaphore() == 0 ? OptionalLong.of(0) : binary.fileOffset(marker.semaphore());
    if (offset.isEmpty() || counter.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Expanded(
            Kind.USDT,
            new Point.Uprobe(binary.path(), offset.getAsLong(), false, counter.getAsLong()),
            "usdt:%s:%s:%s".formatted(file, marker.provider(), marker.name()),
            Optional.empty(),
            List.of(),
            Type.NONE,
            "",
            UsdtArgument.parse(marker.arguments(), name -> distance(binary, name, marker)),
            written.range()));
  }

  private static OptionalLong distance(Binary binary, String variable, Marker marker) {
    return binary.datum(variable).stream()
        .mapToLong(datum -> datum.address() - marker.address())
        .findFirst();
  }
}
