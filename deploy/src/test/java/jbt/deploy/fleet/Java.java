package jbt.deploy.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of our programs: the classes of this test run, the launchers' options. */
public final class Java {
  private Java() {}

  /** The command that runs the main class with the arguments. */
  public static List<String> command(String mainClass, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
    command.addAll(arguments);
    return command;
  }

  public static List<String> command(String mainClass, String... arguments) {
    return command(mainClass, List.of(arguments));
  }
}
