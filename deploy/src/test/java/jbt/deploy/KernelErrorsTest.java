package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Running;
import jbt.kernel.KernelIds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the kernel refuses is told once, and leaves nothing in it; and what would be loaded. */
@Tag("fleet")
final class KernelErrorsTest {
  private static final int SOME_FAILED = 2;

  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.start("a", "b");
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Test
  void loadError() throws Exception {
    fleet.server("b").end();
    fleet.startAgentWithoutPrivileges("b");
    fleet.awaitAgent("b");
    Running remote =
        fleet.remote("--hosts", "a,b", "-e", "profile:hz:99 { @a = count(); exit(); }");
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(SOME_FAILED);
    assertThat(remote.err())
        .filteredOn(line -> line.startsWith("b: "))
        .singleElement()
        .asString()
        .contains("not permitted; tracing needs root, or CAP_BPF and CAP_PERFMON");
    assertThat(remote.out()).anyMatch(line -> line.matches("@a: \\d+ \\(1/2 hosts\\)"));
    holdsNothing("a");
    holdsNothing("b");
  }

  @Test
  void attachError() throws Exception {
    assumeTrue(
        !Files.exists(Path.of("/sys/bus/event_source/devices/cpu")),
        "this machine has counters, so what is attached here can't fail");
    Running remote =
        fleet.remote(
            "--hosts",
            "a,b",
            "-e",
            "tracepoint:syscalls:sys_enter_* { @ = count(); } hardware:cycles:1000000 { @c = count(); }");
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(SOME_FAILED);
    // One line, unless one host is much slower than the other.
    String failed = ": attach hardware:cycles:1000000: there is no counter for cpu-cycles";
    assertThat(remote.err())
        .filteredOn(line -> line.contains(failed))
        .as(remote.toString())
        .flatMap(line -> List.of(line.substring(0, line.indexOf(':')).split(",")))
        .containsExactlyInAnyOrder("a", "b");
    assertThat(remote.out()).noneMatch(line -> line.startsWith("@"));
    holdsNothing("a");
    holdsNothing("b");
  }

  @Test
  void dump() throws Exception {
    Running remote =
        fleet.remote("--hosts", "a,b", "-d", "-e", "profile:hz:99 { @a[comm] = count(); }");
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
    assertThat(remote.out())
        .contains("a,b:", "Syntax tree:", "Checked script:", "Intermediate code:", "Instructions:");
    holdsNothing("a");
    holdsNothing("b");
  }

  /** Where the kernel takes long to let go of links, that goes on behind the end. */
  private static void holdsNothing(String host) throws Exception {
    KernelIds held = KernelIds.heldBy(fleet.server(host).pid());
    assertThat(held.leftAfter(Duration.ofSeconds(15))).as(host).isEmpty();
  }
}
