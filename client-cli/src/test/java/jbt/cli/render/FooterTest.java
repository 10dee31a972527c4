package jbt.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.SkippedTicks;
import org.junit.jupiter.api.Test;

class FooterTest {
  private static HostReport.Builder host(String name, HostState state) {
    return HostReport.newBuilder().setHost(name).setState(state);
  }

  private static Loss loss(LossSource source, String detail, long count) {
    return Loss.newBuilder().setSource(source).setDetail(detail).setCount(count).build();
  }

  private static Summary summary(HostReport.Builder... hosts) {
    return new Summary(List.of(hosts).stream().map(HostReport.Builder::build).toList(), Map.of());
  }

  @Test
  void allWell() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL).setOpenedNs(1_000_000_000L).setClosedNs(6_000_000_000L),
            host("b", HostState.HOST_FINAL)
                .setOpenedNs(1_000_500_000L)
                .setClosedNs(6_002_000_000L));
    assertThat(Footer.lines(summary, false))
        .containsExactly("hosts: 2 of 2 reporting", "window: 5.002 s", "loss: none");
    assertThat(summary.isClean()).isTrue();
    assertThat(Footer.oneHost(summary, false)).isEmpty();
  }

  @Test
  void missingHostsAreNamed() {
    Summary summary =
        summary(
            host("web01", HostState.HOST_FINAL),
            host("web02", HostState.HOST_LOST),
            host("web03", HostState.HOST_UNREACHABLE),
            host("web04", HostState.HOST_UNREACHABLE),
            host("web05", HostState.HOST_UNREACHABLE),
            host("web07", HostState.HOST_FAILED),
            host("web08", HostState.HOST_RUNNING));
    assertThat(Footer.lines(summary, false).getFirst())
        .isEqualTo(
            "hosts: 1 of 7 reporting; 1 failed: web07; 3 unreachable: web[03-05]; 1 lost: web02;"
                + " 1 unfinished: web08");
    assertThat(summary.isClean()).isFalse();
  }

  @Test
  void lossBySourceAndWhatIsNotKnown() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL)
                .addLosses(loss(LossSource.LOSS_RING_FULL, "", 5))
                .addLosses(loss(LossSource.LOSS_MAP_FULL, "@x", 1))
                .addLosses(loss(LossSource.LOSS_RECURSION, "", 0)),
            host("b", HostState.HOST_FINAL)
                .addLosses(loss(LossSource.LOSS_RING_FULL, "", 7))
                .addLosses(Loss.newBuilder().setSource(LossSource.LOSS_SKIPPED_RUNS)));
    assertThat(Footer.lines(summary, false))
        .containsExactly(
            "hosts: 2 of 2 reporting",
            "loss: 12 events, ring buffer full: a,b",
            "loss: 1 event, map full (@x): a",
            "loss not known: runs skipped by the kernel: b");
    assertThat(Footer.oneHost(summary, false))
        .containsExactly(
            "WARNING: Lost 12 events: ring buffer full", "WARNING: Lost 1 event: map full (@x)");
  }

  /**
   * Sums of a round that a slow reader did not take: something is lost, and nobody knows how much.
   */
  @Test
  void roundsThatAreGoneAreLossEvenIfNobodyCanCountTheirEvents() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL)
                .addLosses(
                    Loss.newBuilder().setSource(LossSource.LOSS_AGENT_QUEUE).setDetail("rounds")));
    assertThat(summary.isClean()).isFalse();
    assertThat(summary.lost()).isOne();
    assertThat(Footer.lines(summary, false))
        .containsExactly("hosts: 1 of 1 reporting", "loss not known: agent queue full (rounds): a");
    assertThat(Footer.oneHost(summary, false))
        .containsExactly("WARNING: Lost events, not known how many: agent queue full (rounds)");
    Bytes out = new Bytes();
    new JsonRendering(false, false, false).summary(out, summary);
    assertThat(out.toString())
        .isEqualTo("{\"type\": \"lost_events\", \"count\": 1, \"data\": {\"events\": 1}}\n");
  }

  @Test
  void whatAKernelDoesNotCountIsNoLossYet() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL)
                .addLosses(Loss.newBuilder().setSource(LossSource.LOSS_RECURSION)));
    assertThat(summary.isClean()).isTrue();
    assertThat(summary.lost()).isZero();
    assertThat(Footer.oneHost(summary, false)).isEmpty();
    assertThat(Footer.lines(summary, false))
        .containsExactly("hosts: 1 of 1 reporting", "loss: none", "loss not known: recursion: a");
  }

  @Test
  void roundsThatWereJoinedOrSkipped() {
    Summary summary =
        new Summary(
            List.of(
                host("a", HostState.HOST_FINAL).addSkipped(skipped("@y", 2)).build(),
                host("b", HostState.HOST_FINAL)
                    .addSkipped(skipped("@y", 1))
                    .addSkipped(skipped("@z", 1))
                    .build()),
            Map.of("@x", 3L));
    assertThat(Footer.lines(summary, false))
        .containsExactly(
            "hosts: 2 of 2 reporting",
            "loss: none",
            "@x: 3 rounds joined with the next one",
            "@y: 3 ticks skipped by a late timer: a,b",
            "@z: 1 tick skipped by a late timer: b");
    assertThat(json(summary))
        .contains(
            "\"joined_rounds\": 3, \"skipped_ticks\": ["
                + "{\"map\": \"@y\", \"count\": 3, \"hosts\": [\"a\",\"b\"]},"
                + "{\"map\": \"@z\", \"count\": 1, \"hosts\": [\"b\"]}]");
  }

  private static String json(Summary summary) {
    Bytes out = new Bytes();
    new JsonRendering(true, false, false).summary(out, summary);
    return out.toString();
  }

  private static SkippedTicks skipped(String map, long ticks) {
    return SkippedTicks.newBuilder().setMap(map).setTicks(ticks).build();
  }

  @Test
  void hostsThatBeganLater() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL).setLateNs(99_000_000),
            host("b", HostState.HOST_FINAL).setLateNs(100_000_000),
            host("c", HostState.HOST_FINAL).setLateNs(2_500_000_000L));
    assertThat(summary.isClean()).isFalse();
    assertThat(Footer.lines(summary, false))
        .containsExactly("hosts: 3 of 3 reporting", "late by up to 2.500 s: b,c", "loss: none");
    assertThat(json(summary)).contains("\"late_ns\": {\"b\": 100000000, \"c\": 2500000000}");
  }

  @Test
  void whatALostHostHasLostIsNotKnown() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL),
            host("b", HostState.HOST_LOST).setOpenedNs(1),
            host("c", HostState.HOST_LOST),
            host("d", HostState.HOST_LOST).setOpenedNs(1).setClosedNs(2));
    assertThat(Footer.lines(summary, false))
        .containsExactly(
            "hosts: 1 of 4 reporting; 3 lost: b,c,d",
            "window: 0.000 s",
            "loss not known: no final report: b");
    assertThat(json(summary))
        .contains(
            "\"loss\": [{\"source\": \"no final report\", \"count\": null,"
                + " \"hosts\": [\"b\"]}]");
  }

  @Test
  void saysHowProbesAreAttached() {
    HostReport.Builder host =
        host("a", HostState.HOST_FINAL).setProbes(4).setDirectProbes(1).setFunctionProbes(2);
    assertThat(Footer.lines(summary(host), true))
        .contains("a: final, 4 probes (1 as raw tracepoints, 2 as fentry or fexit)");
  }

  @Test
  void terminalGetsTwentyLines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      lines.add("line " + i);
    }
    assertThat(Footer.forTerminal(lines)).hasSize(20);
    assertThat(Footer.forTerminal(lines).getLast()).startsWith("... and 31 more lines");
    assertThat(Footer.forTerminal(lines.subList(0, 20))).hasSize(20).contains("line 19");
  }

  @Test
  void jsonHasTheSameFacts() {
    Summary summary =
        summary(
            host("a", HostState.HOST_FINAL)
                .setOpenedNs(1)
                .setClosedNs(11)
                .addLosses(loss(LossSource.LOSS_RING_FULL, "", 5))
                .addLosses(Loss.newBuilder().setSource(LossSource.LOSS_SKIPPED_RUNS)),
            host("b", HostState.HOST_UNREACHABLE)
                .setMessage("connection refused")
                .addLosses(loss(LossSource.LOSS_MAP_FULL, "@x", 7)));
    assertThat(json(summary))
        .isEqualTo(
            "{\"type\": \"lost_events\", \"count\": 12, \"data\": {\"events\": 12}}\n"
                + "{\"type\": \"summary\", \"data\": {\"expected\": 2, \"reporting\": [\"a\"],"
                + " \"failed\": [], \"refused\": [], \"unreachable\": [\"b\"],"
                + " \"not_connected\": [], \"lost\": [],"
                + " \"unfinished\": [], \"late_ns\": {}, \"window_ns\": 10, \"loss\": ["
                + "{\"source\": \"ring buffer full\", \"count\": 5, \"hosts\": [\"a\"]},"
                + "{\"source\": \"map full\", \"detail\": \"@x\", \"count\": 7, \"hosts\": [\"b\"]},"
                + "{\"source\": \"runs skipped by the kernel\", \"count\": null,"
                + " \"hosts\": [\"a\"]}],"
                + " \"joined_rounds\": 0, \"skipped_ticks\": [],"
                + " \"messages\": {\"b\": \"connection refused\"}}}\n");
  }
}
