package jbt.daemon;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jbt.daemon.config.AgentConfig;
import jbt.daemon.server.AgentServer;
import jbt.transport.Identity;
import jbt.transport.PeerGate;
import jbt.transport.TlsException;
import jbt.v1.TracerGrpc;
import jbt.yaml.YamlException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.jspecify.annotations.Nullable;

/** The agent's process. */
public final class Main {
  private static final int OK = 0;
  private static final int USAGE = 1;
  private static final int FAILED = 2;

  private static final String HELP =
      """
      Usage: jbt-agent --config FILE

      Traces this host for users and collectors that the configuration names.

        --config FILE   the configuration, YAML
        --version       print the version and exit
        --help          print this and exit

      It serves TCP with mutual TLS, a Unix socket, or both, until SIGTERM; then it stops all
      sessions, each with its result. What it starts, stops and refuses is told on stderr.
      """;

  /** How long sessions may take to end when the agent ends. */
  private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(8);

  private Main() {}

  /** Exits with 0 after SIGTERM, 1 for a mistake in arguments or configuration, 2 otherwise. */
  public static void main(String[] args) {
    // Halting does not wait for threads that are in the kernel; nothing is left to be done.
    Runtime.getRuntime().halt(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    Options options =
        new Options()
            .addOption(Option.builder().longOpt("config").hasArg().get())
            .addOption(Option.builder().longOpt("version").get())
            .addOption(Option.builder().longOpt("help").get());
    try {
      CommandLine line = DefaultParser.builder().get().parse(options, args);
      List<String> rest = line.getArgList();
      if (line.hasOption("help")) {
        out.print(HELP);
        return OK;
      } else if (line.hasOption("version")) {
        out.println("jbt-agent " + Version.TEXT);
        return OK;
      } else if (!rest.isEmpty()) {
        throw new ParseException("what is \"" + rest.getFirst() + "\"?");
      }
      @Nullable String file = line.getOptionValue("config");
      if (file == null) {
        throw new ParseException("--config FILE is missing");
      }
      Journal journal = new Journal(err);
      journal.takeLogs();
      return serve(AgentConfig.read(Path.of(file)), journal);
    } catch (ParseException e) {
      err.println("jbt-agent: " + e.getMessage() + " (see --help)");
      return USAGE;
    } catch (YamlException | TlsException e) {
      err.println("jbt-agent: " + e.getMessage());
      return USAGE;
    } catch (IOException e) {
      err.println("jbt-agent: can't serve: " + e.getMessage());
      return FAILED;
    }
  }

  private static int serve(AgentConfig config, Journal journal) throws TlsException, IOException {
    try (TracerService service =
            new TracerService(
                config.name(), config.policy(), config.labels(), Main::caller, journal::line);
        AgentServer server =
            AgentServer.start(config, () -> TracerGrpc.bindService(service), journal::line)) {
      Ending ending = new Ending(service, server, journal);
      Runtime.getRuntime().addShutdownHook(new Thread(ending, "stop"));
      config
          .listen()
          .ifPresent(l -> journal.line("serves " + l.where() + " as host " + config.name()));
      config.socket().ifPresent(s -> journal.line("serves " + s + " as host " + config.name()));
      ServiceManager.tell("READY=1").ifPresent(journal::line);
      server.await();
      return OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    }
  }

  private static String caller() {
    @Nullable Identity peer = PeerGate.PEER.get();
    return peer == null ? "local:root" : peer.toString();
  }

  /** What SIGTERM makes the process do. */
  private record Ending(TracerService service, AgentServer server, Journal journal)
      implements Runnable {
    @Override
    public void run() {
      ServiceManager.tell("STOPPING=1").ifPresent(journal::line);
      try {
        service.stop(PATIENCE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      server.close();
      journal.line("stopped");
      Runtime.getRuntime().halt(OK);
    }
  }
}
