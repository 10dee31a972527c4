package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Load;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import jbt.kernel.KernelIds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever becomes of one host, the other goes on, and the answer says whom it stands for. */
@Tag("fleet")
final class FaultsTest {
  private static final String SCRIPT =
      "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @ = count(); }";
  private static final int SOME_FAILED = 2;
  private static final int SOME_UNREACHABLE = 4;

  private Fleet fleet;
  private Load a;
  private Load b;

  @BeforeEach
  void start() throws Exception {
    fleet = Fleet.withoutAgents("a", "b", "hub");
    fleet.startAgent("a");
    fleet.startAgent("b");
    fleet.awaitAgent("a");
    fleet.awaitAgent("b");
    a = Load.start();
    b = Load.start();
  }

  @AfterEach
  void stop() {
    fleet.close();
    a.close();
    b.close();
  }

  @Test
  void hostThatIsDown() throws Exception {
    fleet.server("b").close();
    Running remote = trace(SCRIPT, "a");
    assertThat(partialResult(remote)).isEqualTo(SOME_UNREACHABLE);
    assertThat(remote.err()).anyMatch(line -> line.startsWith("b: connection refused"));
  }

  @Test
  void hostThatIsSilent() throws Exception {
    fleet.network().silence("b");
    Running remote = trace(SCRIPT, "a");
    assertThat(partialResult(remote)).isEqualTo(SOME_UNREACHABLE);
    assertThat(remote.err()).anyMatch(line -> line.startsWith("b: no answer within 5 s"));
  }

  @Test
  void hostWithAnothersCertificate() throws Exception {
    fleet.server("b").close();
    Files.copy(
        fleet.pki().certificate("a"),
        fleet.pki().certificate("b"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(fleet.pki().key("a"), fleet.pki().key("b"), StandardCopyOption.REPLACE_EXISTING);
    fleet.startAgent("b");
    fleet.awaitAgent("b");
    Running remote = trace(SCRIPT, "a");
    assertThat(partialResult(remote)).isEqualTo(SOME_UNREACHABLE);
  }

  @Test
  void hostThatDoesNotKnowUs() throws Exception {
    fleet.server("b").close();
    fleet.startAgentFor("b", "somebody-else");
    fleet.awaitAgent("b");
    Running remote = trace(SCRIPT, "a");
    assertThat(partialResult(remote)).isEqualTo(SOME_FAILED);
    assertThat(remote.err()).anyMatch(line -> line.startsWith("b: refused our identity"));
    assertThat(fleet.server("b").err()).anyMatch(line -> line.contains("not admitted"));
  }

  @Test
  void hostWhosePolicyForbidsIt() throws Exception {
    fleet.server("b").close();
    fleet.startAgent("b", "limits: {probes: 1}\n");
    fleet.awaitAgent("b");
    Running remote = trace(SCRIPT, "a");
    assertThat(partialResult(remote)).isEqualTo(SOME_FAILED);
  }

  @Test
  void hostThatCannotCompile() throws Exception {
    Running remote =
        trace(SCRIPT + " tracepoint:syscalls:sys_enter_nonsense { @none = count(); }", "");
    remote.exitCode(Fleet.PATIENCE);
    // One message, unless one host is much slower than the other.
    assertThat(remote.err())
        .anyMatch(line -> line.contains("sys_enter_nonsense"))
        .filteredOn(line -> line.matches("[ab](,b)?:( .*)?"))
        .flatMap(line -> List.of(line.substring(0, line.indexOf(':')).split(",")))
        .containsExactlyInAnyOrder("a", "b");
    assertThat(KernelIds.heldBy(agentPid("a")).programs()).isEmpty();
  }

  @Test
  void agentKilledInTheMiddle() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    KernelIds ids = KernelIds.heldBy(agentPid("b"));
    assertThat(ids.programs()).isNotEmpty();
    a.make("load-a getppid 1000");
    b.make("load-b getppid 500");
    // A partial goes out every second.
    Thread.sleep(3000);
    fleet.server("b").signal("KILL");
    remote.awaitErr(line -> line.startsWith("b:"), Fleet.PATIENCE);
    a.make("load-a getppid 1000");
    assertThat(Traced.stop(remote)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "2500 (1/2 hosts)");
    assertThat(ids.leftAfter(Duration.ofSeconds(10))).isEmpty();
  }

  /** Far more often than it sends anything else a host prints. */
  @Test
  void agentKilledAfterAPrint() throws Exception {
    Running remote = trace(SCRIPT + " interval:ms:50 { print(@); }", "a", "b");
    a.make("load-a getppid 1000");
    b.make("load-b getppid 703");
    remote.awaitOut("@: 1703"::equals, Fleet.PATIENCE);
    fleet.server("b").signal("KILL");
    remote.awaitErr(line -> line.startsWith("b:"), Fleet.PATIENCE);
    assertThat(Traced.stop(remote)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "1703 (1/2 hosts)");
  }

  /** As with a machine that has all of them on it, for longer than any of them waits. */
  @Test
  void everybodyStandsStill() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    List<Running> everybody = List.of(fleet.server("a"), fleet.server("b"), remote);
    a.make("load-a getppid 1000");
    fleet.server("a").signal("STOP");
    fleet.server("b").signal("STOP");
    remote.signal("INT");
    Thread.sleep(1000);
    remote.signal("STOP");
    b.make("load-b getppid 703");
    Thread.sleep(17_000);
    for (Running each : everybody) {
      each.signal("CONT");
    }
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "1703");
  }

  @Test
  void agentStoppedInTheMiddle() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    KernelIds ids = KernelIds.heldBy(agentPid("b"));
    assertThat(ids.programs()).isNotEmpty();
    b.make("load-b getppid 703");
    fleet.server("b").signal("TERM");
    fleet.server("b").exitCode(Fleet.PATIENCE);
    assertThat(ids.leftAfter(Duration.ofSeconds(10))).isEmpty();
    remote.awaitErr("b: the agent was stopped"::equals, Fleet.PATIENCE);
    assertGoesOnWithoutB(remote);
  }

  @Test
  void collectorStoppedInTheMiddle() throws Exception {
    fleet.startCollector("hub", "collector", List.of(fleet.entry("b")));
    Path inventory =
        fleet.inventory(
            "mixed.yaml", List.of(fleet.entry("a"), fleet.entryBehind("hub", "collector", "b")));
    Running remote =
        Traced.start(
            fleet, inventory, Traced.script(SCRIPT, a, b), List.of("a", "b"), "--hosts", "a,b");
    b.make("load-b getppid 703");
    fleet.server("hub").signal("TERM");
    fleet.server("hub").exitCode(Fleet.PATIENCE);
    remote.awaitErr("b: the collector was stopped"::equals, Fleet.PATIENCE);
    assertGoesOnWithoutB(remote);
  }

  @Test
  void hostThatStopsAtItsLimit() throws Exception {
    fleet.server("b").close();
    fleet.startAgent("b", "limits: { duration: 2s }\n");
    fleet.awaitAgent("b");
    Running remote = trace(SCRIPT, "a", "b");
    b.make("load-b getppid 703");
    remote.awaitErr("b: stopped after 2 s, the limit of this host"::equals, Fleet.PATIENCE);
    assertGoesOnWithoutB(remote);
    assertThat(remote.err()).contains("hosts: 1 of 2 reporting; 1 lost: b", "loss: none");
  }

  @Test
  void hostThatComesLate() throws Exception {
    fleet.server("b").signal("STOP");
    Running remote = trace(SCRIPT, "a");
    a.make("load-a getppid 1000");
    b.make("load-b getppid 5");
    fleet.server("b").signal("CONT");
    remote.awaitOut("b | up"::equals, Fleet.PATIENCE);
    b.make("load-b getppid 703");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "1703 (1/2 hosts)");
    assertThat(remote.err())
        .contains("hosts: 2 of 2 reporting")
        .anyMatch(line -> line.matches("late by up to .* s: b"));
  }

  /** What b does from now on does not count, and its 703 from before do. */
  private void assertGoesOnWithoutB(Running remote) throws Exception {
    a.make("load-a getppid 1000");
    b.make("load-b getppid 5");
    assertThat(Traced.stop(remote)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "1703 (1/2 hosts)");
  }

  @Test
  void hostFallsSilentInTheMiddle() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    a.make("load-a getppid 1000");
    fleet.network().silence("b");
    remote.awaitErr(line -> line.startsWith("b:"), Fleet.PATIENCE);
    assertThat(Traced.stop(remote)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@", "1000 (1/2 hosts)");
  }

  @Test
  void clientKilled() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    KernelIds ids = KernelIds.heldBy(agentPid("a"));
    assertThat(ids.programs()).isNotEmpty();
    remote.signal("KILL");
    assertThat(ids.leftAfter(Duration.ofSeconds(15))).isEmpty();
  }

  @Test
  void interruptLeavesNothingInTheKernel() throws Exception {
    Running remote = trace(SCRIPT, "a", "b");
    KernelIds ids = KernelIds.heldBy(agentPid("a"));
    assertThat(ids.programs()).isNotEmpty();
    assertThat(Traced.stop(remote)).isZero();
    assertThat(ids.leftAfter(Duration.ofSeconds(10))).isEmpty();
  }

  private Running trace(String script, String... hosts) throws Exception {
    return Traced.start(
        fleet,
        Traced.script(script, a, b),
        List.of(hosts).stream().filter(Predicate.not(String::isEmpty)).toList(),
        "--hosts",
        "a,b");
  }

  /** Host a counts on; returns the exit code. */
  private int partialResult(Running remote) throws Exception {
    a.make("load-a getppid 1000");
    int code = Traced.stop(remote);
    assertThat(Answer.values(Answer.end(remote.out())))
        .as(remote.toString())
        .containsEntry("@", "1000 (1/2 hosts)");
    return code;
  }

  private long agentPid(String host) {
    return fleet.server(host).pid();
  }
}
