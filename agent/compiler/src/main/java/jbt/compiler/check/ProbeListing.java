package jbt.compiler.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jbt.compiler.lang.Quotes;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.target.KernelFunctions.Name;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat.Field;
import jbt.compiler.types.Btf;
import jbt.compiler.types.BtfText;
import jbt.compiler.types.KernelTypes;

/** The attach points that a host has, and the types of its kernel, by pattern. */
public final class ProbeListing {
  private static final List<String> UNITS = List.of("hz", "ms", "s", "us");
  private static final String INDENT = "    ";

  /** A file, perhaps in quotes, a language, and a function. */
  private static final Pattern PROGRAM = Pattern.compile("(\"[^\"]*\"|[^:]+):(cpp:)?(.+)");

  /** Whoever names no provider sees these. */
  private static final List<String> USUAL =
      List.of("fentry", "hardware", "iter", "kprobe", "rawtracepoint", "software", "tracepoint");

  /** The same of a file. */
  private static final List<String> IN_PROGRAMS = List.of("uprobe", "usdt");

  /** Whoever gives a pattern of providers sees these, too: there is nothing to look up. */
  private static final List<String> ALWAYS = List.of("begin", "end", "interval", "profile");

  private final Target target;
  private final boolean details;
  private final OptionalInt process;
  private final List<String> found = new ArrayList<>();

  private ProbeListing(Target target, boolean details, OptionalInt process) {
    this.target = target;
    this.details = details;
    this.process = process;
  }

  /** What matches on the host, without the probes of a process. */
  public static List<String> matching(String patterns, boolean details, Target target)
      throws BinaryException {
    return matching(patterns, details, target, OptionalInt.empty());
  }

  /**
   * What matches, a text each; with details further lines tell of its arguments.
   *
   * @param patterns with commas between them: {@code provider:rest} with {@code *} for any text,
   *     {@code struct name}, or empty for everything
   * @param process where the probes of no file, and of the file {@code *}, are looked for
   * @throws BinaryException if a program can't be read, or there is no type of this name
   */
  public static List<String> matching(
      String patterns, boolean details, Target target, OptionalInt process) throws BinaryException {
    ProbeListing listing = new ProbeListing(target, details, process);
    for (String pattern : split(patterns)) {
      listing.add(pattern);
    }
    return listing.found.stream().distinct().toList();
  }

  /** Attach points of a script with their arguments, where those are known. */
  public static List<String> described(List<String> names, Target target) {
    return names.stream().map(name -> described(name, target)).toList();
  }

  private static String described(String name, Target target) {
    try {
      return matching(name, true, target).stream()
          .filter(text -> text.startsWith(name + "\n"))
          .findFirst()
          .orElse(name);
    } catch (BinaryException e) {
      return name;
    }
  }

  /** A comma in quotes or parentheses belongs to a name of C++. */
  private static List<String> split(String patterns) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < patterns.length(); i++) {
      char c = patterns.charAt(i);
      quoted ^= c == '"';
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ',' && !quoted && depth == 0) {
        parts.add(patterns.substring(from, i).strip());
        from = i + 1;
      }
    }
    parts.add(patterns.substring(from).strip());
    return parts;
  }

  private void add(String pattern) throws BinaryException {
    String[] words = pattern.split(" +", 2);
    if (words.length == 2) {
      type(words[0], words[1]);
      return;
    }
    int colon = pattern.indexOf(':');
    String provider = colon < 0 ? "*" : pattern.substring(0, colon);
    String rest = colon < 0 ? pattern : pattern.substring(colon + 1);
    if (colon < 0 && Expansion.provider(pattern).isPresent()) {
      provider = pattern;
      rest = "*";
    }
    String wanted = rest.isEmpty() ? "*" : rest;
    Optional<String> exact = Expansion.provider(provider);
    if (exact.isPresent()) {
      list(exact.get(), wanted);
      return;
    }
    boolean path = colon >= 0 && wanted.split(":", 2)[0].indexOf('/') >= 0;
    List<String> providers = new ArrayList<>();
    if (colon < 0) {
      providers.addAll(USUAL);
    } else if (!path && !ofProcess()) {
      providers.addAll(ALWAYS);
      providers.addAll(USUAL);
    }
    if (path || ofProcess()) {
      providers.addAll(IN_PROGRAMS);
    }
    String any = provider.toLowerCase(Locale.ROOT);
    for (String each : providers) {
      if (Wildcard.matches(any, each)) {
        list(each, wanted);
      }
    }
  }

  private boolean ofProcess() {
    return process.isPresent();
  }

  private void list(String provider, String wanted) throws BinaryException {
    switch (provider) {
      case "begin", "end" -> add(provider, wanted, Stream.of(""), name -> List.of());
      case "self" -> add(provider, wanted, Stream.of("signal:SIGUSR1"), name -> List.of());
      case "interval", "profile" ->
          add(provider, wanted, UNITS.stream().map(unit -> unit + ":"), name -> List.of());
      case "software" ->
          add(
              provider,
              wanted,
              CountedEvent.names(CountedEvent.SOFTWARE).stream().map(name -> name + ":"),
              name -> List.of());
      case "hardware" ->
          add(
              provider,
              wanted,
              CountedEvent.names(CountedEvent.HARDWARE).stream().map(name -> name + ":"),
              name -> List.of());
      case "tracepoint" ->
          add(provider, wanted, target.tracepoints().stream().sorted(), this::fields);
      case "rawtracepoint" -> rawTracepoints(wanted);
      case "iter" ->
          types()
              .ifPresent(
                  types ->
                      add(
                          provider,
                          wanted,
                          Iterators.names(types.kernel()).stream(),
                          name -> context(types.kernel(), name)));
      case "kprobe" ->
          add(provider, wanted, functions(name -> true), name -> declaration(name, false));
      case "kretprobe" -> add(provider, wanted, functions(name -> true), this::returned);
      case "fentry", "fexit" -> typedFunctions(provider, wanted);
      case "uprobe", "uretprobe" -> programs(provider, wanted);
      case "usdt" -> markers(wanted);
      default -> {}
    }
  }

  private Optional<KernelTypes> types() {
    return target.kernelTypes();
  }

  private void add(
      String provider,
      String wanted,
      Stream<String> names,
      Function<String, List<String>> arguments) {
    names
        .filter(name -> fits(wanted, name))
        .forEach(
            name -> {
              String full = name.isEmpty() ? provider : provider + ":" + name;
              add(full, details ? arguments.apply(name) : List.of());
            });
  }

  private void add(String name, List<String> lines) {
    StringBuilder text = new StringBuilder(name);
    lines.forEach(line -> text.append('\n').append(INDENT).append(line));
    found.add(text.toString());
  }

  /** A pattern of one part is tried on the last part too, and on names without their colon. */
  private static boolean fits(String wanted, String name) {
    if (Wildcard.matches(wanted, name) || Wildcard.matches(wanted + ":", name)) {
      return true;
    }
    int colon = name.indexOf(':');
    return wanted.indexOf(':') < 0
        && colon >= 0
        && Wildcard.matches(wanted, name.substring(colon + 1));
  }

  private List<String> fields(String tracepoint) {
    int colon = tracepoint.indexOf(':');
    return target
        .tracepoint(tracepoint.substring(0, colon), tracepoint.substring(colon + 1))
        .map(format -> format.fields().stream().map(ProbeListing::declaration).toList())
        .orElse(List.of());
  }

  private static String declaration(Field field) {
    String length = field.arrayLength() > 0 ? "[" + field.arrayLength() + "]" : "";
    // Some formats say "void* ip", others "void * ip".
    String type = field.type().replaceFirst("\\s*\\*", " *");
    return type + (type.endsWith("*") ? "" : " ") + field.name() + length;
  }

  private void rawTracepoints(String wanted) {
    if (types().isEmpty()) {
      return;
    }
    sources(types().get())
        .forEach(
            (module, btf) -> {
              RawTracepoints events =
                  new RawTracepoints(module.equals("vmlinux") ? "" : module, btf);
              add(
                  "rawtracepoint",
                  wanted,
                  events.names().stream().map(name -> module + ":" + name),
                  name -> events.arguments(name.substring(name.indexOf(':') + 1)));
            });
  }

  private static List<String> context(Btf kernel, String iterator) {
    return kernel.find(Btf.Kind.STRUCT, "bpf_iter__" + iterator).stream()
        .flatMap(id -> new BtfText(kernel).definition(id).lines())
        .toList();
  }

  /** The traceable ones as {@code name}, or {@code module:name} in a module. */
  private Stream<String> functions(Predicate<String> which) {
    return target.functions().traceable().stream()
        .filter(name -> Kprobes.offered(name.function()) && which.test(name.function()))
        .map(ProbeListing::full)
        .sorted();
  }

  private static String full(Name name) {
    return name.module().isEmpty() ? name.function() : name.module() + ":" + name.function();
  }

  /** Parameters of a function of the kernel, as far as its types are known. */
  private List<String> declaration(String name, boolean returns) {
    int colon = name.indexOf(':');
    Optional<Btf> btf =
        types()
            .flatMap(t -> colon < 0 ? Optional.of(t.kernel()) : t.module(name.substring(0, colon)));
    return btf.flatMap(
            b ->
                b.find(Btf.Kind.FUNC, name.substring(colon + 1))
                    .map(id -> new BtfText(b).function(id, returns)))
        .orElse(List.of());
  }

  private List<String> returned(String name) {
    return declaration(name, true).stream().skip(declaration(name, false).size()).toList();
  }

  private void typedFunctions(String provider, String wanted) {
    if (types().isEmpty()) {
      return;
    }
    Set<String> traceable = new LinkedHashSet<>(functions(name -> true).toList());
    sources(types().get())
        .forEach(
            (module, btf) -> {
              BtfText text = new BtfText(btf);
              String prefix = module.equals("vmlinux") ? "" : module + ":";
              add(
                  provider,
                  wanted,
                  btf.names(Btf.Kind.FUNC, "").stream()
                      .distinct()
                      .sorted()
                      .filter(name -> traceable.contains(prefix + name))
                      .map(name -> module + ":" + name),
                  name ->
                      btf.find(Btf.Kind.FUNC, name.substring(name.indexOf(':') + 1))
                          .map(id -> text.function(id, provider.equals("fexit")))
                          .orElse(List.of()));
            });
  }

  private static Map<String, Btf> sources(KernelTypes types) {
    Map<String, Btf> all = new LinkedHashMap<>();
    all.put("vmlinux", types.kernel());
    types.moduleNames().forEach(name -> types.module(name).ifPresent(btf -> all.put(name, btf)));
    return all;
  }

  private void programs(String provider, String wanted) throws BinaryException {
    Matcher parts = PROGRAM.matcher(withFile(wanted));
    if (!parts.matches()) {
      throw new BinaryException("Name a program or library: " + provider + ":/bin/bash:read*");
    }
    boolean cpp = parts.group(2) != null;
    String pattern = Quotes.removed(parts.group(3));
    Binaries binaries = target.binaries();
    for (String file : files(Quotes.removed(parts.group(1)))) {
      Binary binary = binaries.open(file);
      for (Binary.Function each : binary.functions()) {
        Set<String> names = cpp ? UserProbes.written(binary, each, pattern) : Set.of(each.name());
        if (names.stream().anyMatch(n -> n.equals(pattern) || Wildcard.matches(pattern, n))) {
          String shown = cpp ? "cpp:\"" + binary.written(each, true) + "\"" : each.name();
          List<String> lines = new ArrayList<>();
          // A uretprobe has neither arguments nor offsets.
          if (details && provider.equals("uprobe") && !UserProbes.isChanged(each.name())) {
            binary
                .fileOffset(each.address())
                .ifPresent(offset -> lines.addAll(binary.declarations(offset)));
            if (!Wildcard.isPattern(pattern)) {
              lines.addAll(offsets(binary, each));
            }
          }
          add(provider + ":" + file + ":" + shown, lines);
        }
      }
    }
  }

  /** Of a process a name alone is of any file. */
  private String withFile(String wanted) {
    return ofProcess() && wanted.indexOf(':') < 0 ? "*:" + wanted : wanted;
  }

  /** Of a process all that it has in memory; {@code *} is all that any has. */
  private List<String> files(String name) throws BinaryException {
    if (ofProcess() && (name.isEmpty() || name.equals("*"))) {
      return target.binaries().mapped(process.getAsInt());
    }
    if (name.equals("*")) {
      return target.binaries().mapped();
    }
    List<String> files = target.binaries().find(name);
    if (files.isEmpty() && !Wildcard.isPattern(name)) {
      throw new BinaryException("No program or library " + name);
    }
    return files;
  }

  /** The places in a function where an instruction begins. */
  private static List<String> offsets(Binary binary, Binary.Function function) {
    return binary.instructions(function).stream()
        .flatMap(List::stream)
        .map(offset -> function.name() + "+" + offset)
        .toList();
  }

  private void markers(String wanted) throws BinaryException {
    String[] parts = withFile(wanted).split(":", 2);
    String rest = parts.length == 2 ? parts[1] : "*";
    if (!ofProcess() && (parts[0].isEmpty() || wanted.equals("*"))) {
      throw new BinaryException("Name a program or library: usdt:/usr/bin/python3");
    }
    for (String file : files(Quotes.removed(parts[0]))) {
      Binary binary = target.binaries().open(file);
      Set<String> seen = new LinkedHashSet<>();
      for (Binary.Marker marker : binary.markers()) {
        String name = marker.provider() + ":" + marker.name();
        if (fits(rest, name) && seen.add(name)) {
          add(
              "usdt:" + file + ":" + name,
              details && !marker.arguments().isEmpty() ? List.of(marker.arguments()) : List.of());
        }
      }
    }
  }

  private void type(String keyword, String pattern) throws BinaryException {
    if (types().isEmpty()) {
      throw new BinaryException(
          "This kernel tells nothing of its types (BTF, /sys/kernel/btf/vmlinux)");
    }
    List<Btf.Kind> kinds =
        switch (keyword) {
          case "struct" -> List.of(Btf.Kind.STRUCT);
          case "union" -> List.of(Btf.Kind.UNION);
          case "enum" -> List.of(Btf.Kind.ENUM, Btf.Kind.ENUM64);
          default ->
              throw new BinaryException(
                  "'" + keyword + "': struct, union and enum have names to list");
        };
    sources(types().get())
        .forEach((module, btf) -> kinds.forEach(k -> type(btf, k, keyword, pattern)));
  }

  private void type(Btf btf, Btf.Kind kind, String keyword, String pattern) {
    List<String> names =
        Wildcard.isPattern(pattern)
            ? btf.names(kind, "").stream()
                .filter(name -> !name.isEmpty() && Wildcard.matches(pattern, name))
                .distinct()
                .sorted()
                .toList()
            : List.of(pattern);
    for (String name : names) {
      Optional<Integer> id = btf.find(kind, name).filter(at -> at >= btf.ownFrom());
      id.ifPresent(
          at ->
              found.add(
                  details
                      ? new BtfText(btf).definition(at).stripTrailing()
                      : keyword + " " + name));
    }
  }
}
