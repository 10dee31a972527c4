package jbt.transport;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.SocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Admits users and collectors by name; everybody else, a host's certificate above all, is refused
 * with PERMISSION_DENIED before any handler runs.
 */
public final class PeerGate implements ServerInterceptor {
  /** Who asks, for handlers and journal lines of a call that came through this gate. */
  public static final Context.Key<Identity> PEER = Context.key("jbt-peer");

  private final Set<String> users;
  private final Set<String> collectors;
  private final Consumer<String> refused;

  /**
   * @param refused told one line for each refused call
   */
  public PeerGate(Set<String> users, Set<String> collectors, Consumer<String> refused) {
    this.users = Set.copyOf(users);
    this.collectors = Set.copyOf(collectors);
    this.refused = refused;
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    try {
      Identity peer = identity(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      if (admits(peer)) {
        return Contexts.interceptCall(Context.current().withValue(PEER, peer), call, headers, next);
      }
      return refuse(call, peer + " is not admitted here");
    } catch (CertificateException e) {
      return refuse(call, String.valueOf(e.getMessage()));
    }
  }

  private boolean admits(Identity peer) {
    return switch (peer.role()) {
      case USER -> users.contains(peer.name());
      case COLLECTOR -> collectors.contains(peer.name());
      case HOST -> false;
    };
  }

  private static Identity identity(@Nullable SSLSession session) throws CertificateException {
    try {
      if (session != null && session.getPeerCertificates()[0] instanceof X509Certificate found) {
        return Identity.of(found);
      }
    } catch (SSLPeerUnverifiedException e) {
      throw new CertificateException("the client showed no certificate", e);
    }
    throw new CertificateException("the client showed no certificate");
  }

  private <A, B> ServerCall.Listener<A> refuse(ServerCall<A, B> call, String reason) {
    SocketAddress from = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    refused.accept(reason + ", from " + Places.of(from));
    call.close(Status.PERMISSION_DENIED.withDescription(reason), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
