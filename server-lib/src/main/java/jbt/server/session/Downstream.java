package jbt.server.session;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import jbt.server.channels.Dialer;
import jbt.server.merge.MalformedException;
import jbt.server.merge.Most;
import jbt.server.merge.Schemas;
import jbt.server.merge.Sound;
import jbt.server.targets.Selected;
import jbt.server.targets.Target;
import jbt.v1.Apart;
import jbt.v1.Dump;
import jbt.v1.HostReport;
import jbt.v1.Schema;
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

  /** Times the patience with an answer: for a connection in all, and for one that is slow. */
  private static final int CONNECTING = 4;

  final Target target;
  final List<Host> hosts = new ArrayList<>();
  final ClockOffset clock = new ClockOffset();
  private final Executor sender;
  Phase phase = Phase.WAITING;
  Schemas.@Nullable Places places;
  private final Set<Schema> schemas = new HashSet<>();
  private final Set<Long> epochs = new HashSet<>();
  private long dumped;

  long dialledAt;

  /** When our words left on a connection that stands; 0 until then. */
  private volatile long askedAt;

  /** Its connection watches itself until it stands. */
  private volatile boolean connects;

  long heardAt;
  long pingedAt;
  boolean opened;

  /** Signals that came before it was dialled. */
  int signals;

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
    return (phase == Phase.ENDED && hosts.stream().noneMatch(host -> host.held() != null))
        || hosts.stream().allMatch(Host::isDone);
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

  /**
   * False for a schema that was sent before. Each host has one, and a collector's changes at most
   * with every host that it has.
   */
  boolean isNew(Schema schema) {
    Sound.schema(schema);
    boolean isNew = schemas.add(schema);
    Most.count(schemas.size(), hosts.size(), "schemas");
    return isNew;
  }

  void heard(long epoch) {
    if (epochs.add(epoch)) {
      Most.count(epochs.size(), (long) Most.EPOCHS * hosts.size(), "epochs");
    }
  }

  void heard(Dump dump) {
    dumped += dump.getSerializedSize();
    Most.bytes(dumped, (long) Most.DUMP * hosts.size(), "dumps");
  }

  /** Memory that its partials may keep. */
  long mostKept() {
    return Most.KEPT * Math.min(hosts.size(), Most.HOSTS);
  }

  /** Places of a host's maps in the common schema, as far as it has told them. */
  List<Integer> maps(HostReport report) {
    if (places == null) {
      return List.of();
    }
    return target.isCollector()
        ? report.getMapsList().stream().map(places::map).toList()
        : places.maps();
  }

  /** The hosts whose rows of a map it may have added up. */
  List<String> hosts(int map) {
    List<String> having =
        hosts.stream()
            .filter(host -> host.last().getMapsList().contains(map))
            .map(host -> host.name)
            .toList();
    return having.isEmpty() ? hosts.stream().map(host -> host.name).toList() : having;
  }

  /** Places in the common schema of the print sites that it has hosts for now. */
  Set<Integer> prints(Schemas schemas) {
    if (places == null || !isAttached()) {
      return Set.of();
    } else if (!target.isCollector()) {
      return Set.copyOf(places.prints());
    }
    Set<Integer> maps = new HashSet<>();
    Set<Integer> all = Set.copyOf(places.maps());
    for (Host host : hosts) {
      if (host.isAttached()) {
        maps.addAll(host.last().getMapsList());
      }
      // Thousands of hosts that do not differ: the first has them all.
      if (maps.containsAll(all)) {
        break;
      }
    }
    return places.prints().stream()
        .filter(print -> maps.contains(schemas.printAt(print).getMap()))
        .collect(Collectors.toUnmodifiableSet());
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
            if (!connects) {
              asked();
            }
          } catch (RuntimeException e) {
            replies.onError(e);
          }
        });
  }

  /** Names, TCP and TLS take what they take, and part of it is our own work. */
  void connects() {
    connects = true;
  }

  /** From now on it is up to the target to answer. */
  void asked() {
    askedAt = Math.max(1, ListeningTime.now());
  }

  /**
   * Whether the target has owed us an answer for so long. One whose connection stands is there: it
   * is slow, and holds up nobody but itself.
   */
  boolean isSilent(long now, long limit) {
    long since = askedAt == 0 ? dialledAt : askedAt;
    return now - since >= (connects || askedAt == 0 ? CONNECTING * limit : limit);
  }

  /** Tells a collector which maps it must keep apart. */
  void keepApart(Set<String> maps) {
    if (target.isCollector() && !maps.isEmpty()) {
      send(TraceRequest.newBuilder().setApart(Apart.newBuilder().addAllMaps(maps)).build());
    }
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
}
