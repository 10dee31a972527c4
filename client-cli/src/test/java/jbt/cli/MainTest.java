package jbt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jbt.cli.session.Screen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void missingCertificate() {
    assertThat(run("--hosts", "a", "-e", "BEGIN {}")).isEqualTo(1);
    assertThat(err()).startsWith("ERROR: " + home.resolve(".config/jbt")).hasLineCount(1);
  }

  @Test
  void unknownHostIsNotInTheInventory() throws Exception {
    assertThat(run("pki", "init", "--dir", home.resolve("p").toString())).isZero();
    assertThat(run("pki", "issue", "user", "me", "--dir", home.resolve("p").toString())).isZero();
    Path inventory = home.resolve("inventory.yaml");
    Files.writeString(inventory, "hosts:\n  - name: a\n");
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
        .isEqualTo(1);
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
}
