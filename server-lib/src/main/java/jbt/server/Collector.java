package jbt.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import jbt.server.channels.Dialer;
import jbt.server.session.Questions;
import jbt.server.session.Session;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;

/**
 * The tracing service for a set of hosts, over the same service of each of them. What comes up is
 * merged; what a target below says can be merged already, so that collectors stand above
 * collectors.
 *
 * <p>It opens no gate by itself: it passes on {@code Open}, which comes from the one who sees all
 * hosts (see {@link Opener}).
 */
public final class Collector implements TracerGrpc.AsyncService, AutoCloseable {
  private static final long TICK_MILLIS = 20;
  private static final int MAX_SESSIONS = 64;

  /** Hears the rest of a call that has been refused. */
  private static final StreamObserver<TraceRequest> IGNORED =
      new StreamObserver<>() {
        @Override
        public void onNext(TraceRequest request) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };

  private final Inventory inventory;
  private final Dialer dialer;
  private final Settings settings;
  private final long epoch = new SecureRandom().nextLong();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(daemon("jbt-clock"));
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  public Collector(Inventory inventory, Dialer dialer, Settings settings) {
    this.inventory = inventory;
    this.dialer = dialer;
    this.settings = settings;
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name).factory();
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    if (stopping || sessions.size() >= MAX_SESSIONS) {
      Status status =
          stopping
              ? Status.UNAVAILABLE.withDescription("the collector is being stopped")
              : Status.RESOURCE_EXHAUSTED.withDescription(
                  MAX_SESSIONS + " sessions are running here already");
      replies.onError(status.asRuntimeException());
      return IGNORED;
    }
    return new Run(replies).session;
  }

  @Override
  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    new Questions(inventory, dialer, settings.dials()).listProbes(request, replies);
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    new Questions(inventory, dialer, settings.dials()).describe(request, replies);
  }

  /** A session with its threads. */
  private final class Run {
    private final ExecutorService sender =
        Executors.newSingleThreadExecutor(daemon("jbt-requests"));
    private final ScheduledFuture<?> ticks;
    final Session session;

    Run(StreamObserver<TraceReply> replies) {
      session = new Session(inventory, dialer, settings, epoch, replies, sender, this::ended);
      sessions.add(session);
      ticks =
          clock.scheduleWithFixedDelay(
              session::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
      daemon("jbt-replies").newThread(session::write).start();
    }

    private void ended() {
      ticks.cancel(false);
      sender.shutdown();
      synchronized (sessions) {
        sessions.remove(session);
        sessions.notifyAll();
      }
    }
  }

  /** Stops all sessions, each with its answer, and waits for them at most the time given. */
  public void stop(Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    stopping = true;
    sessions.forEach(Session::endEarly);
    synchronized (sessions) {
      while (!sessions.isEmpty() && System.nanoTime() - until < 0) {
        TimeUnit.NANOSECONDS.timedWait(sessions, Math.max(1, until - System.nanoTime()));
      }
    }
  }

  /** Gives all sessions up. */
  @Override
  public void close() {
    sessions.forEach(Session::cancel);
    clock.shutdownNow();
  }
}
