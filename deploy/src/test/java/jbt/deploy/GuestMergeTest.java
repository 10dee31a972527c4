package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import jbt.deploy.fleet.Aggregations;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Guest;
import jbt.deploy.fleet.GuestFleet;
import jbt.deploy.fleet.Pki;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Two agents on Debian's kernels, first of one kernel, then of two: every merged value is what one
 * works out by hand.
 */
@Tag("vm")
@ResourceLock(value = Guest.PROCESSORS, mode = ResourceAccessMode.READ)
final class GuestMergeTest {
  private static final String GETPPID =
      "tracepoint:syscalls:sys_enter_getppid /" + Traced.MINE + "/ ";
  private static final String ALL_REPORT = "hosts: 2 of 2 reporting";

  @TempDir private static Path folder;

  /** One thread for each kernel: an emulated machine uses one processor. */
  private static final Map<String, ExecutorService> THREADS = new TreeMap<>();

  private static final Map<String, Future<GuestFleet>> FLEETS = new TreeMap<>();

  @BeforeAll
  static void start() {
    Pki pki = GuestFleet.authority(folder);
    for (String kernel : List.of("6.1", "6.12")) {
      ExecutorService thread = Executors.newSingleThreadExecutor();
      THREADS.put(kernel, thread);
      FLEETS.put(
          kernel, thread.submit(() -> GuestFleet.start(kernel, folder.resolve(kernel), pki)));
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    THREADS.values().forEach(ExecutorService::shutdown);
    for (Future<GuestFleet> fleet : FLEETS.values()) {
      try {
        fleet.get().close();
      } catch (ExecutionException e) {
        // It has not started, which its tests have told.
      }
    }
  }

  /** The scenario on each kernel, at the same time. */
  private static Stream<DynamicTest> onEach(Scenario scenario) {
    Map<String, Future<?>> running = new TreeMap<>();
    THREADS.forEach(
        (kernel, thread) ->
            running.put(
                kernel,
                thread.submit(
                    () -> {
                      scenario.play(fleet(kernel));
                      return kernel;
                    })));
    return running.entrySet().stream()
        .map(one -> DynamicTest.dynamicTest("Linux " + one.getKey(), () -> end(one.getValue())));
  }

  private interface Scenario {
    void play(GuestFleet fleet) throws Exception;
  }

  private static GuestFleet fleet(String kernel) throws Exception {
    return Objects.requireNonNull(FLEETS.get(kernel)).get();
  }

  private static <T> T end(Future<T> work) throws Throwable {
    try {
      return work.get();
    } catch (ExecutionException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  @TestFactory
  Stream<DynamicTest> countsCalls() {
    return onEach(
        fleet -> {
          try (Running remote = fleet.trace(Aggregations.CALLS)) {
            fleet.make(Aggregations.calls("a", 100_000), Aggregations.calls("b", 70_003));
            assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
            Aggregations.checkCalls(Answer.end(remote.out()), 100_000, 70_003);
            assertThat(remote.err()).contains(ALL_REPORT);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> mergesEveryAggregation() {
    return onEach(
        fleet -> {
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
        });
  }

  @TestFactory
  Stream<DynamicTest> intervalsAddUp() {
    return onEach(
        fleet -> {
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
        });
  }

  /** Only the newer kernel has the function, and is asked to compile what needs it. */
  @Test
  void oneScriptFitsTwoKernels() throws Exception {
    try (Running remote =
        fleet("6.1")
            .traceWith(
                fleet("6.12"),
                """
                BEGIN {
                  if comptime (kfunc_exist("bpf_task_from_pid")) {
                    printf("newer\\n"); @newer = count();
                  } else {
                    printf("older\\n"); @older = count();
                  }
                  @all = count();
                }
                """)) {
      assertThat(remote.exitCode(Duration.ofMinutes(5))).as(remote.toString()).isZero();
      assertThat(remote.out())
          .filteredOn(line -> !line.isEmpty())
          .containsExactlyInAnyOrder(
              "a | older",
              "b | newer",
              "@all: 2",
              "@newer: 1 (1/2 hosts)",
              "@older: 1 (1/2 hosts)");
      assertThat(remote.err()).contains(ALL_REPORT);
    }
  }
}
