package jbt.deploy.fleet;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        classPath(""));
  }

  /** The part of this test run's class path that is JAR files. */
  public static String jars() {
    return classPath(".jar");
  }

  /** Its entries with that end; JAR files first, as an archive of their classes requires. */
  private static String classPath(String suffix) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith(suffix))
        .sorted(Comparator.comparing(entry -> !entry.endsWith(".jar")))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The folder of the distribution. */
  public static Path distribution() {
    if (!Files.isExecutable(DISTRIBUTION.resolve("bin/jbt-remote"))) {
      throw new AssertionError("no distribution in " + DISTRIBUTION + ": run deploy/build");
    }
    return DISTRIBUTION;
  }
}
