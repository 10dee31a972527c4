package jbt.transport;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Counts connections, and tells of those that end before they have proved who they are. */
public final class Connections extends ServerTransportFilter {
  private final int most;
  private final Consumer<String> refused;
  private final AtomicInteger open = new AtomicInteger();
  private final Set<SocketAddress> ready = ConcurrentHashMap.newKeySet();

  public Connections(int most, Consumer<String> refused) {
    this.most = most;
    this.refused = refused;
  }

  /** Whether there is room for a new connection, which is counted until it is closed. */
  boolean admit(Channel connection) {
    SocketAddress from = connection.remoteAddress();
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      refused.accept("a connection from " + Places.of(from) + ": there are " + most + " already");
      return false;
    }
    connection
        .closeFuture()
        .addListener(
            closed -> {
              open.decrementAndGet();
              if (!ready.remove(from)) {
                refused.accept(
                    "a connection from " + Places.of(from) + ": no TLS handshake came about");
              }
            });
    return true;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    SocketAddress from = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (from != null) {
      ready.add(from);
    }
    return attributes;
  }
}
