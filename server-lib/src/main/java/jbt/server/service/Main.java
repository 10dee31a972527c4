package jbt.server.service;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jbt.server.session.Settings;
import jbt.transport.TlsException;
import jbt.yaml.YamlException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** {@code jbt-collector --config FILE}. */
public final class Main {
  private static final String HELP =
      """
      usage: jbt-collector --config FILE

      Serves tracing sessions for the hosts of its inventory: dials them, merges what they send,
      and answers the users and collectors that FILE allows.

        --config FILE   name, address, certificates, allowed clients, inventory (YAML)
        --version       print the version
        --help          print this
      """;

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int code = run(arguments, System.out, err);
    System.out.flush();
    System.exit(code);
  }

  private static int run(String[] arguments, PrintStream out, PrintStream err)
      throws InterruptedException {
    Options options =
        new Options()
            .addOption(null, "config", true, "")
            .addOption(null, "version", false, "")
            .addOption("h", "help", false, "");
    try {
      CommandLine line = new DefaultParser().parse(options, arguments);
      if (line.hasOption("help")) {
        out.print(HELP);
        return 0;
      } else if (line.hasOption("version")) {
        out.println("jbt-collector " + Main.class.getPackage().getImplementationVersion());
        return 0;
      } else if (!line.hasOption("config") || !line.getArgList().isEmpty()) {
        err.print(HELP);
        return 1;
      }
      return serve(Path.of(line.getOptionValue("config")), err);
    } catch (ParseException e) {
      err.println("jbt-collector: " + e.getMessage());
      return 1;
    }
  }

  private static int serve(Path file, PrintStream err) throws InterruptedException {
    try {
      Config config = Config.read(file);
      CollectorServer server =
          CollectorServer.start(config, Settings.defaults().below(), err::println);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "jbt-stop"));
      err.println("collector " + config.name() + " listens on port " + server.port());
      server.awaitEnd();
      return 0;
    } catch (YamlException | TlsException e) {
      err.println("jbt-collector: " + e.getMessage());
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      err.println("jbt-collector: can't listen: " + cause.getMessage());
    }
    return 1;
  }
}
