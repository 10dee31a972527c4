package jbt.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.cli.pki.Pki;
import jbt.cli.pki.PkiException;
import jbt.cli.render.JsonRendering;
import jbt.cli.render.Rendering;
import jbt.cli.render.TextRendering;
import jbt.cli.session.Description;
import jbt.cli.session.Listing;
import jbt.cli.session.Outcome;
import jbt.cli.session.Screen;
import jbt.cli.session.Session;
import jbt.cli.session.Wanted;
import jbt.daemon.Processes;
import jbt.daemon.ServiceManager;
import jbt.daemon.Version;
import jbt.server.Opener;
import jbt.server.session.Settings;
import jbt.server.targets.HostNames;
import jbt.server.targets.TargetException;
import jbt.v1.ListProbesRequest;

/** jbt-remote. */
public final class Main {
  /** A host that does not answer delays the start of the others by this. */
  private static final Duration OPEN_PATIENCE = Settings.defaults().answer();

  /** The word to start reaches all hosts within this, so that they start together. */
  private static final Duration OPEN_DELAY = Duration.ofMillis(50);

  private final InputStream in;
  private final Screen screen;

  private Main(InputStream in, Screen screen) {
    this.in = in;
    this.screen = screen;
  }

  public static void main(String[] arguments) {
    Screen screen =
        new Screen(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Screen.isTerminal(1),
            Screen.isTerminal(2));
    System.exit(run(arguments, Path.of(System.getProperty("user.home")), System.in, screen));
  }

  /** Does what the arguments say and returns the exit code. */
  public static int run(String[] arguments, Path home, InputStream in, Screen screen) {
    try {
      return new Main(in, screen).run(Arguments.parse(arguments, home), home);
    } catch (UsageException e) {
      screen.say("ERROR: " + e.getMessage());
      screen.say("Try: jbt-remote --help");
      return Outcome.USAGE;
    } catch (TargetException | PkiException | WayException e) {
      screen.say("ERROR: " + e.getMessage());
      return Outcome.USAGE;
    } catch (InvalidPathException e) {
      screen.say("ERROR: not a name of a file: " + e.getInput());
      return Outcome.USAGE;
    } catch (IOException e) {
      screen.say("ERROR: cannot write the output: " + e.getMessage());
      return Outcome.USAGE;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private int run(Command command, Path home)
      throws UsageException,
          TargetException,
          PkiException,
          WayException,
          IOException,
          InterruptedException {
    return switch (command) {
      case Command.Help _ -> print(Help.TEXT);
      case Command.Version _ -> print("jbt-remote " + Version.TEXT + "\n");
      case Command.PkiInit init -> print(Pki.init(init.folder(), init.days()));
      case Command.PkiIssue issue ->
          print(Pki.issue(issue.folder(), issue.role(), issue.name(), issue.dns(), issue.days()));
      case Command.ListProbes list -> {
        List<String> hosts = expand(list.where());
        if (list.process().isPresent() && ProcessHandle.of(list.process().getAsInt()).isEmpty()) {
          throw noProcess(list.process().getAsInt());
        }
        ListProbesRequest.Builder request =
            ListProbesRequest.newBuilder()
                .setPattern(list.pattern())
                .setProcess(list.process().orElse(0))
                .setDetails(list.details())
                .addAllHosts(hosts);
        if (list.script().isPresent()) {
          Command.Trace script = list.script().get();
          String text = Scripts.read(script.source(), in);
          // Those of a set are for whoever fans out: an agent has none.
          Wanted wanted = wanted(script, text, hosts, OptionalInt.empty());
          request.setScript(wanted.start().clearHosts());
        } else if (list.pattern().matches("[^:*]*\\.[^:*]*")) {
          screen.say("WARNING: there is no file " + list.pattern() + ": it is taken as a pattern");
        }
        try (Way way = way(list.where(), hosts, home)) {
          yield Listing.run(way.service(), request.build(), screen);
        }
      }
      case Command.Info info -> {
        List<String> hosts = expand(info.where());
        try (Way way = way(info.where(), hosts, home)) {
          yield Description.run(way.service(), hosts, screen);
        }
      }
      case Command.Trace trace -> trace(trace, home);
    };
  }

  private int trace(Command.Trace trace, Path home)
      throws UsageException, TargetException, WayException, InterruptedException, IOException {
    Signals.hold();
    List<String> hosts = expand(trace.where());
    String script = Scripts.read(trace.source(), in);
    if (trace.output().isPresent()) {
      try (OutputStream file = new FileOutputStream(trace.output().get().toFile())) {
        Screen onFile = new Screen(file, screen.err(), false, screen.errTerminal());
        return trace(trace, script, hosts, home, onFile);
      }
    }
    return trace(trace, script, hosts, home, screen);
  }

  private int trace(
      Command.Trace trace, String script, List<String> hosts, Path home, Screen target)
      throws WayException, UsageException, TargetException, InterruptedException {
    boolean many = hosts.size() > 1;
    boolean colour = isColoured(target.outTerminal());
    Rendering rendering =
        trace.json()
            ? new JsonRendering(many, trace.perHost(), trace.quiet())
            : new TextRendering(many, trace.perHost(), target.outTerminal(), colour);
    if (trace.modes().command().isPresent()) {
      try (Child child = Child.start(trace.modes().command().get())) {
        return trace(trace, script, hosts, home, target, rendering, Optional.of(child));
      }
    }
    return trace(trace, script, hosts, home, target, rendering, Optional.empty());
  }

  private int trace(
      Command.Trace trace,
      String script,
      List<String> hosts,
      Path home,
      Screen target,
      Rendering rendering,
      Optional<Child> child)
      throws WayException, UsageException, TargetException, InterruptedException {
    try (Way way = way(trace.where(), hosts, home)) {
      Wanted wanted =
          wanted(
              trace,
              script,
              hosts,
              child.map(c -> OptionalInt.of(c.pid())).orElse(OptionalInt.empty()));
      Session session =
          new Session(
              wanted,
              rendering,
              target,
              () -> {
                child.ifPresent(Child::go);
                ServiceManager.tell("READY=1").ifPresent(screen::say);
              });
      child.ifPresent(c -> c.onEnd(session::stop));
      if (trace.modes().process().isPresent()) {
        stopWith(trace.modes().process().getAsInt(), session);
      }
      Signals.handle(session::stop, session::signal, session::erase);
      return session.run(
          hosts.isEmpty() ? way.service() : new Opener(way.service(), OPEN_PATIENCE, OPEN_DELAY));
    }
  }

  private static Wanted wanted(
      Command.Trace trace, String script, List<String> hosts, OptionalInt command)
      throws UsageException {
    return new Wanted(
        script,
        Scripts.name(trace.source()),
        trace
            .parameters()
            .with(
                Companions.of(
                    Scripts.name(trace.source()),
                    script,
                    trace.parameters().includes(),
                    folders(trace)),
                hosts.isEmpty() ? settings() : Map.of()),
        hosts,
        trace.perHost(),
        trace.dump(),
        trace.quiet(),
        trace.verbose(),
        trace.durationNanos(),
        hosts.isEmpty(),
        trace.modes(),
        command);
  }

  /** Those of -I, and then those that a C compiler would look into, too. */
  private static List<Path> folders(Command.Trace trace) {
    return Stream.concat(
            trace.folders().stream(),
            Stream.of("CPATH", "C_INCLUDE_PATH")
                .map(name -> System.getenv().getOrDefault(name, ""))
                .flatMap(text -> Stream.of(text.split(":")))
                .filter(text -> !text.isEmpty())
                .map(Path::of))
        .toList();
  }

  private static boolean isColoured(boolean terminal) throws UsageException {
    String wish = System.getenv().getOrDefault("BPFTRACE_COLOR", "auto");
    return switch (wish) {
      case "always" -> true;
      case "never" -> false;
      case "auto" -> terminal && System.getenv("NO_COLOR") == null;
      default -> throw new UsageException("BPFTRACE_COLOR is auto, always or never, not " + wish);
    };
  }

  /** Those of the environment, which count on this host only. */
  private static Map<String, String> settings() {
    return System.getenv().entrySet().stream()
        .filter(variable -> variable.getKey().startsWith("BPFTRACE_"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Stops with the process that is traced. */
  private static void stopWith(int process, Session session) throws UsageException {
    boolean own = process == ProcessHandle.current().pid();
    if (!own && !Processes.awaitEnd(process, session::stop)) {
      throw noProcess(process);
    }
  }

  private static UsageException noProcess(int id) {
    return new UsageException("-p: there is no process " + id);
  }

  private static List<String> expand(Command.Where where) throws TargetException {
    return where.hosts().isEmpty() ? List.of() : HostNames.expand(where.hosts());
  }

  private static Way way(Command.Where where, List<String> hosts, Path home)
      throws WayException, UsageException, TargetException {
    return hosts.isEmpty() ? Local.open() : Fleet.open(where, hosts, home);
  }

  private int print(List<String> lines) throws IOException {
    return print(String.join("\n", lines) + "\n");
  }

  private int print(String text) throws IOException {
    screen.out().write(text.getBytes(StandardCharsets.UTF_8));
    return Outcome.OK;
  }
}
