package jbt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Decode;
import jbt.server.merge.Encode;
import jbt.server.merge.Row;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.server.targets.Selected;
import jbt.server.targets.Target;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.Failure;
import jbt.v1.HostDescription;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
  /** Waits for whatever is to come, however busy this machine is. */
  private static final Duration PATIENT = Duration.ofMinutes(1);

  private static final Settings USUAL = settings(PATIENT, PATIENT, PATIENT, PATIENT);

  private final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();
  private final List<Collector> collectors = new ArrayList<>();
  private final TracerGrpc.AsyncService service = service(USUAL);

  private static Settings settings(
      Duration answer, Duration stop, Duration rounds, Duration silence) {
    return new Settings(
        64, answer, stop, rounds, silence, Duration.ofMillis(200), Duration.ofMillis(100), 1 << 20);
  }

  private TracerGrpc.AsyncService service(Settings settings) {
    Collector collector = new Collector(Inventory.dns(1), target -> host(target.name()), settings);
    collectors.add(collector);
    return opening(collector);
  }

  private static TracerGrpc.AsyncService opening(Collector collector) {
    return new Opener(collector, Duration.ofMillis(700), Duration.ofMillis(1));
  }

  private FakeHost host(String name) {
    return hosts.computeIfAbsent(name, FakeHost::new);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void close() {
    collectors.forEach(Collector::close);
  }

  @Test
  void twoHostsGiveOneAnswer() {
    host("a").count = 1_000_000;
    host("b").count = 700_003;
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    host("a").round(1, 10);
    host("a").line("hello");
    host("b").round(1, 5);
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();

    Round round = asker.rounds().getFirst();
    assertThat(Asker.word(round.getRows())).isEqualTo(15);
    assertThat(round.getHosts()).isEqualTo(2);
    assertThat(round.getSealed()).isTrue();
    MapPartial last = asker.lastPartial();
    assertThat(Asker.word(last.getRows())).isEqualTo(1_700_003);
    assertThat(last.getHosts()).isEqualTo(2);
    assertThat(last.getFinal()).isTrue();
    assertThat(asker.lines()).containsExactly("a | hello");
    assertThat(asker.schemas()).containsExactly(host("a").schema);
    assertThat(asker.reports().values())
        .extracting(HostReport::getState)
        .containsExactly(HostState.HOST_FINAL, HostState.HOST_FINAL);
  }

  /** Copies of one image: what each of them set stays apart. */
  @Test
  void hostsThatCallThemselvesTheSameStayApart() {
    MapSchema plain =
        FakeHost.COUNT.toBuilder().setKind(ValueKind.VALUE_PLAIN).setHostBound(true).build();
    for (String name : List.of("a", "b")) {
      host(name).schema = host(name).schema.toBuilder().setMaps(0, plain).build();
      host(name).onStop =
          (host, count) -> {
            host.say(
                TraceReply.newBuilder()
                    .setPartial(
                        MapPartial.newBuilder()
                            .setEpoch(host.epoch)
                            .setSequence(1)
                            .setHosts(1)
                            .setRows(Encode.rows(plain, List.of(image(count)))))
                    .build());
            host.end();
          };
    }
    host("a").count = 7;
    host("b").count = 3;
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    asker.stop();
    asker.awaitEnd();
    assertThat(Decode.rows(plain, asker.lastPartial().getRows()))
        .extracting(Row::host, Row::cell)
        .containsExactlyInAnyOrder(tuple("a", image(7).cell()), tuple("b", image(3).cell()));
  }

  private static Row image(long value) {
    return new Row("image", List.of(), new Cell.Single(new Datum.Int(value, false)));
  }

  /** Its map has the same name and another type. */
  private void differs(String name) {
    MapSchema sum = FakeHost.COUNT.toBuilder().setKind(ValueKind.VALUE_SUM).build();
    host(name).schema = host(name).schema.toBuilder().setMaps(0, sum).build();
  }

  @Test
  void aRoundWaitsForHostsOfItsTypeAlone() {
    differs("b");
    Asker asker = new Asker(service, "a,b,c");
    for (String name : List.of("a", "b", "c")) {
      asker.awaitState(name, HostState.HOST_RUNNING);
    }
    for (String name : List.of("a", "b", "c")) {
      host(name).round(1, 5);
    }
    asker.awaitRounds(2);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.rounds()).extracting(Round::getHosts).containsExactly(1, 2);
  }

  /** What all hosts together have is no answer where each shows its own. */
  @Test
  void hostsThatAreApartSayWhoHasNothing() {
    differs("b");
    Asker asker = new Asker(service, "a,b,c");
    for (String name : List.of("a", "b", "c")) {
      asker.awaitState(name, HostState.HOST_RUNNING);
    }
    host("b").printNothing(1);
    host("c").printNothing(1);
    host("a").round(1, 5);
    asker.awaitRounds(2);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.rounds())
        .extracting(round -> round.getRows().getCount(), Round::getUnsetList)
        .containsExactly(tuple(0, List.of("b")), tuple(1, List.of("c")));
  }

  @Test
  void hostsThatAreMergedHaveOneAnswer() {
    Asker asker = new Asker(service, "a,b");
    for (String name : List.of("a", "b")) {
      asker.awaitState(name, HostState.HOST_RUNNING);
      host(name).printNothing(1);
    }
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.rounds()).extracting(Round::getUnsetCount).containsExactly(0);
  }

  @Test
  void aHostThatIsDownOrRefusesLeavesTheOthersAlone() {
    host("down").onStart = (host, start) -> host.die();
    host("wrong").onStart =
        (host, start) ->
            host.fail(
                HostState.HOST_FAILED, Failure.FAILURE_SCRIPT, "stdin:1:1-2: ERROR: no\nx\n~");
    host("good").count = 7;
    Asker asker = new Asker(service, "down,wrong,good");
    asker.awaitState("good", HostState.HOST_RUNNING);
    asker.stop();
    asker.awaitEnd();

    HostReport down = asker.report("down");
    assertThat(down.getState()).isEqualTo(HostState.HOST_UNREACHABLE);
    assertThat(down.getMessage()).isEqualTo("connection reset (down:1)");
    HostReport wrong = asker.report("wrong");
    assertThat(wrong.getFailure()).isEqualTo(Failure.FAILURE_SCRIPT);
    assertThat(wrong.getMessage()).contains("ERROR: no");
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(7);
    assertThat(asker.lastPartial().getHosts()).isEqualTo(1);
  }

  @Test
  void aHostThatSaysNothingDelaysTheStartButDoesNotStopIt() throws Exception {
    host("silent").onStart = (host, start) -> {};
    host("silent").answersPings = false;
    Duration answer = Duration.ofMillis(1900);
    Asker asker = new Asker(service(settings(answer, PATIENT, PATIENT, PATIENT)), "good,silent");
    asker.awaitState("silent", HostState.HOST_UNREACHABLE);
    assertThat(host("good").opened.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(asker.report("silent").getMessage()).isEqualTo("no answer within 1 s (silent:1)");
    asker.stop();
    asker.awaitEnd();
  }

  @Test
  void aHostThatDiesInTheMiddleIsLostWithWhatItHadSent() {
    host("b").count = 5;
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    host("a").partial(100, false);
    host("a").round(1, 100);
    host("a").die();
    asker.awaitState("a", HostState.HOST_LOST);
    host("b").round(1, 1);
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();

    assertThat(Asker.word(asker.rounds().getFirst().getRows())).isEqualTo(101);
    assertThat(asker.rounds()).hasSize(1);
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(105);
    assertThat(asker.report("a").getMessage()).isEqualTo("connection reset (a:1)");
  }

  /** A partial goes out every second only: what was printed since is known, too. */
  @Test
  void whatALostHostPrintedIsNotTakenBack() {
    Asker asker = new Asker(service, "a,b,c");
    for (String name : List.of("a", "b", "c")) {
      asker.awaitState(name, HostState.HOST_RUNNING);
      host(name).partial(100, false);
    }
    host("a").print(1, 130);
    host("b").printAndClear(1, 120);
    host("c").print(1, 105);
    host("c").partial(107, false);
    for (String name : List.of("a", "b", "c")) {
      host(name).die();
    }
    asker.awaitEnd();
    Round round = asker.rounds().getFirst();
    assertThat(Asker.word(round.getRows())).isEqualTo(355);
    assertThat(round.getSequence()).isZero();
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(130 + 107);
    assertThat(asker.lastPartial().getHosts()).isEqualTo(3);
  }

  @Test
  void aHostThatFallsSilentIsLost() {
    Duration silence = Duration.ofMillis(1500);
    Asker asker = new Asker(service(settings(PATIENT, PATIENT, PATIENT, silence)), "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    host("a").answersPings = false;
    asker.awaitState("a", HostState.HOST_LOST);
    assertThat(asker.report("a").getMessage()).startsWith("no answer within");
    asker.stop();
    asker.awaitEnd();
  }

  @Test
  void aHostThatNeverFinishesIsWaitedForOnce() {
    host("a").onStop = (host, count) -> {};
    host("b").count = 3;
    Duration stop = Duration.ofSeconds(2);
    Asker asker = new Asker(service(settings(PATIENT, stop, PATIENT, PATIENT)), "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.report("a").getState()).isEqualTo(HostState.HOST_LOST);
    assertThat(asker.report("b").getState()).isEqualTo(HostState.HOST_FINAL);
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(3);
  }

  @Test
  void aLateRoundIsAnAmendment() {
    Duration rounds = Duration.ofMillis(300);
    Asker asker = new Asker(service(settings(PATIENT, PATIENT, rounds, PATIENT)), "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    host("a").round(1, 10);
    asker.awaitRounds(1);
    host("b").round(1, 4);
    asker.awaitRounds(2);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.rounds())
        .extracting(Round::getPart, Round::getHosts, r -> Asker.word(r.getRows()))
        .containsExactly(tuple(0, 1, 10L), tuple(1, 1, 4L));
  }

  @Test
  void twoNamesOfOneHostAreOneHost() {
    host("b").identity = host("a").identity;
    host("a").count = 9;
    host("b").count = 9;
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.stop();
    asker.awaitEnd();
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(9);
    assertThat(asker.report("b").getSameAs()).isEqualTo("a");
    assertThat(asker.report("b").getNoticesList())
        .containsExactly("b is the same host as a; it is counted once");
  }

  @Test
  void theNameThatTheAgentRefusedIsTheSecondOne() {
    host("a").identity = host("b").identity;
    host("a").onStart =
        (host, start) ->
            host.fail(
                HostState.HOST_REFUSED, Failure.FAILURE_RUNS_ALREADY, "this session runs already");
    // Hosts are dialled one after the other: b is heard when a has refused.
    host("b").count = 9;
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("b", HostState.HOST_RUNNING);
    asker.stop();
    asker.awaitEnd();
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(9);
    assertThat(asker.report("a").getSameAs()).isEqualTo("b");
    assertThat(asker.report("b").getState()).isEqualTo(HostState.HOST_FINAL);
    assertThat(asker.messages()).isEmpty();
  }

  @Test
  void aRefusalWithoutAnotherNameIsTold() {
    host("a").onStart =
        (host, start) ->
            host.fail(
                HostState.HOST_REFUSED, Failure.FAILURE_RUNS_ALREADY, "this session runs already");
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_REFUSED);
    asker.stop();
    asker.awaitEnd();
    assertThat(asker.messages()).containsExactly("this session runs already");
  }

  @Test
  void aHostThatAttachesLateIsOpenedThen() throws Exception {
    host("late").onStart = (host, start) -> host.report(HostState.HOST_CONNECTING);
    Asker asker = new Asker(service, "a,late");
    assertThat(host("a").opened.await(5, TimeUnit.SECONDS)).isTrue();
    long started = System.nanoTime();
    assertThat(host("late").opened.getCount()).isOne();
    TimeUnit.MILLISECONDS.sleep(20);
    long late = System.nanoTime() - started;
    host("late").attach();
    assertThat(host("late").opened.await(5, TimeUnit.SECONDS)).isTrue();
    // It is told how long ago the others began: its rounds have their places.
    assertThat(delay("a")).isPositive();
    assertThat(delay("late")).isNegative().isLessThanOrEqualTo(delay("a") - late);
    asker.stop();
    asker.awaitEnd();
  }

  private long delay(String host) {
    return host(host).asked.stream()
        .filter(TraceRequest::hasOpen)
        .mapToLong(request -> request.getOpen().getDelayNs())
        .sum();
  }

  @Test
  void givingUpCancelsTheHosts() throws Exception {
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    asker.giveUp();
    assertThat(host("a").cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(host("b").cancelled.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatASlowReaderDoesNotTakeIsCounted() throws Exception {
    int lines = 3_000;
    String text = "x".repeat(1_000);
    CountDownLatch reading = new CountDownLatch(1);
    AtomicInteger read = new AtomicInteger();
    Asker asker =
        new Asker(
            service,
            "a",
            reply -> {
              if (reply.hasLines()) {
                read.addAndGet(reply.getLines().getLengthCount());
                awaitQuietly(reading);
              }
            });
    asker.awaitState("a", HostState.HOST_RUNNING);
    for (int i = 0; i < lines; i++) {
      host("a").line(text);
    }
    reading.countDown();
    asker.stop();
    asker.awaitEnd();
    Loss loss = asker.report("a").getLosses(0);
    assertThat(loss.getSource()).isEqualTo(LossSource.LOSS_COLLECTOR_QUEUE);
    assertThat(loss.getCount()).isPositive();
    assertThat(loss.getCount()).isEqualTo(lines - read.get());
  }

  /**
   * Reports, partials and answers to pings are not dropped, and don't pile up either.
   *
   * @param early a host ends while the other has yet to come to all of its rounds
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void roundsThatASlowReaderDoesNotTakeAreCounted(boolean early) {
    Settings narrow =
        new Settings(
            64,
            USUAL.answer(),
            USUAL.stop(),
            USUAL.rounds(),
            USUAL.silence(),
            USUAL.ping(),
            USUAL.partials(),
            4096);
    int rounds = 3_000;
    CountDownLatch reading = new CountDownLatch(1);
    try (Collector held = new Collector(Inventory.dns(1), t -> host(t.name()), narrow)) {
      Asker asker =
          new Asker(
              new Opener(held, Duration.ofSeconds(5), Duration.ZERO),
              "a,b",
              reply -> {
                if (reply.hasRound()) {
                  awaitQuietly(reading);
                }
              });
      asker.awaitState("a", HostState.HOST_RUNNING);
      asker.awaitState("b", HostState.HOST_RUNNING);
      for (int slot = 1; slot <= rounds; slot++) {
        host("a").round(slot, 2);
        if (!early) {
          host("b").round(slot, 5);
        }
      }
      if (early) {
        host("a").finish(0);
        for (int slot = 1; slot <= rounds; slot++) {
          host("b").round(slot, 5);
        }
      }
      reading.countDown();
      asker.stop();
      asker.awaitEnd();
      long shown = asker.rounds().stream().mapToLong(r -> Asker.word(r.getRows())).sum();
      long lost = 0;
      for (String name : List.of("a", "b")) {
        assertThat(asker.report(name).getLossesList())
            .extracting(Loss::getSource, Loss::getDetail)
            .containsExactly(tuple(LossSource.LOSS_COLLECTOR_QUEUE, "rounds"));
        lost += asker.report(name).getLosses(0).getCount();
      }
      assertThat(shown + lost).isEqualTo(7L * rounds);
    }
  }

  @Test
  void noHostIsAnError() {
    Status status = Status.fromThrowable(new Asker(service, "").awaitError());
    assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(status.getDescription()).isEqualTo("no host named");
  }

  @Test
  void hostsAreDialledAFewAtATime() {
    Settings few =
        new Settings(
            2,
            Duration.ofSeconds(2),
            PATIENT,
            Duration.ZERO,
            PATIENT,
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            1 << 20);
    for (String silent : List.of("s1", "s2", "s3")) {
      host(silent).onStart = (host, start) -> {};
      host(silent).answersPings = false;
    }
    try (Collector narrow = new Collector(Inventory.dns(1), t -> host(t.name()), few)) {
      Asker asker = new Asker(new Opener(narrow, PATIENT, Duration.ZERO), "s[1-3],a,b");
      long giveUp = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (host("s2").dials.get() == 0 && System.nanoTime() < giveUp) {
        Thread.onSpinWait();
      }
      assertThat(host("b").dials.get()).isZero();
      asker.awaitState("b", HostState.HOST_RUNNING);
      asker.stop();
      asker.awaitEnd();
      assertThat(asker.report("s3").getState()).isEqualTo(HostState.HOST_UNREACHABLE);
    }
  }

  @Test
  void questionsGoToAllHosts() {
    TracerGrpc.AsyncService knowing =
        new TracerGrpc.AsyncService() {
          @Override
          public void listProbes(
              ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
            replies.onNext(ListProbesReply.newBuilder().addProbe(request.getPattern()).build());
            replies.onCompleted();
          }

          @Override
          public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
            HostDescription.Builder host = HostDescription.newBuilder().setKernel("6.1");
            replies.onNext(DescribeReply.newBuilder().addHosts(host).build());
            replies.onCompleted();
          }
        };
    try (Collector asked =
        new Collector(
            Inventory.dns(1), t -> t.name().equals("a") ? knowing : host(t.name()), USUAL)) {
      Collected<ListProbesReply> probes = new Collected<>();
      asked.listProbes(
          ListProbesRequest.newBuilder().setPattern("p:*").addHosts("a,b").build(), probes);
      assertThat(probes.all())
          .containsExactlyInAnyOrder(
              ListProbesReply.newBuilder().setHost("a").addProbe("p:*").build(),
              ListProbesReply.newBuilder()
                  .setHost("b")
                  .setFailure(Failure.FAILURE_INTERNAL)
                  .setMessage("does not speak this protocol (b:1)")
                  .build());
      Collected<DescribeReply> hosts = new Collected<>();
      asked.describe(DescribeRequest.newBuilder().addHosts("a,b").build(), hosts);
      assertThat(hosts.all()).hasSize(1);
      assertThat(hosts.all().getFirst().getHostsList())
          .extracting(HostDescription::getHost, HostDescription::getKernel)
          .containsExactlyInAnyOrder(tuple("a", "6.1"), tuple("b", ""));
    }
  }

  /** All replies of a call. */
  private static final class Collected<R> implements StreamObserver<R> {
    private final List<R> replies = new ArrayList<>();
    private final CompletableFuture<List<R>> whole = new CompletableFuture<>();

    @Override
    public void onNext(R reply) {
      replies.add(reply);
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      whole.complete(replies);
    }

    List<R> all() {
      return whole.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  @Test
  void aStreamWithoutStartIsRefused() {
    CompletableFuture<Throwable> error = new CompletableFuture<>();
    Duration answer = Duration.ofMillis(500);
    var _ =
        service(settings(answer, PATIENT, PATIENT, PATIENT))
            .trace(
                new StreamObserver<>() {
                  @Override
                  public void onNext(TraceReply reply) {}

                  @Override
                  public void onError(Throwable thrown) {
                    error.complete(thrown);
                  }

                  @Override
                  public void onCompleted() {}
                });
    assertThat(Status.fromThrowable(error.orTimeout(20, TimeUnit.SECONDS).join()).getDescription())
        .isEqualTo("the stream has no start");
  }

  @Test
  void nonsenseEndsTheHostThatSentIt() {
    Asker asker = new Asker(service, "a,b");
    asker.awaitState("a", HostState.HOST_RUNNING);
    asker.awaitState("b", HostState.HOST_RUNNING);
    host("a").say(TraceReply.newBuilder().setPartial(MapPartial.newBuilder().setMap(3)).build());
    asker.awaitState("a", HostState.HOST_LOST);
    assertThat(asker.report("a").getMessage())
        .isEqualTo("sent nonsense: a map that is not in the schema");
    asker.stop();
    asker.awaitEnd();
  }

  @Test
  void aCollectorStandsAboveCollectors() {
    Map<String, List<String>> below = Map.of("east", List.of("a", "b"), "west", List.of("c"));
    host("a").count = 1;
    host("b").count = 20;
    host("c").count = 300;
    Asker asker =
        new Asker(new Opener(above(below), Duration.ofSeconds(5), Duration.ZERO), "a,b,c");
    for (String name : List.of("a", "b", "c")) {
      asker.awaitState(name, HostState.HOST_RUNNING);
      host(name).round(1, host(name).count);
    }
    asker.awaitRounds(1);
    asker.stop();
    asker.awaitEnd();
    assertThat(Asker.word(asker.rounds().getFirst().getRows())).isEqualTo(321);
    assertThat(asker.rounds().getFirst().getHosts()).isEqualTo(3);
    assertThat(Asker.word(asker.lastPartial().getRows())).isEqualTo(321);
    assertThat(asker.lastPartial().getHosts()).isEqualTo(3);
    assertThat(Objects.requireNonNull(asker.reports().get("c")).getState())
        .isEqualTo(HostState.HOST_FINAL);
  }

  /** A collector above others, each with hosts of its own. */
  private Collector above(Map<String, List<String>> below) {
    Map<String, Collector> others = new HashMap<>();
    below
        .keySet()
        .forEach(
            name ->
                others.put(
                    name, new Collector(Inventory.dns(1), t -> host(t.name()), USUAL.below())));
    Collector top =
        new Collector(
            expressions ->
                below.entrySet().stream()
                    .map(
                        e ->
                            new Selected(
                                new Target(e.getKey(), e.getKey(), 2, e.getValue()), e.getValue()))
                    .toList(),
            target -> Objects.requireNonNull(others.get(target.name())),
            USUAL);
    collectors.add(top);
    collectors.addAll(others.values());
    return top;
  }

  /** East has no host of another type, and yet must not add its own up. */
  @Test
  void hostsBehindCollectorsStayApartWhereOthersDiffer() {
    differs("d");
    Collector top = above(Map.of("east", List.of("a", "b"), "west", List.of("c", "d")));
    Asker asker = new Asker(opening(top), "a,b,c,d");
    List<String> names = List.of("a", "b", "c", "d");
    names.forEach(name -> asker.awaitState(name, HostState.HOST_RUNNING));
    host("a").printNothing(1);
    for (String name : names.subList(1, 4)) {
      host(name).count = name.charAt(0);
      host(name).round(1, name.charAt(0));
    }
    asker.awaitRounds(2);
    // Nobody waits for what only a host that is gone could send.
    host("d").finish(100);
    asker.awaitState("d", HostState.HOST_FINAL);
    names.subList(0, 3).forEach(name -> host(name).round(2, 1));
    asker.awaitRounds(3);
    asker.stop();
    asker.awaitEnd();

    assertThat(table(asker.rounds().get(0), asker.rounds().get(1)))
        .containsExactlyInAnyOrder("b: 98", "c: 99", "d: 100");
    assertThat(asker.rounds().subList(0, 2))
        .extracting(Round::getHosts, Round::getUnsetList)
        .containsExactlyInAnyOrder(tuple(3, List.of("a")), tuple(1, List.of()));
    assertThat(table(asker.rounds().get(2))).containsExactlyInAnyOrder("a: 1", "b: 1", "c: 1");
    assertThat(finals(asker)).containsExactlyInAnyOrder("a: 0", "b: 98", "c: 99", "d: 100");
  }

  /** What was added up before can't be taken apart; nobody is named who was not in it. */
  @Test
  void aLateHostThatDiffersLeavesWhatWasAddedUpToSeveral() {
    differs("late");
    CountDownLatch wanted = new CountDownLatch(1);
    host("late").onStart =
        (host, start) ->
            Thread.ofPlatform()
                .daemon()
                .start(
                    () -> {
                      awaitQuietly(wanted);
                      host.attach();
                    });
    Collector top = above(Map.of("east", List.of("a", "b"), "west", List.of("c", "late")));
    Asker asker = new Asker(opening(top), "a,b,c,late");
    List<String> early = List.of("a", "b", "c");
    early.forEach(name -> asker.awaitState(name, HostState.HOST_RUNNING));
    host("a").round(1, 5);
    host("b").round(1, 7);
    host("a").partial(40, false);
    host("b").partial(2, false);
    // The round waits above by then: what east says is passed on in order.
    host("b").line("printed");
    asker.awaitLine("b | printed");
    wanted.countDown();
    asker.awaitState("late", HostState.HOST_RUNNING);
    host("c").round(1, 1);
    asker.awaitRounds(1);
    // East hears of it a little later than we do.
    int last = 1;
    do {
      int slot = ++last;
      early.forEach(name -> host(name).round(slot, 1));
      asker.awaitRounds(slot);
    } while (last < 1000 && table(asker.rounds().getLast()).size() < 3);
    host("a").count = 41;
    host("b").count = 3;
    host("c").count = 9;
    asker.stop();
    asker.awaitEnd();
    assertThat(table(asker.rounds().get(0))).containsExactlyInAnyOrder("a,b: 12", "c: 1");
    assertThat(table(asker.rounds().get(last - 1)))
        .containsExactlyInAnyOrder("a: 1", "b: 1", "c: 1");
    assertThat(finals(asker)).containsExactlyInAnyOrder("a: 41", "b: 3", "c: 9", "late: 0");
  }

  private static List<String> finals(Asker asker) {
    return table(asker.finals().stream().map(MapPartial::getRows));
  }

  private static List<String> table(Round... rounds) {
    return table(Stream.of(rounds).map(Round::getRows));
  }

  private static List<String> table(Stream<Rows> all) {
    return all.flatMap(rows -> Decode.rows(FakeHost.COUNT, rows).stream())
        .map(row -> row.host() + ": " + ((Cell.Word) row.cell()).bits())
        .toList();
  }
}
