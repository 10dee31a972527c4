package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.deploy.fleet.Aggregations;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.GuestFleet;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two agents on Debian's kernels: every merged value is what one works out by hand. */
@Tag("vm")
final class GuestMergeTest {
  private static final String GETPPID =
      "tracepoint:syscalls:sys_enter_getppid /" + Traced.MINE + "/ ";
  private static final String ALL_REPORT = "hosts: 2 of 2 reporting";

  @TempDir private static Path folder;
  private static final Map<String, GuestFleet> FLEETS = new TreeMap<>();

  @BeforeAll
  static void start() throws Exception {
    for (String kernel : List.of("6.1", "6.12")) {
      FLEETS.put(kernel, GuestFleet.start(kernel, folder.resolve(kernel)));
    }
  }

  @AfterAll
  static void stop() {
    FLEETS.values().forEach(GuestFleet::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12"})
  void countsMillionsOfCalls(String kernel) throws Exception {
    GuestFleet fleet = fleet(kernel);
    try (Running remote =
        fleet.trace(
            GETPPID
                + "{ @ = count(); @by[comm] = count(); @host[host] = count(); @sum = sum(2); @n++; }")) {
      fleet.make("load-a getppid 1000000", "load-b getppid 700003");
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      assertThat(Answer.values(Answer.end(remote.out())))
          .isEqualTo(
              Map.of(
                  "@", "1700003",
                  "@by[load-a]", "1000000",
                  "@by[load-b]", "700003",
                  "@host[a]", "1000000",
                  "@host[b]", "700003",
                  "@sum", "3400006",
                  "@n", "1700003"));
      assertThat(remote.err()).contains(ALL_REPORT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12"})
  void mergesEveryAggregation(String kernel) throws Exception {
    GuestFleet fleet = fleet(kernel);
    try (Running remote = fleet.trace(Aggregations.SCRIPT)) {
      fleet.make(Aggregations.LOAD_A, Aggregations.LOAD_B);
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      Aggregations.check(Answer.end(remote.out()));
    }
    try (Running remote = fleet.trace(Aggregations.KEYED)) {
      fleet.make(Aggregations.LOAD_A, Aggregations.LOAD_B);
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      Aggregations.checkKeyed(Answer.end(remote.out()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1", "6.12"})
  void intervalsAddUp(String kernel) throws Exception {
    GuestFleet fleet = fleet(kernel);
    try (Running remote =
        fleet.trace(
            GETPPID
                + "{ @ = count(); @by[comm] = count(); }"
                + " interval:ms:500 { print(@); clear(@); print(@by); zero(@by); }")) {
      fleet.make("load-a getppid 100000", "load-b getppid 70003");
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      assertThat(Answer.sum(remote.out(), "@")).isEqualTo(170_003);
      assertThat(Answer.sum(remote.out(), "@by[load-a]")).isEqualTo(100_000);
      assertThat(Answer.sum(remote.out(), "@by[load-b]")).isEqualTo(70_003);
      assertThat(remote.err()).contains(ALL_REPORT);
    }
  }

  private static GuestFleet fleet(String kernel) {
    GuestFleet fleet = FLEETS.get(kernel);
    if (fleet == null) {
      throw new AssertionError("no guest with Linux " + kernel);
    }
    return fleet;
  }
}
