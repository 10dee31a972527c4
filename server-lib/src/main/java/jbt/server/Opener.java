package jbt.server;

import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Keying;
import jbt.v1.Open;
import jbt.v1.Start;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;

/**
 * Opens the gate of all hosts at one instant: when no host is connecting any more, or when the
 * first has waited so long for the slowest. It stands directly before whoever asks, since only
 * there all hosts are seen; everything else passes through.
 */
public final class Opener implements TracerGrpc.AsyncService {
  private final TracerGrpc.AsyncService service;
  private final Duration patience;
  private final Duration delay;

  /**
   * @param patience from the first host that is attached to the opening, at most
   * @param delay from the opening to the instant, so that the message reaches all hosts before;
   *     sessions of one host do without
   */
  public Opener(TracerGrpc.AsyncService service, Duration patience, Duration delay) {
    this.service = service;
    this.patience = patience;
    this.delay = delay;
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    Gate gate = new Gate(replies);
    gate.requests = service.trace(gate);
    return gate.forward();
  }

  private final class Gate implements StreamObserver<TraceReply> {
    private final StreamObserver<TraceReply> replies;

    /** Held while a request is sent; never taken by the side that hears replies. */
    private final Object sending = new Object();

    private final Map<String, HostState> hosts = new HashMap<>();
    private final ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("jbt-opener").factory());
    private StreamObserver<TraceRequest> requests = nowhere();
    private boolean waits;
    private boolean impatient;
    private boolean opened;
    private long delayNanos;

    Gate(StreamObserver<TraceReply> replies) {
      this.replies = replies;
    }

    private static StreamObserver<TraceRequest> nowhere() {
      return new StreamObserver<>() {
        @Override
        public void onNext(TraceRequest request) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }

    StreamObserver<TraceRequest> forward() {
      return new StreamObserver<>() {
        @Override
        public void onNext(TraceRequest request) {
          if (request.hasStart()) {
            started(request.getStart());
          }
          send(request);
        }

        @Override
        public void onError(Throwable error) {
          clock.shutdown();
          synchronized (sending) {
            requests.onError(error);
          }
        }

        @Override
        public void onCompleted() {
          synchronized (sending) {
            requests.onCompleted();
          }
        }
      };
    }

    private synchronized void started(Start start) {
      delayNanos = start.getKeying() == Keying.KEYING_ONE_HOST ? 0 : delay.toNanos();
      clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private synchronized void losePatience() {
      impatient = true;
      openIfReady();
    }

    private void send(TraceRequest request) {
      if (request.hasOpen() || request.hasStop()) {
        synchronized (this) {
          opened = true;
        }
      }
      synchronized (sending) {
        requests.onNext(request);
      }
    }

    private void openIfReady() {
      boolean attached = hosts.containsValue(HostState.HOST_ATTACHED);
      boolean connecting = hosts.containsValue(HostState.HOST_CONNECTING);
      if (!opened && attached && (impatient || !connecting)) {
        send(TraceRequest.newBuilder().setOpen(Open.newBuilder().setDelayNs(delayNanos)).build());
        clock.shutdown();
      }
    }

    @Override
    public void onNext(TraceReply reply) {
      if (reply.hasHost()) {
        report(reply.getHost());
      }
      replies.onNext(reply);
    }

    private synchronized void report(HostReport report) {
      hosts.put(report.getHost(), report.getState());
      if (report.getState() == HostState.HOST_ATTACHED && !waits && !clock.isShutdown()) {
        waits = true;
        var _ = clock.schedule(this::losePatience, patience.toNanos(), TimeUnit.NANOSECONDS);
      }
      openIfReady();
    }

    @Override
    public void onError(Throwable error) {
      clock.shutdown();
      replies.onError(error);
    }

    @Override
    public void onCompleted() {
      clock.shutdown();
      replies.onCompleted();
    }
  }
}
