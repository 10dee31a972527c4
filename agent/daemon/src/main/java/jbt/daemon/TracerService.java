package jbt.daemon;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jbt.compiler.Plans;
import jbt.compiler.check.ProbeListing;
import jbt.compiler.target.BinaryException;
import jbt.compiler.target.Target;
import jbt.daemon.session.Failed;
import jbt.daemon.session.Prepared;
import jbt.daemon.session.Session;
import jbt.kernel.HostTarget;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.Failure;
import jbt.v1.HostDescription;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.NamedText;
import jbt.v1.Pong;
import jbt.v1.Start;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** The tracing service of this host, for a network or for the same process. */
public final class TracerService implements TracerGrpc.AsyncService, AutoCloseable {
  /** Of names that one reply lists. */
  private static final long LIST_BYTES = 1 << 20;

  /** Characters of a script that a journal line shows. */
  private static final int SCRIPT_SHOWN = 2048;

  private static final int REMEMBERED = 1024;

  private final String hostName;
  private final Policy policy;
  private final Map<String, String> labels;
  private final Supplier<String> caller;
  private final Consumer<String> journal;
  private final Runnable afterSession;
  private final HostTarget target;
  private final Plans plans = new Plans();
  private final long epoch;
  private final ByteString identity;
  private final Map<ByteString, Session> sessions = new HashMap<>();

  /** Ids of sessions that have ended, so that a late repetition starts nothing; the newest ones. */
  private final Set<ByteString> ended =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteString, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });

  private boolean closed;

  /**
   * @param hostName what the script's {@code host} gives
   * @param caller who makes the call that is being handled, for the journal
   * @param journal takes one line for each start, end and refusal
   */
  public TracerService(
      String hostName,
      Policy policy,
      Map<String, String> labels,
      Supplier<String> caller,
      Consumer<String> journal) {
    this(
        new HostTarget(hostName, Optional.empty(), labels),
        policy,
        labels,
        caller,
        journal,
        YoungCollection::make);
  }

  /** For those on this host: relative paths of programs start in the folder of this process. */
  public static TracerService here(String hostName, Policy policy) {
    HostTarget target =
        new HostTarget(hostName, Optional.of(Path.of("").toAbsolutePath()), Map.of());
    return new TracerService(target, policy, Map.of(), () -> "local", line -> {}, () -> {});
  }

  private TracerService(
      HostTarget target,
      Policy policy,
      Map<String, String> labels,
      Supplier<String> caller,
      Consumer<String> journal,
      Runnable afterSession) {
    this.hostName = target.hostName();
    this.policy = policy;
    this.labels = Map.copyOf(labels);
    this.caller = caller;
    this.journal = journal;
    this.afterSession = afterSession;
    this.target = target;
    SecureRandom random = new SecureRandom();
    this.epoch = random.nextLong();
    byte[] id = new byte[16];
    random.nextBytes(id);
    this.identity = ByteString.copyFrom(id);
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    Requests requests = new Requests(replies, caller.get());
    if (replies instanceof ServerCallStreamObserver<TraceReply> call) {
      call.setOnCancelHandler(requests::gone);
      call.setOnReadyHandler(requests::ready);
    }
    return requests;
  }

  /** The requests of one stream. */
  private final class Requests implements StreamObserver<TraceRequest> {
    private final StreamObserver<TraceReply> replies;
    private final String from;
    private volatile @Nullable Session session;

    Requests(StreamObserver<TraceReply> replies, String from) {
      this.replies = replies;
      this.from = from;
    }

    @Override
    public void onNext(TraceRequest request) {
      Session running = session;
      switch (request.getRequestCase()) {
        case START -> {
          if (running == null) {
            session = begin(request.getStart(), from, replies);
          }
        }
        case OPEN -> {
          if (running != null) {
            running.open(request.getOpen().getDelayNs());
          }
        }
        case SIGNAL -> {
          if (running != null) {
            running.signal();
          }
        }
        case STOP -> {
          if (running != null) {
            running.stop();
          }
        }
        case PING -> {
          if (running != null) {
            running.answer(pong(request.getPing().getSentNs()));
          }
        }
        // A host adds nothing up but its own.
        case APART, REQUEST_NOT_SET -> {}
      }
    }

    void ready() {
      Session running = session;
      if (running != null) {
        running.receiverReady();
      }
    }

    void gone() {
      Session running = session;
      if (running != null) {
        running.abandon();
      }
    }

    @Override
    public void onError(Throwable cause) {
      gone();
    }

    /** The client has said everything; what it asked for goes on. */
    @Override
    public void onCompleted() {
      if (session == null) {
        replies.onError(
            new StatusRuntimeException(
                Status.INVALID_ARGUMENT.withDescription("the stream has no start")));
      }
    }
  }

  private static TraceReply pong(long sentNs) {
    Instant now = Instant.now();
    return TraceReply.newBuilder()
        .setPong(
            Pong.newBuilder()
                .setSentNs(sentNs)
                .setAnsweredNs(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano()))
        .build();
  }

  private @Nullable Session begin(Start start, String from, StreamObserver<TraceReply> replies) {
    String what = from + ": " + OneLine.of(start.getScript(), SCRIPT_SHOWN);
    Session session;
    synchronized (sessions) {
      String refusal = refusal(start);
      if (refusal != null) {
        journal.accept("refused " + what + ": " + refusal);
        replies.onNext(
            refused(
                refusal,
                sessions.containsKey(start.getSession())
                    ? Failure.FAILURE_RUNS_ALREADY
                    : Failure.FAILURE_POLICY));
        replies.onCompleted();
        return null;
      }
      journal.accept("start " + what);
      refresh();
      session =
          new Session(
              start,
              new Session.Host(hostName, epoch, identity, target, plans, policy),
              replies,
              outcome -> journal.accept(OneLine.of(outcome, SCRIPT_SHOWN) + " " + what));
      sessions.put(start.getSession(), session);
    }
    Thread.ofPlatform()
        .daemon()
        .name("session")
        .start(
            () -> {
              try {
                session.run();
              } finally {
                synchronized (sessions) {
                  sessions.remove(start.getSession());
                  ended.add(start.getSession());
                  sessions.notifyAll();
                }
                afterSession.run();
              }
            });
    return session;
  }

  private @Nullable String refusal(Start start) {
    if (closed) {
      return "the agent is stopping";
    } else if (start.getSession().size() != 16) {
      return "a session id has 16 bytes";
    } else if (sessions.containsKey(start.getSession())) {
      return "this session runs already";
    } else if (ended.contains(start.getSession())) {
      return "this session has ended";
    } else if (start.getHostsCount() != 0) {
      return "this is an agent, not a collector: it has no hosts";
    } else if (sessions.size() >= policy.sessions()) {
      return policy.sessions() + " sessions run already, the limit of this host";
    }
    return null;
  }

  private TraceReply refused(String reason, Failure failure) {
    return TraceReply.newBuilder()
        .setHost(
            HostReport.newBuilder()
                .setHost(hostName)
                .setEpoch(epoch)
                .setIdentity(identity)
                .setSequence(1)
                // A collector that came under a second name finds the first by it.
                .setState(HostState.HOST_REFUSED)
                .setFailure(failure)
                .setMessage(reason))
        .build();
  }

  private void refresh() {
    if (target.refresh()) {
      // They would keep alive what the kernel told of its types before.
      plans.forget();
    }
  }

  @Override
  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    ListProbesReply.Builder reply = ListProbesReply.newBuilder().setHost(hostName);
    try {
      refresh();
      long size = 0;
      for (String probe :
          request.hasScript()
              ? Prepared.attachPoints(request.getScript(), request.getDetails(), target, policy)
              : ProbeListing.matching(
                  request.getPattern(),
                  request.getDetails(),
                  target,
                  Prepared.process(request.getProcess()))) {
        reply.addProbe(probe);
        size += probe.length();
        if (size > LIST_BYTES) {
          replies.onNext(reply.build());
          reply.clearProbe();
          size = 0;
        }
      }
    } catch (Failed e) {
      reply.setFailure(e.failure()).setMessage(String.valueOf(e.getMessage()));
    } catch (BinaryException e) {
      reply.setFailure(Failure.FAILURE_SCRIPT).setMessage("ERROR: " + e.getMessage());
    } catch (RuntimeException e) {
      reply.setFailure(Failure.FAILURE_KERNEL).setMessage("ERROR: " + e.getMessage());
    }
    replies.onNext(reply.build());
    replies.onCompleted();
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    HostDescription.Builder description =
        HostDescription.newBuilder()
            .setHost(hostName)
            .setVersion(Version.TEXT)
            .setKernel(System.getProperty("os.version"))
            .setArchitecture(System.getProperty("os.arch"))
            .setCpus(Runtime.getRuntime().availableProcessors())
            .putAllLabels(labels);
    for (Target.Feature feature : Target.Feature.values()) {
      description.putFeatures(words(feature), words(target.feature(feature)));
    }
    target.probeTypes().forEach((name, has) -> description.addProbeTypes(answer(name, has)));
    target.helpers().forEach((name, has) -> description.addHelpers(answer(name, has)));
    replies.onNext(DescribeReply.newBuilder().addHosts(description).build());
    replies.onCompleted();
  }

  private static NamedText answer(String name, Target.Answer answer) {
    return NamedText.newBuilder().setName(name).setText(words(answer)).build();
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Stops all sessions, each with its answer, and waits for them at most the time given. */
  public void stop(long patienceMs) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
    synchronized (sessions) {
      closed = true;
      sessions.values().forEach(Session::endEarly);
      while (!sessions.isEmpty() && System.nanoTime() - until < 0) {
        TimeUnit.NANOSECONDS.timedWait(sessions, Math.max(1, until - System.nanoTime()));
      }
    }
  }

  @Override
  public void close() {
    target.close();
  }
}
