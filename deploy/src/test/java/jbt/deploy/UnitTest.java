package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jbt.deploy.fleet.Aggregations;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Guest;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.Load;
import jbt.deploy.fleet.Pki;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import jbt.deploy.fleet.Workload;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A guest with systemd is host b: the distribution is installed there and its agent runs under its
 * unit. Host a is this kernel, with an agent as a plain process.
 */
@Tag("vm")
@ResourceLock(value = Guest.PROCESSORS, mode = ResourceAccessMode.READ)
final class UnitTest {
  private static final String GETPPID = "tracepoint:syscalls:sys_enter_getppid /(MINE)/ ";
  private static final String CALLS = GETPPID + "{ @ = count(); @by[comm] = count(); }";

  private static final int SOME_UNREACHABLE = 4;

  private static final Duration LIMIT = Duration.ofSeconds(Guest.SECONDS);

  private static final String AGENT = "$(systemctl show -p MainPID --value jbt-agent)";

  @TempDir private static Path folder;
  private static Guest guest;
  private static Running agent;
  private static Load a;
  private static Pki pki;
  private static String guestLoad = "";

  @BeforeAll
  static void start() throws Exception {
    pki = Pki.create(folder);
    pki.issue("user", "operator");
    int portA = freePort();
    int portB = freePort();
    for (String host : List.of("a", "b")) {
      pki.issue("host", host);
      Files.writeString(
          folder.resolve(host + ".yaml"),
          """
          name: %s
          listen: %s
          tls: { authority: ca.crt, certificate: %s.crt, key: %s.key }
          allow: { users: [operator], collectors: [hub] }
          """
              .formatted(
                  host, host.equals("a") ? "127.0.0.1:" + portA : "0.0.0.0:7010", host, host));
    }
    Files.writeString(
        folder.resolve("inventory.yaml"),
        """
        hosts:
          - { name: a, address: 127.0.0.1, port: %d }
          - { name: b, address: 127.0.0.1, port: %d }
        """
            .formatted(portA, portB));
    pki.issue("collector", "hub");
    Files.writeString(
        folder.resolve("hub.yaml"),
        """
        name: hub
        listen: 127.0.0.1:7020
        tls: { authority: ca.crt, certificate: hub.crt, key: hub.key }
        allow: { users: [operator] }
        hosts: [{ name: b, address: 127.0.0.1 }]
        """);
    Files.writeString(
        folder.resolve("hubs.yaml"), "hosts: [{ name: hub, address: 127.0.0.1, port: 7020 }]");
    Java.distribution();
    a = Load.start(); // its program is among the files that the guest sees when it starts
    guest = Guest.start("6.12", List.of("-s", "-w", folder.toString(), "-p", portB + ":7010"));
    agent = Running.start(Java.command("jbt.daemon.Main", "--config", folder + "/a.yaml"));
    Path install = Path.of("install").toAbsolutePath();
    guest.run(install.toString());
    guest.run(
        "cd " + folder + " && cp ca.crt b.crt b.key /etc/jbt/ && cp b.yaml /etc/jbt/agent.yaml");
    guest.run("mkfifo /run/load && exec 9<>/run/load");
    guest.run(
        "%s </run/load >/run/load.out 2>&1 & echo $! >/run/load.pid".formatted(Workload.program()));
    guest.await("grep -q ready /run/load.out");
    guestLoad = guest.run("cat /run/load.pid").getFirst();
    agent.awaitErr(line -> line.contains("serves"), LIMIT);
  }

  @AfterAll
  static void stop() {
    agent.close();
    a.close();
    guest.close();
  }

  @BeforeEach
  void startUnit() throws Exception {
    guest.run("systemctl start jbt-agent || { journalctl -u jbt-agent -o cat; exit 1; }");
  }

  @Test
  void mergesThisKernelAndTheGuest() throws Exception {
    String script = GETPPID + "{ @ = count(); @by[comm] = count(); @host[host] = count(); @n++; }";
    try (Running remote = trace(script, "a", "b")) {
      a.begin("load-a getppid 1000000");
      guestMakes("load-b getppid 70003");
      a.await();
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      assertThat(Answer.end(remote.out()))
          .containsExactlyInAnyOrder(
              "@: 1070003",
              "@by[load-b]: 70003",
              "@by[load-a]: 1000000",
              "@host[b]: 70003",
              "@host[a]: 1000000",
              "@n: 1070003");
      assertThat(remote.err()).contains("hosts: 2 of 2 reporting", "loss: none");
    }
    assertThat(guest.run("journalctl -u jbt-agent -o cat"))
        .anyMatch(line -> line.contains("operator") && line.contains("@host[host]"));
  }

  @Test
  void mergesEveryAggregationOfThisKernelAndTheGuest() throws Exception {
    try (Running remote = trace(Aggregations.SCRIPT, "a", "b")) {
      a.make(Aggregations.LOAD_A);
      guestMakes(Aggregations.LOAD_B);
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      Aggregations.check(Answer.end(remote.out()));
    }
    try (Running remote = trace(Aggregations.KEYED, "a", "b")) {
      a.make(Aggregations.LOAD_A);
      guestMakes(Aggregations.LOAD_B);
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      Aggregations.checkKeyed(Answer.end(remote.out()));
    }
  }

  @Test
  void killedAgentLeavesNothingAndStartsAgain() throws Exception {
    try (Running remote = trace(CALLS, "b")) {
      List<String> held =
          guest.run(
              "cat /proc/"
                  + AGENT
                  + "/fdinfo/* | sed -nE 's/^(prog|map|link)_id:\\s*/\\1 show id /p' | sort -u");
      assertThat(held)
          .anyMatch(line -> line.startsWith("prog "))
          .anyMatch(line -> line.startsWith("map "))
          .anyMatch(line -> line.startsWith("link "));
      String killed = guest.run("echo " + AGENT).getFirst();
      guest.run("kill -9 " + killed);
      for (String object : held) {
        guest.await("! bpftool " + object);
      }
      remote.exitCode(LIMIT);
      // What has just been killed may still count as active.
      guest.await("systemctl is-active jbt-agent && [ %s != %s ]".formatted(AGENT, killed));
      assertThat(guest.run("echo " + AGENT)).doesNotContain(killed, "0");
    }
    try (Running remote = trace(CALLS, "b")) {
      guestMakes("load-b getppid 1234");
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      assertThat(Answer.end(remote.out()))
          .containsExactlyInAnyOrder("@: 1234", "@by[load-b]: 1234");
    }
  }

  /** All that it has counted, which is no whole answer. */
  @Test
  void stoppedUnitDeliversTheFinalResult() throws Exception {
    try (Running remote = trace(CALLS, "b")) {
      guestMakes("load-b getppid 4321");
      guest.run("systemctl stop jbt-agent");
      assertThat(remote.exitCode(LIMIT)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
      assertThat(Answer.end(remote.out()))
          .containsExactlyInAnyOrder("@: 4321 (0/1 hosts)", "@by[load-b]: 4321 (0/1 hosts)");
    }
    assertThat(guest.run("systemctl show -p Result --value jbt-agent")).containsExactly("success");
  }

  @Test
  void collectorServesTheAgentUnderItsUnit() throws Exception {
    guest.run(
        "cd " + folder + " && cp hub.crt hub.key /etc/jbt/ && cp hub.yaml /etc/jbt/collector.yaml");
    guest.run("systemctl set-environment JBT_JAVA_OPTIONS=-Djbt.patience=" + Guest.PATIENCE);
    guest.run("systemctl start jbt-collector || { journalctl -u jbt-collector -o cat; exit 1; }");
    guest.await("journalctl -u jbt-collector -o cat | grep -q listens");
    String client =
        "JBT_JAVA_OPTIONS=-Djbt.patience=%s jbt-remote --inventory %s/hubs.yaml --collector hub %s"
            .formatted(Guest.PATIENCE, folder, String.join(" ", pki.identity("operator")));
    assertThat(guest.run(client + " --hosts b -e 'BEGIN { @[host] = count(); exit(); }' 2>&1"))
        .contains("@[b]: 1");
    guest.run("systemctl stop jbt-collector");
    assertThat(guest.run("systemctl show -p Result --value jbt-collector"))
        .containsExactly("success");
  }

  /** Starts it on the hosts and waits until they count. */
  private static Running trace(String script, String... hosts) throws Exception {
    String text =
        script.replace(
            Traced.MINE,
            "((host == \"a\" && pid == %d) || (host == \"b\" && pid == %s))"
                .formatted(a.pid(), guestLoad));
    List<String> command = new ArrayList<>(Java.options());
    command.add("-Djbt.patience=" + Guest.PATIENCE);
    command.add("jbt.cli.Main");
    command.addAll(List.of("--inventory", folder + "/inventory.yaml"));
    command.addAll(pki.identity("operator"));
    command.addAll(List.of("--hosts", String.join(",", hosts)));
    command.addAll(List.of("-e", text + " interval:ms:100 { printf(\"up\\n\"); }"));
    Running remote = Running.start(command);
    for (String host : hosts) {
      String up = hosts.length > 1 ? host + " | up" : "up";
      remote.awaitOut(up::equals, LIMIT);
    }
    return remote;
  }

  private static void guestMakes(String series) throws Exception {
    guest.run(
        "n=$(grep -c done /run/load.out); echo '%s' >&9;".formatted(series)
            + " while [ $(grep -c done /run/load.out) = $n ]; do sleep 0.1; done");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
