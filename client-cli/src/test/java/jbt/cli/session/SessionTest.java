package jbt.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jbt.cli.render.JsonRendering;
import jbt.cli.render.Maps;
import jbt.cli.render.TextRendering;
import jbt.server.merge.Cell;
import jbt.server.merge.Row;
import jbt.v1.Decision;
import jbt.v1.Dump;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Keying;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Mode;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionTest {
  private static final MapSchema COUNT = Maps.map("@x", ValueKind.VALUE_COUNT);
  private static final Schema SCHEMA =
      Schema.newBuilder()
          .addMaps(COUNT.toBuilder().setPrinted(true))
          .addPrints(PrintSite.newBuilder().setPeriodNs(1_000_000_000L))
          .build();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static Wanted wanted(String... hosts) {
    return wanted(Long.MAX_VALUE, 0, hosts);
  }

  private static Wanted wanted(long mostLost, int fewestHosts, String... hosts) {
    return wanted(Mode.MODE_TRACE, mostLost, fewestHosts, hosts);
  }

  private static Wanted wanted(Mode mode, long mostLost, int fewestHosts, String... hosts) {
    return wanted(modes(mode, mostLost, fewestHosts, false), hosts);
  }

  private static Wanted dryRun(String... hosts) {
    return wanted(modes(Mode.MODE_TRACE, Long.MAX_VALUE, 0, true), hosts);
  }

  private static Wanted wanted(Modes modes, String... hosts) {
    return new Wanted(
        "BEGIN {}",
        "stdin",
        Parameters.NONE,
        List.of(hosts),
        false,
        false,
        false,
        false,
        0,
        hosts.length == 0,
        modes,
        OptionalInt.empty());
  }

  private static Modes modes(Mode mode, long mostLost, int fewestHosts, boolean dryRun) {
    return new Modes(
        false,
        OptionalInt.empty(),
        Optional.empty(),
        dryRun,
        true,
        mostLost,
        fewestHosts,
        mode,
        "",
        false,
        Buffering.LINE,
        Graphs.NONE);
  }

  private Session session(Wanted wanted) {
    return session(wanted, out);
  }

  private Session session(Wanted wanted, OutputStream output) {
    return new Session(
        wanted,
        new TextRendering(wanted.many(), false, false, false),
        new Screen(output, err, false, false));
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private static TraceReply lines(String host, String text) {
    return TraceReply.newBuilder()
        .setLines(Lines.newBuilder().setHost(host).setText(ByteString.copyFromUtf8(text)))
        .build();
  }

  private static TraceReply schema() {
    return TraceReply.newBuilder().setSchema(SCHEMA).build();
  }

  private static Rows rows(long value) {
    return Maps.rows(COUNT, Maps.row(value));
  }

  private static TraceReply partial(long generation, long sequence, int hosts, long value) {
    return TraceReply.newBuilder()
        .setPartial(
            MapPartial.newBuilder()
                .setGeneration(generation)
                .setSequence(sequence)
                .setHosts(hosts)
                .setRows(rows(value)))
        .build();
  }

  private static Round.Builder round(long slot, int hosts, long value) {
    return Round.newBuilder().setSlot(slot).setHosts(hosts).setRows(rows(value));
  }

  private static TraceReply reply(Round.Builder round) {
    return TraceReply.newBuilder().setRound(round).build();
  }

  @Test
  void oneHostIsBpftrace() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("me", HostState.HOST_ATTACHED));
              replies.onNext(schema());
              replies.onNext(FakeService.host("me", HostState.HOST_RUNNING));
              replies.onNext(lines("me", "hello\n"));
              replies.onNext(reply(round(1, 1, 5)));
              replies.onNext(partial(0, 1, 1, 5));
              replies.onNext(partial(1, 2, 1, 3));
              replies.onNext(partial(0, 9, 1, 99));
              replies.onNext(FakeService.host("me", HostState.HOST_FINAL));
            });
    assertThat(session(wanted()).run(service)).isZero();
    assertThat(out()).isEqualTo("hello\n@x: 5\n\n\n@x: 3\n");
    assertThat(err()).isEqualTo("Attached 1 probe\n");
    assertThat(service.start().getKeying()).isEqualTo(Keying.KEYING_ONE_HOST);
    assertThat(service.start().getSession().size()).isEqualTo(16);
    assertThat(service.requests.stream().filter(r -> r.hasOpen())).hasSize(1);
  }

  @Test
  void whatWasPrintedComesBeforeTheErrorBehindIt() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(lines("me", "1\n"));
              replies.onNext(
                  TraceReply.newBuilder()
                      .setLines(
                          Lines.newBuilder()
                              .setKind(LineKind.LINE_ERROR)
                              .setText(ByteString.copyFromUtf8("ERROR: x\n")))
                      .build());
              replies.onNext(lines("me", "unfinished"));
              replies.onNext(
                  FakeService.reply(
                      HostReport.newBuilder()
                          .setHost("me")
                          .setState(HostState.HOST_RUNNING)
                          .addNotices("a notice")));
              replies.onNext(lines("me", "2\n"));
            });
    new Session(
            wanted(),
            new TextRendering(false, false, false, false),
            new Screen(out, out, false, false))
        .run(service);
    assertThat(out()).startsWith("1\nERROR: x\nunfinisheda notice\n2\n");
  }

  @Test
  void hostThatDeliveredNothingHasNoTests() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
              replies.onNext(FakeService.host("down", HostState.HOST_UNREACHABLE));
            });
    session(wanted(Mode.MODE_TEST, Long.MAX_VALUE, 0, "a", "down")).run(service);
    assertThat(out()).isEqualTo("a | [==========] 0 tests ran.\na | [  PASSED  ] 0 tests.\n");
    out.reset();
    new Session(
            wanted(Mode.MODE_TEST, Long.MAX_VALUE, 0, "a", "down"),
            new JsonRendering(true, false, false),
            new Screen(out, err, false, false))
        .run(service);
    assertThat(out())
        .startsWith("{\"type\": \"summary\", \"data\": {\"expected\": 2, \"reporting\": [\"a\"],")
        .contains("\"unreachable\": [\"down\"]");
  }

  @Test
  void emptyScalarPrintsZeroButAJoinedRoundNothing() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(schema());
              replies.onNext(FakeService.host("me", HostState.HOST_RUNNING));
              replies.onNext(reply(Round.newBuilder().setSlot(1).setHosts(1)));
              replies.onNext(reply(Round.newBuilder().setSlot(2).setHosts(1).setJoined(true)));
              replies.onNext(FakeService.host("me", HostState.HOST_FINAL));
            });
    assertThat(session(wanted()).run(service)).isZero();
    assertThat(out()).isEqualTo("@x: 0\n\n\n");
    assertThat(err()).endsWith("@x: 1 round joined with the next one\n");
  }

  @Test
  void severalHostsAreMergedAndCounted() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_ATTACHED));
              replies.onNext(FakeService.host("b", HostState.HOST_ATTACHED));
              replies.onNext(schema());
              replies.onNext(lines("a", "hello\n"));
              replies.onNext(reply(round(1, 2, 40)));
              replies.onNext(reply(round(2, 1, 7)));
              replies.onNext(reply(round(2, 1, 2).setPart(1)));
              replies.onNext(partial(0, 1, 2, 49));
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
              replies.onNext(FakeService.host("b", HostState.HOST_FINAL));
            });
    assertThat(session(wanted("a", "b")).run(service)).isZero();
    assertThat(out())
        .isEqualTo(
            """
            a | hello
            @x: 40
            @x: 7 (1/2 hosts)
            @x: 2 (amends round 2)


            @x: 49
            """);
    assertThat(err())
        .isEqualTo(
            """
            Attached 1 probe on each of 2 hosts
            hosts: 2 of 2 reporting
            loss: none
            """);
    assertThat(service.start().getKeying()).isEqualTo(Keying.KEYING_MERGED);
    assertThat(service.start().getHostsList()).containsExactly("a", "b");
  }

  /** The host that has answered first has the first place in the schema. */
  @Test
  void mapsOfOtherTypesAreInTheOrderOfTheirHosts() throws Exception {
    for (List<String> answered : List.of(List.of("a", "b"), List.of("b", "a"))) {
      FakeService service =
          FakeService.that(
              replies -> {
                replies.onNext(apart(answered.getFirst(), answered.getLast()));
                for (int place = 0; place < 2; place++) {
                  replies.onNext(apart(place, answered.get(place)));
                }
                replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
                replies.onNext(FakeService.host("b", HostState.HOST_FINAL));
              });
      out.reset();
      assertThat(session(wanted("a", "b")).run(service)).isZero();
      assertThat(out()).isEqualTo("\n\n@x[a]: 97\n@x[b]: 98\n");
      out.reset();
      Session json =
          new Session(
              wanted("a", "b"),
              new JsonRendering(true, false, true),
              new Screen(out, err, false, false));
      assertThat(json.run(service)).isZero();
      assertThat(out())
          .startsWith(
              """
              {"type": "map", "data": {"@x": {"a": 97}}, "hosts": 1, "hosts_expected": 2}
              {"type": "map", "data": {"@x": {"b": 98}}, "hosts": 1, "hosts_expected": 2}
              """);
    }
  }

  @Test
  void whatNoHostHasSetNamesItsHosts() throws Exception {
    MapSchema sum = COUNT.toBuilder().setKind(ValueKind.VALUE_SUM).build();
    FakeService.Act act =
        replies -> {
          replies.onNext(
              TraceReply.newBuilder()
                  .setSchema(
                      SCHEMA.toBuilder()
                          .addMaps(sum)
                          .addPrints(SCHEMA.getPrints(0).toBuilder().setMap(1)))
                  .build());
          Rows three = Maps.rows(COUNT, new Row("a", List.of(), new Cell.Word(3, false)));
          replies.onNext(
              reply(Round.newBuilder().setSlot(1).setHosts(2).setRows(three).addUnset("c")));
          replies.onNext(reply(Round.newBuilder().setSite(1).setSlot(1).setHosts(1).addUnset("b")));
          // Nobody says whose this is, and all of it comes later.
          replies.onNext(reply(Round.newBuilder().setSite(1).setSlot(2).setHosts(1)));
          for (String host : List.of("a", "b", "c")) {
            replies.onNext(FakeService.host(host, HostState.HOST_FINAL));
          }
        };
    Wanted wanted = wanted("a", "b", "c");
    assertThat(session(wanted).run(FakeService.that(act))).isZero();
    assertThat(out()).isEqualTo("@x[c]: 0\n@x[a]: 3\n@x[b]: 0\n\n\n");
    Screen screen = new Screen(out, err, false, false);
    out.reset();
    new Session(wanted, new TextRendering(true, true, false, false), screen)
        .run(FakeService.that(act));
    assertThat(out()).isEqualTo("a | @x: 3\nc | @x: 0\nb | @x: 0\n\n\n");
    out.reset();
    new Session(wanted, new JsonRendering(true, true, true), screen).run(FakeService.that(act));
    assertThat(out())
        .startsWith(
            """
            {"type": "map", "data": {"@x": 3}, "round": 1, "host": "a"}
            {"type": "map", "data": {"@x": 0}, "round": 1, "host": "c"}
            {"type": "map", "data": {"@x": 0}, "round": 1, "host": "b"}
            """);
  }

  private static TraceReply apart(String... hosts) {
    Schema.Builder schema = Schema.newBuilder();
    for (String host : hosts) {
      schema.addMaps(ofHost(host));
    }
    return TraceReply.newBuilder().setSchema(schema).build();
  }

  private static TraceReply apart(int place, String host) {
    Row row = new Row(host, List.of(), new Cell.Word(host.charAt(0), true));
    return TraceReply.newBuilder()
        .setPartial(
            MapPartial.newBuilder().setMap(place).setHosts(1).setRows(Maps.rows(ofHost(host), row)))
        .build();
  }

  private static MapSchema ofHost(String host) {
    return Maps.map("@x", host.equals("a") ? ValueKind.VALUE_COUNT : ValueKind.VALUE_SUM);
  }

  @Test
  void whichHostTookWhichBranchIsSaidWhereTheyDiffer() throws Exception {
    Decision same = decision("stdin:1:12-20", true);
    FakeService service =
        FakeService.that(
            replies -> {
              for (HostState state : List.of(HostState.HOST_ATTACHED, HostState.HOST_FINAL)) {
                for (int host = 1; host <= 4; host++) {
                  replies.onNext(
                      FakeService.reply(
                          HostReport.newBuilder()
                              .setHost("web" + host)
                              .setState(state)
                              .setProbes(1)
                              .addDecisions(same)
                              .addDecisions(decision("stdin:2:12-30", host != 2))
                              // Of a branch that others left out.
                              .addDecisions(decision("stdin:4:" + host + "-9", true))));
                }
              }
            });
    String attached = "Attached 1 probe on each of 4 hosts\n";
    String footer = "hosts: 4 of 4 reporting\nloss: none\n";
    assertThat(session(wanted("web1", "web2", "web3", "web4")).run(service)).isZero();
    assertThat(err())
        .isEqualTo(
            attached + "stdin:2:12-30: comptime is true on web[1,3-4], false on web2\n" + footer);
  }

  private static Decision decision(String place, boolean holds) {
    return Decision.newBuilder().setPlace(place).setHolds(holds).build();
  }

  @Test
  void whichHostsHaveMapsOfOneTypeIsSaid() throws Exception {
    Schema schema =
        Schema.newBuilder()
            .addMaps(ofHost("b"))
            .addMaps(Maps.map("@same", ValueKind.VALUE_COUNT))
            .addMaps(ofHost("a"))
            .addMaps(Maps.map("@kept", ValueKind.VALUE_PLAIN))
            .build();
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(TraceReply.newBuilder().setSchema(schema).build());
              replies.onNext(having("b", HostState.HOST_ATTACHED, 0, 1, 3));
              replies.onNext(having("a", HostState.HOST_ATTACHED, 2, 1, 3));
              replies.onNext(having("c", HostState.HOST_ATTACHED, 0, 1, 3));
              for (String host : List.of("a", "b", "c")) {
                replies.onNext(having(host, HostState.HOST_FINAL, host.equals("a") ? 2 : 0, 1, 3));
              }
            });
    assertThat(session(wanted("a", "b", "c")).run(service)).isZero();
    assertThat(err())
        .isEqualTo(
            """
            Attached 1 probe on each of 3 hosts
            @x is of one type on a, of another on b,c; shown per host
            not shown: @kept, which each host keeps for itself (--per-host shows it)
            hosts: 3 of 3 reporting
            loss: none
            """);
  }

  private static TraceReply having(String host, HostState state, Integer... maps) {
    return FakeService.reply(
        HostReport.newBuilder()
            .setHost(host)
            .setState(state)
            .setProbes(1)
            .addAllMaps(List.of(maps)));
  }

  @Test
  void mapsThatHostsKeepForThemselvesAreNamedUnlessNoneIsShown() throws Exception {
    Schema kept = Schema.newBuilder().addMaps(Maps.map("@x", ValueKind.VALUE_PLAIN)).build();
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(TraceReply.newBuilder().setSchema(kept).build());
              for (HostState state : List.of(HostState.HOST_ATTACHED, HostState.HOST_FINAL)) {
                replies.onNext(FakeService.host("a", state));
                replies.onNext(FakeService.host("b", state));
              }
            });
    String attached = "Attached 1 probe on each of 2 hosts\n";
    String notShown = "not shown: @x, which each host keeps for itself (--per-host shows it)\n";
    String footer = "hosts: 2 of 2 reporting\nloss: none\n";
    assertThat(session(wanted("a", "b")).run(service)).isZero();
    assertThat(err()).isEqualTo(attached + notShown + footer);
    err.reset();
    assertThat(session(dryRun("a", "b")).run(service)).isZero();
    assertThat(err()).isEqualTo(attached + footer);
  }

  @Test
  void sameErrorOfManyHostsIsPrintedOnce() throws Exception {
    String error = "stdin:1:1-2: ERROR: no\nx\n~\n";
    FakeService service =
        FakeService.that(
            replies -> {
              for (String host : List.of("web01", "web02", "web03")) {
                replies.onNext(
                    FakeService.reply(
                        HostReport.newBuilder()
                            .setHost(host)
                            .setState(HostState.HOST_FAILED)
                            .setFailure(Failure.FAILURE_SCRIPT)
                            .setMessage(error)));
              }
            });
    assertThat(session(wanted("web01", "web02", "web03")).run(service)).isEqualTo(Outcome.USAGE);
    assertThat(err()).startsWith("web[01-03]:\n" + error + "hosts: 0 of 3 reporting; 3 failed: ");
    assertThat(out()).isEmpty();
  }

  @Test
  void scriptErrorOfOneHostIsAsTheCompilerWroteIt() throws Exception {
    FakeService service =
        FakeService.that(
            replies ->
                replies.onNext(
                    FakeService.reply(
                        HostReport.newBuilder()
                            .setHost("me")
                            .setState(HostState.HOST_FAILED)
                            .setFailure(Failure.FAILURE_SCRIPT)
                            .setMessage("stdin:1:1-2: ERROR: no\nx\n~"))));
    assertThat(session(wanted()).run(service)).isEqualTo(1);
    assertThat(err()).isEqualTo("stdin:1:1-2: ERROR: no\nx\n~\n");
  }

  @Test
  void stopStillBringsTheResultAndNamesWhoIsLate() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    FakeService service =
        new FakeService(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_RUNNING));
              replies.onNext(FakeService.host("b", HostState.HOST_RUNNING));
              replies.onNext(schema());
              running.countDown();
            },
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
              pause(1500);
              replies.onNext(partial(0, 1, 2, 8));
              replies.onNext(FakeService.host("b", HostState.HOST_FINAL));
              replies.onCompleted();
            });
    Session session = session(wanted("a", "b"));
    Thread stopper =
        Thread.ofPlatform()
            .start(
                () -> {
                  await(running);
                  session.stop();
                  session.stop();
                });
    assertThat(session.run(service)).isZero();
    stopper.join();
    assertThat(out()).isEqualTo("\n\n@x: 8\n");
    assertThat(err()).contains("waiting for 1 of 2: b\n");
    assertThat(service.requests.stream().filter(r -> r.hasStop())).hasSize(1);
  }

  @Test
  void closedOutputStopsAllHostsQuietly() throws Exception {
    OutputStream closed = new FailingOutput("Broken pipe", 0);
    FakeService service =
        new FakeService(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_RUNNING));
              replies.onNext(FakeService.host("b", HostState.HOST_RUNNING));
              replies.onNext(lines("a", "one\n"));
            },
            SessionTest::end);
    assertThat(session(wanted("a", "b"), closed).run(service)).isZero();
    assertThat(service.awaitStop()).isTrue();
    assertThat(err()).isEqualTo("Attached 1 probe on 1 host\n");
  }

  @Test
  void fullDiskIsTold() throws Exception {
    OutputStream full = new FailingOutput("No space left on device", 0);
    FakeService service =
        new FakeService(replies -> replies.onNext(lines("a", "one\n")), SessionTest::end);
    assertThat(session(wanted(), full).run(service)).isEqualTo(1);
    assertThat(err()).contains("ERROR: cannot write the output: No space left on device\n");
  }

  /** Nothing says before the end that the last piece could not be written. */
  @Test
  void fullDiskIsToldAtTheEnd() throws Exception {
    OutputStream full = new FailingOutput("No space left on device", 300);
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(lines("a", "one\n"));
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
            });
    assertThat(session(wanted(), full).run(service)).isEqualTo(1);
    assertThat(err()).contains("ERROR: cannot write the output: No space left on device\n");
  }

  @Test
  void whatStopsBeforeItBeginsIsNotAttached() throws Exception {
    FakeService service =
        new FakeService(
            replies -> {},
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_ATTACHED));
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
              replies.onCompleted();
            });
    Session session = session(wanted());
    session.stop();
    assertThat(session.run(service)).isZero();
    assertThat(service.requests).noneMatch(TraceRequest::hasOpen);
    assertThat(err()).isEmpty();
  }

  private static void end(StreamObserver<TraceReply> replies) {
    replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
    replies.onNext(FakeService.host("b", HostState.HOST_FINAL));
    replies.onCompleted();
  }

  @Test
  void blockedOutputHoldsUpNothingButTheOutput() throws Exception {
    CountDownLatch unblock = new CountDownLatch(1);
    CountDownLatch notReady = new CountDownLatch(1);
    OutputStream blocked =
        new OutputStream() {
          @Override
          public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int count) {
            await(unblock);
            out.write(bytes, from, count);
          }
        };
    byte[] chunk = new byte[64 << 10];
    java.util.Arrays.fill(chunk, (byte) '\n');
    TraceReply reply =
        TraceReply.newBuilder()
            .setLines(Lines.newBuilder().setHost("me").setText(ByteString.copyFrom(chunk)))
            .build();
    FakeService service =
        new FakeService(
            replies -> {
              Inbox inbox = (Inbox) replies;
              replies.onNext(FakeService.host("me", HostState.HOST_RUNNING));
              while (inbox.isReady()) {
                replies.onNext(reply);
              }
              notReady.countDown();
            },
            replies -> {
              replies.onNext(FakeService.host("me", HostState.HOST_FINAL));
              replies.onCompleted();
            });
    Session session = session(wanted(), blocked);
    Thread stopper =
        Thread.ofPlatform()
            .start(
                () -> {
                  await(notReady);
                  session.stop();
                  try {
                    assertThat(service.awaitStop()).isTrue();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  unblock.countDown();
                });
    assertThat(session.run(service)).isZero();
    stopper.join();
    assertThat(out.size()).isGreaterThan(4 << 20);
  }

  @Test
  void collectorThatRefusesIsItsOwnExitCode() throws Exception {
    FakeService service =
        new FakeService(
            replies ->
                replies.onError(
                    Status.UNAVAILABLE.withDescription("connection refused").asException()),
            replies -> {});
    assertThat(session(wanted("a", "b")).run(service)).isEqualTo(Outcome.NO_COLLECTOR);
    assertThat(err()).isEqualTo("ERROR: connection refused\n");
  }

  @Test
  void unknownHostsAreAUsageError() throws Exception {
    FakeService service =
        new FakeService(
            replies ->
                replies.onError(
                    Status.NOT_FOUND.withDescription("not in the inventory: x").asException()),
            replies -> {});
    assertThat(session(wanted("x", "b")).run(service)).isEqualTo(Outcome.USAGE);
  }

  @Test
  void exitCodesAreBits() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
              replies.onNext(FakeService.host("b", HostState.HOST_FAILED));
              replies.onNext(FakeService.host("c", HostState.HOST_UNREACHABLE));
            });
    assertThat(session(wanted("a", "b", "c")).run(service)).isEqualTo(6);
  }

  @Test
  void anAnswerWithTooMuchLostOrTooFewHostsFails() throws Exception {
    HostReport loses =
        HostReport.newBuilder()
            .setHost("a")
            .setState(HostState.HOST_FINAL)
            .addLosses(Loss.newBuilder().setSource(LossSource.LOSS_RING_FULL).setCount(3))
            .addLosses(Loss.newBuilder().setSource(LossSource.LOSS_RECURSION))
            .build();
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.reply(loses.toBuilder()));
              replies.onNext(FakeService.host("b", HostState.HOST_LOST));
            });
    assertThat(session(wanted(3, 1, "a", "b")).run(service)).isEqualTo(4);
    assertThat(session(wanted(2, 1, "a", "b")).run(service)).isEqualTo(4 | 8);
    assertThat(session(wanted(2, 2, "a", "b")).run(service)).isEqualTo(4 | 8 | 16);
  }

  @Test
  void exitCodeOfTheScriptCountsForOneHost() throws Exception {
    FakeService service =
        FakeService.that(
            replies ->
                replies.onNext(
                    FakeService.reply(
                        HostReport.newBuilder()
                            .setHost("me")
                            .setState(HostState.HOST_FINAL)
                            .setExitCode(3))));
    assertThat(session(wanted()).run(service)).isEqualTo(3);
  }

  @Test
  void hostUnderTwoNamesIsCountedOnce() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_RUNNING));
              replies.onNext(
                  FakeService.reply(
                      HostReport.newBuilder()
                          .setHost("alias")
                          .setState(HostState.HOST_FINAL)
                          .setSameAs("a")
                          .addNotices("alias is the same host as a; it is counted once")));
              replies.onNext(schema());
              replies.onNext(partial(0, 1, 1, 5));
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
            });
    assertThat(session(wanted("a", "alias")).run(service)).isZero();
    assertThat(out()).isEqualTo("\n\n@x: 5\n");
    assertThat(err())
        .isEqualTo(
            """
            Attached 1 probe on 1 host
            alias: alias is the same host as a; it is counted once
            hosts: 1 of 1 reporting
            loss: none
            """);
  }

  /** The other name of a host that ran to its end does not stand for the one that did not. */
  @Test
  void hostThatIsLostIsMissedBesideOneOfTwoNames() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_RUNNING));
              replies.onNext(FakeService.host("b", HostState.HOST_RUNNING));
              replies.onNext(
                  FakeService.reply(
                      HostReport.newBuilder()
                          .setHost("alias")
                          .setState(HostState.HOST_FINAL)
                          .setSameAs("a")));
              replies.onNext(schema());
              replies.onNext(FakeService.reply(lost("b")));
              replies.onNext(partial(0, 1, 2, 5));
              replies.onNext(FakeService.host("a", HostState.HOST_FINAL));
            });
    assertThat(session(wanted("a", "alias", "b")).run(service)).isEqualTo(4);
    assertThat(out()).isEqualTo("\n\n@x: 5 (1/2 hosts)\n");
  }

  @Test
  void theOnlyHostIsMissedWhereItIsLost() throws Exception {
    FakeService service =
        FakeService.that(
            replies -> {
              replies.onNext(FakeService.host("a", HostState.HOST_RUNNING));
              replies.onNext(schema());
              replies.onNext(partial(0, 1, 1, 5));
              replies.onNext(FakeService.reply(lost("a")));
            });
    assertThat(session(wanted("a")).run(service)).isEqualTo(4);
    assertThat(out()).isEqualTo("\n\n@x: 5 (0/1 hosts)\n");
    Session json =
        new Session(
            wanted("a"), new JsonRendering(false, false, true), new Screen(out, err, false, false));
    out.reset();
    assertThat(json.run(service)).isEqualTo(4);
    assertThat(out())
        .isEqualTo(
            """
            {"type": "map", "data": {"@x": 5}, "hosts": 0, "hosts_expected": 1}
            """);
  }

  private static HostReport.Builder lost(String host) {
    return HostReport.newBuilder()
        .setHost(host)
        .setState(HostState.HOST_LOST)
        .setOpenedNs(1)
        .setFailure(Failure.FAILURE_CONNECTION)
        .setMessage("connection closed");
  }

  @Test
  void dumpIsPrintedOnceAndNothingRuns() throws Exception {
    Wanted wanted =
        new Wanted(
            "x",
            "stdin",
            Parameters.NONE,
            List.of("a", "b"),
            false,
            true,
            false,
            false,
            0,
            false,
            Modes.NORMAL,
            OptionalInt.empty());
    FakeService service =
        new FakeService(
            replies -> {
              for (String host : List.of("a", "b")) {
                replies.onNext(FakeService.host(host, HostState.HOST_ATTACHED));
                replies.onNext(
                    TraceReply.newBuilder()
                        .setDump(Dump.newBuilder().setHost(host).setText("code\n"))
                        .build());
              }
            },
            SessionTest::end);
    assertThat(session(wanted).run(service)).isZero();
    assertThat(out()).isEqualTo("a,b:\ncode\n");
    assertThat(err()).isEmpty();
    assertThat(service.requests.stream().filter(r -> r.hasStop())).hasSize(1);
  }

  @Test
  void twoThousandHosts() throws Exception {
    String[] names = new String[2000];
    for (int i = 0; i < names.length; i++) {
      names[i] = "web%04d".formatted(i);
    }
    FakeService service =
        FakeService.that(
            replies -> {
              for (HostState state :
                  List.of(
                      HostState.HOST_CONNECTING, HostState.HOST_ATTACHED, HostState.HOST_RUNNING)) {
                for (String name : names) {
                  replies.onNext(FakeService.host(name, state));
                }
              }
              replies.onNext(schema());
              for (String name : names) {
                replies.onNext(lines(name, "hello\n"));
              }
              replies.onNext(partial(0, 1, 1999, 42));
              for (String name : names) {
                replies.onNext(
                    FakeService.host(
                        name, name.equals("web0007") ? HostState.HOST_LOST : HostState.HOST_FINAL));
              }
            });
    assertThat(session(wanted(names)).run(service)).isEqualTo(Outcome.SOME_UNREACHABLE);
    assertThat(out().lines()).hasSize(2003);
    assertThat(out()).endsWith("\n\n@x: 42 (1999/2000 hosts)\n");
    assertThat(err())
        .isEqualTo(
            """
            Attached 1 probe on each of 2000 hosts
            hosts: 1999 of 2000 reporting; 1 lost: web0007
            loss: none
            """);
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
