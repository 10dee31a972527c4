package jbt.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import jbt.cli.Command.Source;
import jbt.cli.Command.Where;
import jbt.cli.pki.Pki;
import jbt.cli.session.Buffering;
import jbt.cli.session.Graphs;
import jbt.cli.session.Modes;
import jbt.cli.session.Parameters;
import jbt.transport.Role;
import jbt.v1.Mode;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The command line. */
final class Arguments {
  private static final Set<String> SEVERAL_TIMES = Set.of("I", "include");

  /** What -d of bpftrace can be asked for; ours prints all that there is. */
  private static final List<String> STAGES =
      List.of(
          "ast", "types", "codegen", "codegen-opt", "libbpf", "verifier", "parse", "dis", "all");

  private static final String DEBUG = "--debug=";

  private static final Options TRACE = traceOptions();

  /** The largest id that Linux gives (PID_MAX_LIMIT). */
  private static final int MOST_PROCESSES = 1 << 22;

  /** What stands for bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  private Arguments() {}

  /**
   * Reads the arguments.
   *
   * @param home the user's home folder
   */
  static Command parse(String[] arguments, Path home) throws UsageException {
    if (arguments.length > 0 && arguments[0].equals("pki")) {
      return pki(Arrays.copyOfRange(arguments, 1, arguments.length), config(home));
    }
    int end = Arrays.asList(arguments).indexOf("--");
    int own = end < 0 ? arguments.length : end;
    CommandLine line = parse(TRACE, apart(Arrays.copyOf(arguments, own)));
    List<String> named =
        Arrays.asList(arguments).subList(Math.min(own + 1, arguments.length), arguments.length);
    if (line.hasOption("help")) {
      return new Command.Help();
    } else if (line.hasOption("version")) {
      return new Command.Version();
    }
    Where where = where(line, config(home));
    List<String> rest = line.getArgList();
    if (line.hasOption("info")) {
      refuse(line, "with --info", "e", "l", "d", "f", "o", "p", "c", "dry-run", "test", "bench");
      return new Command.Info(where);
    } else if (line.hasOption("l")) {
      return list(line, where, rest, named);
    }
    return line.hasOption("e")
        ? trace(line, where, new Source.Text(line.getOptionValue("e")), rest, named)
        : trace(line, where, file(rest), rest.subList(1, rest.size()), named);
  }

  /** The value of -l is a pattern, or the file of a script. */
  private static Command list(
      CommandLine line, Where where, List<String> positional, List<String> named)
      throws UsageException {
    refuse(
        line, "with -l", "d", "duration", "per-host", "f", "o", "c", "dry-run", "flame", "folded");
    String value = line.getOptionValue("l", "");
    List<String> rest = positional;
    if (value.isEmpty() && !rest.isEmpty() && !line.hasOption("e")) {
      // Options stand between: -l -p 5 PATTERN.
      value = rest.getFirst();
      rest = rest.subList(1, rest.size());
    }
    boolean file = !value.isEmpty() && Files.isRegularFile(Path.of(value));
    if (!value.isEmpty() && line.hasOption("e")) {
      throw new UsageException("-l takes a pattern or -e, not both: " + value);
    }
    if (file || line.hasOption("e")) {
      Source source =
          file ? new Source.File(Path.of(value)) : new Source.Text(line.getOptionValue("e"));
      Command.Trace script = trace(line, where, source, rest, named);
      return new Command.ListProbes(
          where, "", OptionalInt.empty(), line.hasOption("v"), Optional.of(script));
    } else if (!rest.isEmpty()) {
      throw new UsageException(
          "one pattern at most: %s, %s".formatted(value, String.join(", ", rest)));
    } else if (!named.isEmpty()) {
      throw new UsageException("-l takes no options of a script: " + String.join(" ", named));
    }
    if (line.hasOption("hosts")) {
      refuse(line, "with --hosts", "p");
    }
    return new Command.ListProbes(
        where, value, process(line), line.hasOption("v"), Optional.empty());
  }

  private static Command.Trace trace(
      CommandLine line, Where where, Source source, List<String> positional, List<String> named)
      throws UsageException {
    return new Command.Trace(
        where,
        source,
        parameters(positional, named, values(line, "include")),
        values(line, "I").stream().map(Path::of).toList(),
        line.hasOption("per-host"),
        json(line),
        Optional.ofNullable(line.getOptionValue("o")).map(Path::of),
        line.hasOption("q"),
        line.hasOption("v"),
        line.hasOption("d"),
        line.hasOption("duration") ? Durations.parse(line.getOptionValue("duration")) : 0,
        modes(line));
  }

  private static List<String> values(CommandLine line, String option) {
    String[] values = line.getOptionValues(option);
    return values == null ? List.of() : List.of(values);
  }

  private static Modes modes(CommandLine line) throws UsageException {
    if (line.hasOption("hosts")) {
      refuse(line, "with --hosts", "p", "c");
    }
    if (line.hasOption("p")) {
      refuse(line, "with -p", "c");
    }
    if (line.hasOption("no-warnings")) {
      refuse(line, "with --no-warnings", "k");
    }
    return new Modes(
        line.hasOption("unsafe"),
        process(line),
        Optional.ofNullable(line.getOptionValue("c")),
        line.hasOption("dry-run"),
        !line.hasOption("no-warnings"),
        number(line, "max-loss", Long.MAX_VALUE),
        Math.toIntExact(number(line, "min-hosts", 0)),
        mode(line),
        filter(line),
        line.hasOption("k"),
        buffering(line.getOptionValue("B", "line")),
        new Graphs(output(line, "flame"), output(line, "folded")));
  }

  private static Buffering buffering(String word) throws UsageException {
    return switch (word) {
      case "line" -> Buffering.LINE;
      case "full" -> Buffering.FULL;
      case "none" -> Buffering.NONE;
      default -> throw new UsageException("-B is line, full or none, not " + word);
    };
  }

  private static Mode mode(CommandLine line) throws UsageException {
    String mode = line.getOptionValue("mode", "");
    if (!List.of("", "test", "bench").contains(mode)) {
      throw new UsageException(Elsewhere.mode(mode));
    }
    if (!mode.isEmpty()) {
      refuse(line, "with --mode", "test", "bench");
    }
    if (line.hasOption("test") || mode.equals("test")) {
      refuse(line, "with --test", "bench", "dry-run", "d");
      return Mode.MODE_TEST;
    } else if (line.hasOption("bench") || mode.equals("bench")) {
      refuse(line, "with --bench", "dry-run", "d");
      return Mode.MODE_BENCH;
    }
    return Mode.MODE_TRACE;
  }

  /** A pattern that hosts read, too: they have the same Java. */
  private static String filter(CommandLine line) throws UsageException {
    String text = line.getOptionValue("probe-filter", "");
    try {
      return Pattern.compile(text).pattern();
    } catch (PatternSyntaxException e) {
      throw new UsageException("--probe-filter: " + e.getDescription() + ": " + text);
    }
  }

  private static OptionalInt process(CommandLine line) throws UsageException {
    return line.hasOption("p")
        ? OptionalInt.of(process(line.getOptionValue("p")))
        : OptionalInt.empty();
  }

  private static int process(String text) throws UsageException {
    if (!text.matches("-?\\d{1,18}")) {
      throw new UsageException("Failed to parse pid: " + text + " is no number");
    }
    long id = Long.parseLong(text);
    if (id < 1 || id > MOST_PROCESSES) {
      throw new UsageException("Pid out of range: " + text + " is not from 1 to " + MOST_PROCESSES);
    }
    return (int) id;
  }

  /** A file that is written at the end: that it can't be should be known before. */
  private static Optional<Path> output(CommandLine line, String option) throws UsageException {
    if (!line.hasOption(option)) {
      return Optional.empty();
    }
    Path file = Path.of(line.getOptionValue(option)).toAbsolutePath();
    if (file.getParent() == null || !Files.isWritable(file.getParent())) {
      throw new UsageException("--" + option + ": cannot write " + file);
    }
    return Optional.of(file);
  }

  private static long number(CommandLine line, String option, long without) throws UsageException {
    String text = line.getOptionValue(option);
    if (text == null) {
      return without;
    }
    if (!text.matches("\\d{1,9}")) {
      throw new UsageException("--" + option + " is a number up to 999999999, not " + text);
    }
    return Long.parseLong(text);
  }

  /**
   * {@code -lv PATTERN} is two options, and not one with the value v; {@code -kk} was one, and
   * {@code -d} has a value only where that names stages. {@code -eVALUE} with a = in the value
   * would be taken for NAME=VALUE.
   */
  private static String[] apart(String[] arguments) throws UsageException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "-lv", "-vl" -> all.addAll(List.of("-v", "-l"));
        case "-kk" -> all.add("-k");
        case "-d", "--debug" -> {
          all.add("-d");
          if (i + 1 < arguments.length && areStages(arguments[i + 1])) {
            i++;
          } else if (i + 1 < arguments.length && !isNext(arguments[i + 1])) {
            throw noStage(arguments[i + 1]);
          }
        }
        default -> {
          String argument = arguments[i];
          if (withStages(argument)) {
            argument = "-d";
          } else if (argument.startsWith(DEBUG)) {
            throw noStage(argument.substring(DEBUG.length()));
          }
          int value = attached(argument);
          all.add(argument.substring(0, value));
          if (value < argument.length()) {
            all.add(argument.substring(value));
          }
        }
      }
    }
    return all.toArray(String[]::new);
  }

  /** Where the value begins that follows letters of options at once; the end if none does. */
  private static int attached(String argument) {
    int end = argument.length();
    if (!argument.startsWith("-") || TRACE.hasLongOption(argument.split("=", 2)[0])) {
      return end;
    }
    for (int i = 1; i < end - 1; i++) {
      Option option = TRACE.getOption(argument.substring(i, i + 1));
      if (option == null || option.hasOptionalArg()) {
        return end;
      } else if (option.hasArg()) {
        return "-=".indexOf(argument.charAt(i + 1)) < 0 ? i + 1 : end;
      }
    }
    return end;
  }

  private static boolean areStages(String text) {
    return STAGES.containsAll(List.of(text.split(",")));
  }

  private static boolean withStages(String argument) {
    return (argument.startsWith("-d") && areStages(argument.substring(2)))
        || (argument.startsWith(DEBUG) && areStages(argument.substring(DEBUG.length())));
  }

  /** Whether what follows -d is another option, or a script, and not meant for a stage. */
  private static boolean isNext(String argument) {
    return !argument.matches("\\w[\\w,-]*") || Files.exists(Path.of(argument));
  }

  private static UsageException noStage(String text) {
    String all = String.join(", ", STAGES.subList(0, STAGES.size() - 1));
    return new UsageException("-d is %s or %s, not %s".formatted(all, STAGES.getLast(), text));
  }

  private static Options traceOptions() {
    Options options = new Options();
    options.addOption(Option.builder("h").longOpt("help").get());
    options.addOption(Option.builder("V").longOpt("version").get());
    options.addOption(Option.builder("b").longOpt("btf").get());
    options.addOption(Option.builder("k").longOpt("warnings").get());
    options.addOption(Option.builder("p").longOpt("pid").hasArg().get());
    options.addOption(Option.builder("c").longOpt("cmd").hasArg().get());
    for (String name :
        List.of(
            "per-host",
            "unsafe",
            "dry-run",
            "no-warnings",
            "test",
            "bench",
            "info",
            "usdt-file-activation")) {
      options.addOption(Option.builder().longOpt(name).get());
    }
    for (String name :
        List.of(
            "hosts",
            "inventory",
            "collector",
            "cert",
            "key",
            "ca",
            "duration",
            "flame",
            "folded",
            "max-loss",
            "min-hosts",
            "mode",
            "probe-filter")) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
    options.addOption(Option.builder("q").longOpt("quiet").get());
    options.addOption(Option.builder("v").longOpt("verbose").get());
    options.addOption(Option.builder("d").get());
    options.addOption(Option.builder("o").longOpt("output").hasArg().get());
    options.addOption(Option.builder().longOpt("include").hasArg().get());
    for (String name : List.of("e", "f", "B", "I")) {
      options.addOption(Option.builder(name).hasArg().get());
    }
    return options.addOption(Option.builder("l").longOpt("list").optionalArg(true).hasArg().get());
  }

  private static CommandLine parse(Options options, String[] arguments) throws UsageException {
    try {
      CommandLine line =
          DefaultParser.builder().setAllowPartialMatching(false).get().parse(options, arguments);
      for (Option option : line.getOptions()) {
        String[] values = line.getOptionValues(option);
        if (values != null && values.length > 1 && !SEVERAL_TIMES.contains(option.getKey())) {
          throw new UsageException(shown(option) + " twice");
        }
      }
      return line;
    } catch (UnrecognizedOptionException e) {
      throw new UsageException(
          Elsewhere.instead(e.getOption())
              .orElse("no such option: " + e.getOption() + nearest(e.getOption(), options)));
    } catch (MissingArgumentException e) {
      throw new UsageException(shown(e.getOption()) + " needs a value");
    } catch (ParseException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** What was probably meant: begins and ends alike, with two characters that differ between. */
  private static String nearest(String option, Options options) {
    String written = option.split("=", 2)[0].replaceFirst("^--?", "");
    return options.getOptions().stream()
        .map(Option::getLongOpt)
        .filter(name -> name != null && written.length() > 2)
        .filter(name -> alike(written, name) >= Math.max(written.length(), name.length()) - 2)
        .max(Comparator.comparingInt(name -> alike(written, name)))
        .map(name -> " (did you mean --" + name + "?)")
        .orElse("");
  }

  /** How many characters are the same at both ends. */
  private static int alike(String a, String b) {
    int most = Math.min(a.length(), b.length());
    int front = 0;
    while (front < most && a.charAt(front) == b.charAt(front)) {
      front++;
    }
    int back = 0;
    while (back < most - front
        && a.charAt(a.length() - 1 - back) == b.charAt(b.length() - 1 - back)) {
      back++;
    }
    return front + back;
  }

  private static Where where(CommandLine line, Path config) throws UsageException {
    List<String> hosts = List.of();
    if (line.hasOption("hosts")) {
      hosts = List.of(line.getOptionValue("hosts"));
      if (hosts.getFirst().isBlank()) {
        throw new UsageException("--hosts names no host");
      }
    } else if (line.hasOption("collector")) {
      throw new UsageException("--collector needs --hosts: which of its hosts are meant?");
    } else {
      refuse(line, "without --hosts", "inventory", "cert", "key", "ca");
    }
    if (line.hasOption("collector") && line.getOptionValue("collector").isBlank()) {
      throw new UsageException("--collector names no collector");
    }
    return new Where(
        hosts,
        Optional.ofNullable(line.getOptionValue("collector")),
        Optional.ofNullable(line.getOptionValue("inventory")).map(Path::of),
        file(line, "cert", config.resolve("user.crt")),
        file(line, "key", config.resolve("user.key")),
        file(line, "ca", config.resolve("ca.crt")));
  }

  /** Behind "--" stand options that the script asks for by name, and further parameters. */
  private static Parameters parameters(
      List<String> before, List<String> behind, List<String> includes) throws UsageException {
    List<String> positional = new ArrayList<>(before);
    Map<String, String> named = new HashMap<>();
    for (String argument : behind) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (!name.startsWith("--")) {
        positional.add(argument);
      } else if (!name.matches("--[A-Za-z_][\\w-]*")) {
        throw new UsageException("an option of a script is --name=value, not " + argument);
      } else if (named.put(name.substring(2), equals < 0 ? "true" : argument.substring(equals + 1))
          != null) {
        throw new UsageException(name + " twice");
      }
    }
    List<String> values = new ArrayList<>(positional);
    values.addAll(named.values());
    for (String value : values) {
      if (value.indexOf(REPLACEMENT) >= 0) {
        throw new UsageException("a parameter of the script is not UTF-8: " + value);
      }
    }
    return new Parameters(positional, named, includes);
  }

  private static Source file(List<String> rest) throws UsageException {
    if (rest.isEmpty()) {
      throw new UsageException("no script: -e SCRIPT, FILE or -");
    }
    return rest.getFirst().equals("-")
        ? new Source.StandardInput()
        : new Source.File(Path.of(rest.getFirst()));
  }

  private static boolean json(CommandLine line) throws UsageException {
    String format = line.getOptionValue("f", "text");
    return switch (format) {
      case "text" -> false;
      case "json" -> true;
      default -> throw new UsageException("-f is text or json, not " + format);
    };
  }

  private static Command pki(String[] arguments, Path config) throws UsageException {
    Options options = new Options();
    for (String name : List.of("dir", "days", "dns")) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
    CommandLine line = parse(options.addOption(Option.builder().longOpt("help").get()), arguments);
    if (line.hasOption("help")) {
      return new Command.Help();
    }
    Path folder = file(line, "dir", config);
    List<String> rest = line.getArgList();
    if (rest.size() == 1 && rest.getFirst().equals("init")) {
      refuse(line, "with pki init", "dns");
      return new Command.PkiInit(folder, days(line, Pki.AUTHORITY_DAYS));
    } else if (rest.size() == 3 && rest.getFirst().equals("issue")) {
      Role role = role(rest.get(1));
      if (role == Role.USER) {
        refuse(line, "with pki issue user", "dns");
      }
      return new Command.PkiIssue(folder, role, name(rest.get(2)), dns(line), days(line, Pki.DAYS));
    }
    throw new UsageException("pki init, or pki issue host|user|collector NAME");
  }

  private static Role role(String text) throws UsageException {
    for (Role role : Role.values()) {
      if (role.word().equals(text)) {
        return role;
      }
    }
    throw new UsageException("a certificate is for a host, user or collector, not " + text);
  }

  /** It becomes a file name, a DNS name and part of a URI. */
  private static String name(String text) throws UsageException {
    if (!text.matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?") || text.equals("ca")) {
      throw new UsageException("not a name for a certificate: " + text);
    }
    return text;
  }

  private static List<String> dns(CommandLine line) throws UsageException {
    if (!line.hasOption("dns")) {
      return List.of();
    }
    List<String> names = List.of(line.getOptionValue("dns").split(",", -1));
    for (String name : names) {
      name(name);
    }
    return names;
  }

  private static int days(CommandLine line, int otherwise) throws UsageException {
    String text = line.getOptionValue("days", Integer.toString(otherwise));
    if (!text.matches("[1-9]\\d{0,4}")) {
      throw new UsageException("--days is a number of days, not " + text);
    }
    return Integer.parseInt(text);
  }

  /** Options that would be without effect are an error. */
  private static void refuse(CommandLine line, String when, String... names) throws UsageException {
    for (String name : names) {
      if (line.hasOption(name)) {
        throw new UsageException(
            String.format(Locale.ROOT, "%s%s can't be used %s", dashes(name), name, when));
      }
    }
  }

  private static String shown(Option option) {
    String name = option.getLongOpt() == null ? option.getOpt() : option.getLongOpt();
    return dashes(name) + name;
  }

  private static String dashes(String name) {
    return name.length() == 1 ? "-" : "--";
  }

  private static Path file(CommandLine line, String option, Path otherwise) {
    return line.hasOption(option) ? Path.of(line.getOptionValue(option)) : otherwise;
  }

  private static Path config(Path home) {
    return home.resolve(".config/jbt");
  }
}
