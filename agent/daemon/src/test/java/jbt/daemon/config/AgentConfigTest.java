package jbt.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.daemon.Policy;
import jbt.transport.TlsFiles;
import jbt.yaml.YamlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {
  @TempDir private Path folder;

  private AgentConfig read(String text) throws IOException, YamlException {
    return AgentConfig.read(Files.writeString(folder.resolve("agent.yaml"), text));
  }

  @Test
  void readsEveryKey() throws Exception {
    AgentConfig config =
        read(
            """
            name: web01
            listen: 127.0.0.1:7117
            tls: {authority: ca.pem, certificate: host.pem, key: /etc/jbt/host.key}
            allow:
              users: [alice, bob]
              collectors: [c1]
            socket: run/agent.sock
            limits: {duration: 10m, probes: 7, map-memory: 3M, sessions: 2}
            unsafe: false
            labels: {role: web}
            """);
    assertThat(config.name()).isEqualTo("web01");
    assertThat(config.listen().orElseThrow().address().getPort()).isEqualTo(7117);
    assertThat(config.listen().orElseThrow().tls())
        .isEqualTo(
            new TlsFiles(
                folder.resolve("ca.pem"),
                folder.resolve("host.pem"),
                Path.of("/etc/jbt/host.key")));
    assertThat(config.users()).isEqualTo(Set.of("alice", "bob"));
    assertThat(config.collectors()).isEqualTo(Set.of("c1"));
    assertThat(config.socket()).isEqualTo(Optional.of(folder.resolve("run/agent.sock")));
    assertThat(config.policy()).isEqualTo(new Policy(600_000_000_000L, 7, 3 << 20, 2));
    assertThat(config.labels()).isEqualTo(Map.of("role", "web"));
  }

  @Test
  void hasDefaults() throws Exception {
    AgentConfig config = read("socket: /run/jbt/agent.sock\n");
    assertThat(config.name()).isNotEmpty();
    assertThat(config.listen()).isEmpty();
    assertThat(config.users()).isEmpty();
    assertThat(config.policy()).isEqualTo(Policy.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listen: 0.0.0.0:1                        | 1:9: "listen" without "tls"
          name: a                                  | 1:1: neither "listen" nor "socket"
          socket: s\\nlisten_on: 1                 | 2:1: unknown key "listen_on"
          socket: s\\nlimits: {probes: many}       | 2:18: expected a number
          socket: s\\nlimits: {duration: 5}        | 2:20: expected a duration such as
          socket: s\\nlimits: {map-memory: 1T}     | 2:22: expected a size such as
          socket: s\\nlimits: {colour: red}        | 2:10: unknown key "colour"
          """)
  void namesThePlaceOfAMistake(String text, String error) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("agent.yaml:" + error);
  }
}
