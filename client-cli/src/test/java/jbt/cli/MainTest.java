package jbt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jbt.cli.session.Screen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path home;

  private int run(String... arguments) {
    Screen screen = new Screen(out, err, false, false);
    return Main.run(arguments, home, new ByteArrayInputStream(new byte[0]), screen);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void helpFitsATerminal() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).allMatch(line -> line.length() <= 100);
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage: jbt-remote ");
  }

  @Test
  void version() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).matches("jbt-remote \\d+\\.\\d+\\.\\d+\n");
  }

  @Test
  void usageErrorIsOneLineAndAHint() {
    assertThat(run("--hosts", "", "-e", "BEGIN {}")).isEqualTo(1);
    assertThat(err()).isEqualTo("ERROR: --hosts names no host\nTry: jbt-remote --help\n");
  }

  @Test
  void rangeThatIsNone() {
    assertThat(run("--hosts", "web[5-1]", "-e", "BEGIN {}")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: ").contains("web[5-1]");
  }

  @Test
  void missingScript() {
    assertThat(run("/nowhere/script.bt")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: /nowhere/script.bt: no such file\n");
  }

  @Test
  void noNameIsNoFile() {
    assertThat(run("")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: '': no such file\n");
  }

  @Test
  void namesThatNoFileHas() {
    for (String option : new String[] {"-o", "-I", "--flame", "-l"}) {
      err.reset();
      assertThat(run(option, "a\0b", "-e", "BEGIN {}")).isEqualTo(1);
      assertThat(err()).isEqualTo("ERROR: not a name of a file: a\0b\n");
    }
  }

  @Test
  void missingCertificate() {
    assertThat(run("--hosts", "a", "-e", "BEGIN {}")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: " + home.resolve(".config/jbt")).hasLineCount(1);
  }

  @Test
  void unknownHostIsNotInTheInventory() throws Exception {
    Path inventory = home.resolve("inventory.yaml");
    Files.writeString(inventory, "hosts:\n  - name: a\n");
    assertThat(runAsUser("--inventory", inventory.toString(), "--hosts", "a,b")).isEqualTo(1);
    assertThat(err()).isEqualTo("ERROR: not in the inventory: b\n");
  }

  @Test
  void hostThatIsDown() throws Exception {
    assertThat(run("pki", "init", "--dir", home.resolve("p").toString())).isZero();
    assertThat(run("pki", "issue", "user", "me", "--dir", home.resolve("p").toString())).isZero();
    Path inventory = home.resolve("inventory.yaml");
    // Port 1 of this machine: nobody listens there.
    Files.writeString(
        inventory,
        """
        hosts:
          - { name: a, address: 127.0.0.1, port: 1 }
          - { name: b, address: 127.0.0.1, port: 1 }
        """);
    assertThat(
            run(
                "--inventory",
                inventory.toString(),
                "--cert",
                home.resolve("p/me.crt").toString(),
                "--key",
                home.resolve("p/me.key").toString(),
                "--ca",
                home.resolve("p/ca.crt").toString(),
                "--hosts",
                "a,b",
                "-e",
                "BEGIN {}"))
        .isEqualTo(4);
    assertThat(err())
        .startsWith("a,b: connection refused (127.0.0.1:1)\n")
        .contains("hosts: 0 of 2 reporting; 2 unreachable: a,b\n");
  }

  /** Runs as a user with a certificate, against nobody. */
  private int runAsUser(String... more) {
    return runAs("user", "me", more);
  }

  /** With a certificate that is made if it is not there. */
  private int runAs(String role, String name, String... more) {
    Path files = home.resolve("p");
    if (!Files.exists(files)) {
      assertThat(run("pki", "init", "--dir", files.toString())).isZero();
    }
    if (!Files.exists(files.resolve(name + ".crt"))) {
      assertThat(run("pki", "issue", role, name, "--dir", files.toString())).isZero();
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--cert",
                files.resolve(name + ".crt").toString(),
                "--key",
                files.resolve(name + ".key").toString(),
                "--ca",
                files.resolve("ca.crt").toString()));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-e", "BEGIN {}"));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void oneHostThatIsDownIsNamed() throws Exception {
    Path inventory = home.resolve("inventory.yaml");
    Files.writeString(inventory, "hosts: [{ name: a, address: 127.0.0.1, port: 1 }]\n");
    assertThat(runAsUser("--inventory", inventory.toString(), "--hosts", "a")).isEqualTo(4);
    assertThat(err()).isEqualTo("ERROR: a: connection refused (127.0.0.1:1)\n");
  }

  @Test
  void anAddressThatIsNone() {
    assertThat(runAsUser("--hosts", "a_b")).isEqualTo(4);
    assertThat(err()).isEqualTo("ERROR: a_b: not an address of a host (a_b:7010)\n");
  }

  @ParameterizedTest
  @CsvSource({
    "a_b, ERROR: a_b: not an address of a host (a_b:7020)",
    "[::1]:1, ERROR: ::1: connection refused ([::1]:1)",
    "127.0.0.1:1, ERROR: 127.0.0.1: connection refused (127.0.0.1:1)",
    "c:, ERROR: not a port: c:",
    "c:70000, ERROR: not a port: c:70000",
    ":5, ERROR: --collector names no collector",
    "[::1, ERROR: brackets do not match in \"[::1\"",
    "'c[1-2]', ERROR: one collector at most: c[1-2]",
  })
  void collectors(String collector, String message) {
    runAsUser("--collector", collector, "--hosts", "a");
    assertThat(err().lines().findFirst()).contains(message);
  }

  @Test
  void certificateOfAHost() {
    assertThat(runAs("host", "a", "--hosts", "a")).isEqualTo(1);
    Path certificate = home.resolve("p/a.crt");
    assertThat(err())
        .endsWith("ERROR: " + certificate + ": it is the certificate of host a, not of a user\n");
  }

  @Test
  void aFolderIsNoInventory() {
    assertThat(runAsUser("--inventory", home.toString(), "--hosts", "a")).isEqualTo(1);
    assertThat(err()).isEqualTo("ERROR: " + home + ": Is a directory\n");
  }
}
