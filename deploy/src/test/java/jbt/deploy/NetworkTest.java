package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import jbt.deploy.fleet.Network;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fleet")
final class NetworkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final List<String> LISTEN =
      List.of(
          "perl",
          "-e",
          "use Socket; socket(S,2,1,6); bind(S,sockaddr_in(7,INADDR_ANY));"
              + " listen(S,9); $|=1; print \"up\\n\"; while(accept(C,S)) { syswrite C,\"hi\\n\"; close C }");

  @Test
  void hostsHaveNamesAndAddresses() throws Exception {
    String name;
    try (Network network = Network.create(List.of("a", "b"))) {
      name = network.name();
      assertThat(Running.run(network.onHost("a", List.of("hostname")))).containsExactly("a");
      assertThat(Running.run(network.onHost("b", List.of("hostname")))).containsExactly("b");
      try (Running server = Running.start(network.onHost("a", LISTEN))) {
        server.awaitOutLine(1, PATIENCE);
        assertThat(connect(network, "operator", 20)).isZero();
        assertThat(connect(network, "b", 20)).isZero();
        network.silence("a");
        assertThat(connect(network, "operator", 1)).isEqualTo(124);
        network.restore("a");
        assertThat(connect(network, "operator", 20)).isZero();
      }
    }
    assertThat(Running.run("ip", "netns", "list")).noneMatch(line -> line.startsWith(name));
  }

  private static int connect(Network network, String from, int seconds) throws Exception {
    List<String> command =
        network.onHost(
            from,
            List.of(
                "timeout",
                "" + seconds,
                "bash",
                "-c",
                "read l </dev/tcp/" + network.address("a") + "/7"));
    try (Running client = Running.start(command)) {
      return client.exitCode(PATIENCE);
    }
  }
}
