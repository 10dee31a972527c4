package jbt.deploy.fleet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Command lines of our programs. */
public final class Java {
  /** How many times longer everything may take: in an emulated machine. */
  public static final int PATIENCE = Integer.getInteger("jbt.patience", 1);

  /** The distribution, as deploy/build leaves it. */
  private static final Path DISTRIBUTION = Path.of("target/jbt").toAbsolutePath();

  private static final Map<String, String> LAUNCHERS =
      Map.of(
          "jbt.cli.Main", "jbt-remote",
          "jbt.daemon.Main", "jbt-agent",
          "jbt.server.service.Main", "jbt-collector");

  private Java() {}

  /**
   * The command that runs the main class with the arguments: the classes of this test run with the
   * launchers' options, or, with the system property {@code jbt.distribution}, the launchers.
   */
  public static List<String> command(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    String launcher = LAUNCHERS.get(mainClass);
    if (launcher != null && Boolean.getBoolean("jbt.distribution")) {
      command.addAll(List.of("env", "JBT_JAVA_OPTIONS=-Djbt.patience=" + PATIENCE));
      command.add(distribution().resolve("bin").resolve(launcher).toString());
    } else {
      command.addAll(options());
      command.add(mainClass);
    }
    command.addAll(arguments);
    return command;
  }

  public static List<String> command(String mainClass, String... arguments) {
    return command(mainClass, List.of(arguments));
  }

  /** This Java with the classes of this test run; the main class is to follow. */
  public static List<String> options() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djbt.patience=" + PATIENCE,
        "-cp",
        System.getProperty("java.class.path"));
  }

  /** The folder of the distribution. */
  public static Path distribution() {
    if (!Files.isExecutable(DISTRIBUTION.resolve("bin/jbt-remote"))) {
      throw new AssertionError("no distribution in " + DISTRIBUTION + ": run deploy/build");
    }
    return DISTRIBUTION;
  }
}
