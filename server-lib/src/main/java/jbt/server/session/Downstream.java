package jbt.server.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import jbt.server.channels.Dialer;
import jbt.server.merge.MalformedException;
import jbt.server.merge.Schemas;
import jbt.server.targets.Selected;
import jbt.server.targets.Target;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** The stream to one target: an agent, or a collector with several hosts behind it. */
final class Downstream {
  enum Phase {
    /** Not dialled yet. */
    WAITING,
    DIALLED,
    ANSWERED,
    /** Nothing it says counts any more. */
    ENDED
  }

  final Target target;
  final List<Host> hosts = new ArrayList<>();
  final ClockOffset clock = new ClockOffset();
  private final Executor sender;
  Phase phase = Phase.WAITING;
  Schemas.@Nullable Places places;

  long dialledAt;
  long heardAt;
  long pingedAt;
  boolean opened;

  /** Only touched by the sender. */
  private @Nullable StreamObserver<TraceRequest> requests;

  Downstream(Selected selected, Executor sender) {
    target = selected.target();
    this.sender = sender;
    for (String name : selected.hosts()) {
      hosts.add(new Host(name));
    }
  }

  String name() {
    return target.name();
  }

  boolean isDone() {
    return phase == Phase.ENDED || hosts.stream().allMatch(Host::isDone);
  }

  boolean isAttached() {
    return hosts.stream().anyMatch(Host::isAttached);
  }

  /** The leaf host that a message names; an agent is its own, whatever it calls itself. */
  Host host(String named) {
    if (!target.isCollector()) {
      return hosts.getFirst();
    }
    for (Host host : hosts) {
      if (host.name.equals(named)) {
        return host;
      }
    }
    throw new MalformedException("a message about a host that was not asked for");
  }

  Schemas.Places places() {
    if (places == null) {
      throw new MalformedException("values before their schema");
    }
    return places;
  }

  void dial(Dialer dialer, StreamObserver<TraceReply> replies, TraceRequest... first) {
    sender.execute(
        () -> {
          try {
            TracerGrpc.AsyncService service = dialer.dial(target);
            StreamObserver<TraceRequest> opened = service.trace(replies);
            requests = opened;
            for (TraceRequest request : first) {
              opened.onNext(request);
            }
          } catch (RuntimeException e) {
            replies.onError(e);
          }
        });
  }

  void send(TraceRequest request) {
    sender.execute(
        () -> {
          if (requests != null) {
            try {
              requests.onNext(request);
            } catch (RuntimeException e) {
              // The stream has ended; its observer has been told, or is about to be.
              requests = null;
            }
          }
        });
  }

  /** Ends our side in good order. */
  void close() {
    end(StreamObserver::onCompleted);
  }

  /** Ends the stream at once, and with it the session over there. */
  void cancel(String reason) {
    end(r -> r.onError(Status.CANCELLED.withDescription(reason).asRuntimeException()));
  }

  private interface End {
    void of(StreamObserver<TraceRequest> requests);
  }

  private void end(End end) {
    sender.execute(
        () -> {
          if (requests != null) {
            try {
              end.of(requests);
            } catch (RuntimeException e) {
              // Ended already.
            }
            requests = null;
          }
        });
  }

  /** Of an identity; empty ones are nobody's. */
  static boolean sameIdentity(ByteString a, ByteString b) {
    return !a.isEmpty() && a.equals(b);
  }
}
