package jbt.server.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jbt.yaml.YamlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryFileTest {
  @TempDir private Path folder;

  private InventoryFile read(String text) throws IOException, YamlException {
    Path file = folder.resolve("hosts.yaml");
    Files.writeString(file, text);
    return InventoryFile.read(file);
  }

  @Test
  void hostsHaveNamesAddressesAndPorts() throws Exception {
    InventoryFile inventory =
        read(
            """
            hosts:
              - name: web[01-02]
              - name: db1
                address: 10.0.0.7
                port: 7011
              - name: eu
                hosts: eu[1-3]
            """);
    Target eu = new Target("eu", "eu", 7020, List.of("eu1", "eu2", "eu3"));
    assertThat(inventory.select(List.of("eu[2-3],db1,web02")))
        .containsExactly(
            new Selected(eu, List.of("eu2", "eu3")),
            new Selected(new Target("db1", "10.0.0.7", 7011, List.of()), List.of("db1")),
            new Selected(new Target("web02", "web02", 7010, List.of()), List.of("web02")));
  }

  @Test
  void hostsThatAreNotListedAreNamedTogether() throws Exception {
    InventoryFile inventory = read("hosts: [{name: a}]");
    assertThatThrownBy(() -> inventory.select(List.of("a,b[1-3]")))
        .hasMessage("not in the inventory: b[1-3]");
    assertThatThrownBy(() -> inventory.select(List.of(""))).hasMessage("no host named");
  }

  @Test
  void mistakesHaveLineAndColumn() {
    assertThatThrownBy(() -> read("hosts:\n  - name: a\n    adress: b\n"))
        .isInstanceOf(YamlException.class)
        .hasMessageEndingWith(
            "hosts.yaml:3:5: unknown key \"adress\"; known: address, hosts, name, port");
    assertThatThrownBy(() -> read("hosts:\n  - name: a\n    port: 70000\n"))
        .hasMessageEndingWith("hosts.yaml:3:11: expected a port, 1 to 65535, not \"70000\"");
    assertThatThrownBy(() -> read("hosts:\n  - name: a\n  - name: a\n"))
        .hasMessageEndingWith("hosts.yaml:3:11: host a twice");
    assertThatThrownBy(() -> read("hosts:\n  - {name: [a\n"))
        .hasMessageContaining("hosts.yaml:3:1: ");
    assertThatThrownBy(() -> read("")).hasMessageEndingWith("hosts.yaml: the file is empty");
    assertThatThrownBy(() -> read("hosts: []"))
        .hasMessageEndingWith("hosts.yaml:1:8: no host listed");
    assertThatThrownBy(() -> InventoryFile.read(folder.resolve("none")))
        .hasMessageEndingWith("none: no such file");
  }
}
