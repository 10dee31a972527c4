package jbt.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Keying;
import jbt.v1.Limits;
import jbt.v1.LossSource;
import jbt.v1.MapPartial;
import jbt.v1.Open;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.StopReason;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real scripts in the kernel, traced from the same process. */
@Tag("kernel")
class TracerServiceTest {
  private static final String MINE =
      "tracepoint:syscalls:sys_enter_getppid /pid == " + ProcessHandle.current().pid() + "/ ";

  private final List<String> journal = new CopyOnWriteArrayList<>();
  private final TracerService service =
      new TracerService("here", Policy.DEFAULT, Map.of(), () -> "user test", journal::add);

  @AfterEach
  void nothingRemains() throws Exception {
    service.stop(5000);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (Receiver.kernelObjects() > 0 && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(Receiver.kernelObjects()).isZero();
    service.close();
  }

  private Receiver start(String script) {
    return Receiver.start(service, Receiver.script(script));
  }

  private static long total(Rows rows) {
    return rows.getWordList().stream().mapToLong(Long::longValue).sum();
  }

  private static long total(MapPartial partial) {
    assertThat(partial.getFinal()).isTrue();
    return total(partial.getRows());
  }

  @Test
  void countsExactly() throws Exception {
    Receiver receiver = start(MINE + "{ @ = count(); @by[comm, probe] = count(); }").open();
    Calls.getppidTwice(50_000);
    HostReport last = receiver.stop().end();
    assertThat(last.getState()).isEqualTo(HostState.HOST_FINAL);
    assertThat(last.getStopReason()).isEqualTo(StopReason.STOP_REQUEST);
    assertThat(total(receiver.lastPartial(0))).isEqualTo(100_000);
    assertThat(total(receiver.lastPartial(1))).isEqualTo(100_000);
    assertThat(receiver.lastPartial(1).getRows().getKeys().toStringUtf8())
        .contains("tracepoint:syscalls:sys_enter_getppid");
  }

  /** What it has counted is sent, but it is no whole answer. */
  @Test
  void sessionsOfAnAgentThatStopsAreLost() throws Exception {
    Receiver receiver = start(MINE + "{ @ = count(); }").open();
    Calls.getppidTwice(50);
    service.stop(5000);
    HostReport last = receiver.end();
    assertThat(last.getState()).isEqualTo(HostState.HOST_LOST);
    assertThat(last.getMessage()).isEqualTo("the agent was stopped");
    assertThat(total(receiver.lastPartial(0))).isEqualTo(100);
    assertThat(journal.getLast()).startsWith("ended: the agent was stopped ");
  }

  /** As for a Ctrl-C just when it begins. */
  @Test
  void whatIsToBeOpenedBeginsAndEndsAlthoughItStops() throws Exception {
    Receiver receiver =
        start("BEGIN { printf(\"begin\\n\"); } i:s:100 { } END { printf(\"end\\n\"); }");
    receiver.send(
        TraceRequest.newBuilder()
            .setOpen(Open.newBuilder().setDelayNs(Long.MAX_VALUE / 4))
            .build());
    assertThat(receiver.stop().end().getStopReason()).isEqualTo(StopReason.STOP_REQUEST);
    assertThat(receiver.text()).isEqualTo("begin\nend\n");
  }

  @Test
  void whatIsNeverOpenedDoesNotBegin() throws Exception {
    Receiver receiver = start("BEGIN { printf(\"begin\\n\"); } i:s:100 { }");
    assertThat(receiver.stop().end().getStopReason()).isEqualTo(StopReason.STOP_REQUEST);
    assertThat(receiver.text()).isEmpty();
  }

  @Test
  void aDumpIsAllThereIs() throws Exception {
    Receiver receiver =
        Receiver.start(service, Receiver.script(MINE + "{ @ = count(); }").setDump(true));
    assertThat(receiver.end().getState()).isEqualTo(HostState.HOST_FINAL);
    String dump =
        receiver.replies().stream()
            .filter(TraceReply::hasDump)
            .map(reply -> reply.getDump().getText())
            .collect(Collectors.joining());
    assertThat(dump)
        .contains("Syntax tree:", "Checked script:", "Intermediate code:", "Instructions:");
  }

  @Test
  void everyLineArrives() throws Exception {
    Receiver receiver = start(MINE + "{ printf(\"%d %s %5d|\\n\", pid, \"x\", cpu); }").open();
    Calls.getppid(200_000);
    HostReport last = receiver.stop().end();
    assertThat(receiver.lines() + Receiver.loss(last, LossSource.LOSS_RING_FULL))
        .isEqualTo(200_000);
    assertThat(Receiver.loss(last, LossSource.LOSS_AGENT_QUEUE)).isZero();
    assertThat(receiver.text().lines().limit(100)).allMatch(line -> line.matches("\\d+ x +\\d\\|"));
  }

  @Test
  void roundsAndTheRestAddUpToTheWorkload() throws Exception {
    for (String period : List.of("ms:1", "ms:50")) {
      Receiver receiver =
          start(
                  MINE
                      + "{ @ = count(); @k[cpu] = sum(2); } interval:"
                      + period
                      + " { print(@); clear(@); print(@k); zero(@k); }")
              .open();
      Calls.getppidTwice(400_000);
      receiver.stop().end();
      long unkeyed = 0;
      long keyed = 0;
      for (Round round : receiver.rounds()) {
        assertThat(round.getSealed() || round.getJoined()).isTrue();
        assertThat(round.getRows().getCount() == 0 || round.getSealed()).isTrue();
        unkeyed += round.getSite() == 0 ? total(round.getRows()) : 0;
        keyed += round.getSite() == 1 ? total(round.getRows()) : 0;
      }
      assertThat(unkeyed + total(receiver.lastPartial(0))).isEqualTo(800_000);
      assertThat(keyed + total(receiver.lastPartial(1))).isEqualTo(1_600_000);
      assertThat(receiver.rounds().stream().filter(r -> r.getSite() == 0).map(Round::getSlot))
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void clearInAHotEventLosesNothing() throws Exception {
    Receiver receiver =
        start(MINE + "{ @ = count(); @n++; if (@n % 10 == 0) { print(@); clear(@); } }").open();
    Calls.getppid(20_000);
    HostReport last = receiver.stop().end();
    long shown = receiver.rounds().stream().mapToLong(round -> total(round.getRows())).sum();
    assertThat(shown + total(receiver.lastPartial(0)))
        .as("lost records: " + last.getLossesList())
        .isEqualTo(20_000);
  }

  @Test
  void whatASlowReceiverMissesIsCounted() throws Exception {
    Receiver receiver =
        Receiver.slow(
            service,
            Receiver.script(MINE + "{ printf(\"%s %s %100d\\n\", comm, probe, 7); }"),
            reply -> reply.getHost().getState() == HostState.HOST_STOPPING);
    receiver.open();
    for (int i = 0; i < 10; i++) {
      Calls.getppid(20_000);
      TimeUnit.MILLISECONDS.sleep(30);
    }
    HostReport last = receiver.stop().end();
    long queue = Receiver.loss(last, LossSource.LOSS_AGENT_QUEUE);
    assertThat(queue).isPositive();
    assertThat(receiver.lines() + queue + Receiver.loss(last, LossSource.LOSS_RING_FULL))
        .isEqualTo(200_000);
  }

  @Test
  void linesAndPrintsComeInTheOrderOfTheScript() throws Exception {
    Receiver receiver =
        start(
            "BEGIN { @x = 3; printf(\"a\\n\"); print(@x); printf(\"b\\n\"); exit(); } END { printf(\"c\\n\"); }");
    receiver.openWithoutWaiting();
    HostReport last = receiver.end();
    assertThat(last.getStopReason()).isEqualTo(StopReason.STOP_EXIT);
    List<String> order =
        receiver.replies().stream()
            .filter(reply -> reply.hasLines() || reply.hasRound())
            .map(
                reply ->
                    reply.hasRound() ? "round" : reply.getLines().getText().toStringUtf8().strip())
            .toList();
    assertThat(order).containsExactly("a", "round", "b", "c");
  }

  @Test
  void hostBoundKeysCarryTheHostWhenHostsMerge() throws Exception {
    Receiver receiver =
        Receiver.start(
            service,
            Receiver.script(
                    MINE
                        + "{ @p[pid] = count(); @c[comm] = count(); @w[tid] = nsecs; } END { print(@p); }")
                .setKeying(Keying.KEYING_MERGED));
    receiver.open();
    Calls.getppid(10);
    receiver.stop().end();
    assertThat(receiver.lastPartial(0).getRows().getHostKeyed()).isTrue();
    assertThat(receiver.lastPartial(0).getRows().getKeys().toStringUtf8()).contains("here");
    assertThat(receiver.lastPartial(1).getRows().getHostKeyed()).isFalse();
    assertThat(receiver.partials(2)).as("working state").isEmpty();
  }

  /** The kernel keeps them with the threads where hosts merge, since nobody sees them. */
  @Test
  void whatThreadsKeepIsTheirOwn() throws Exception {
    Receiver receiver =
        Receiver.start(
            service,
            Receiver.script(
                    MINE
                        + "{ @n[tid] = @n[tid] + 1; if (@n[tid] == 1000) { @ = count(); delete(@n[tid]); } }")
                .setKeying(Keying.KEYING_MERGED));
    receiver.open();
    Calls.getppidTwice(10_500);
    receiver.stop().end();
    assertThat(total(receiver.lastPartial(1))).isEqualTo(20);
    assertThat(receiver.partials(0)).isEmpty();
  }

  @Test
  void aRepeatedStartChangesNothing() throws Exception {
    var script = Receiver.script(MINE + "{ @ = count(); }");
    Receiver receiver = Receiver.start(service, script).open();
    receiver.send(TraceRequest.newBuilder().setStart(script).build());
    HostReport other = Receiver.start(service, script).end();
    assertThat(other.getState()).isEqualTo(HostState.HOST_REFUSED);
    Calls.getppid(10);
    receiver.stop().stop().end();
    assertThat(total(receiver.lastPartial(0))).isEqualTo(10);
    assertThat(Receiver.start(service, script).end().getState()).isEqualTo(HostState.HOST_REFUSED);
  }

  @Test
  void theDurationEndsIt() throws Exception {
    Receiver receiver =
        Receiver.start(
            service,
            Receiver.script(MINE + "{ @ = count(); }")
                .setLimits(Limits.newBuilder().setDurationNs(200_000_000)));
    HostReport last = receiver.open().end();
    assertThat(last.getStopReason()).isEqualTo(StopReason.STOP_DURATION);
    assertThat(last.getClosedNs() - last.getOpenedNs()).isBetween(190_000_000L, 5_000_000_000L);
  }

  @Test
  void limitsRefuse() throws Exception {
    var limits = Limits.newBuilder();
    HostReport probes =
        Receiver.start(
                service,
                Receiver.script("tracepoint:sched:* { @ = count(); }")
                    .setLimits(limits.setProbes(2)))
            .end();
    assertThat(probes.getState()).isEqualTo(HostState.HOST_REFUSED);
    assertThat(probes.getFailure()).isEqualTo(Failure.FAILURE_POLICY);
    assertThat(probes.getMessage()).contains("the limit is 2");
    HostReport memory =
        Receiver.start(
                service,
                Receiver.script(MINE + "{ @[comm] = count(); }")
                    .setLimits(Limits.newBuilder().setMapBytes(4096)))
            .end();
    assertThat(memory.getFailure()).isEqualTo(Failure.FAILURE_POLICY);
    HostReport size = start("BEGIN { }" + " ".repeat(Policy.SCRIPT_BYTES)).end();
    assertThat(size.getFailure()).isEqualTo(Failure.FAILURE_POLICY);
  }

  @Test
  void errorsOfTheScriptAreTold() throws Exception {
    HostReport error = start("BEGIN { @x = ; }").end();
    assertThat(error.getState()).isEqualTo(HostState.HOST_FAILED);
    assertThat(error.getFailure()).isEqualTo(Failure.FAILURE_SCRIPT);
    assertThat(error.getMessage()).contains("test:1:");
    HostReport nothing = start("tracepoint:nothing:nothing { @ = count(); }").end();
    assertThat(nothing.getFailure()).isEqualTo(Failure.FAILURE_NO_MATCH);
  }

  @Test
  void aClientThatIsGoneEndsItsSession() throws Exception {
    Receiver receiver = start(MINE + "{ @ = count(); }").open();
    receiver.vanish();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (Receiver.kernelObjects() > 0 && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(Receiver.kernelObjects()).isZero();
    assertThat(journal).anyMatch(line -> line.startsWith("ended: the client is gone user test"));
  }

  @Test
  void theJournalHasOneLineForEachStartAndEnd() throws Exception {
    Receiver receiver = start("BEGIN { printf(\"secret\\n\");\n exit(); }\u001b[2J");
    receiver.end();
    assertThat(journal)
        .hasSize(2)
        .noneMatch(line -> line.contains("\n") || line.contains("\u001b"));
    assertThat(journal.getFirst()).startsWith("start user test: BEGIN");
  }

  @Test
  void dumpsWhatTheCompilerMade() throws Exception {
    Receiver receiver =
        Receiver.start(service, Receiver.script("BEGIN { @x = 1; exit(); }").setDump(true));
    receiver.openWithoutWaiting();
    receiver.end();
    assertThat(receiver.replies())
        .filteredOn(TraceReply::hasDump)
        .singleElement()
        .satisfies(reply -> assertThat(reply.getDump().getText()).contains("@x"));
  }

  @Test
  void pingsAreAnsweredWithTheTimeOfThisHost() throws Exception {
    Receiver receiver = start(MINE + "{ @ = count(); }").open();
    receiver.send(TraceRequest.newBuilder().setPing(jbt.v1.Ping.newBuilder().setSentNs(5)).build());
    receiver.stop().end();
    assertThat(receiver.replies())
        .filteredOn(TraceReply::hasPong)
        .singleElement()
        .satisfies(reply -> assertThat(reply.getPong().getSentNs()).isEqualTo(5));
  }
}
