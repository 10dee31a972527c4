package jbt.kernel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another Java with the classes of this test run. */
final class JavaProcess {
  private JavaProcess() {}

  /** Runs a main class, by a command that is to start it if one is given. */
  static ProcessBuilder of(Class<?> main, String... starter) {
    List<String> command = new ArrayList<>(List.of(starter));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    return new ProcessBuilder(command);
  }
}
