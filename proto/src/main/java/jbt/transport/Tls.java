package jbt.transport;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS contexts: always mutual, always 1.3, the JDK's implementation. */
public final class Tls {
  private Tls() {}

  /**
   * For a server. Clients of any role pass the handshake; {@link PeerGate} decides who may ask.
   *
   * @param refused told one line for every client certificate that does not verify
   */
  public static SslContext server(TlsFiles files, Consumer<String> refused) throws TlsException {
    CheckedTrust trust = new CheckedTrust(trust(files), EnumSet.allOf(Role.class), refused);
    try {
      return finish(
          SslContextBuilder.forServer(files.chain(), files.privateKey())
              .clientAuth(ClientAuth.REQUIRE)
              .trustManager(trust),
          files);
    } catch (IllegalArgumentException e) {
      throw notUsable(files, e);
    }
  }

  /**
   * For a client. The server must prove the name that was dialled (the channel's authority) and one
   * of the roles.
   */
  public static SslContext client(TlsFiles files, Set<Role> peers) throws TlsException {
    CheckedTrust trust = new CheckedTrust(trust(files), peers, line -> {});
    try {
      return finish(
          SslContextBuilder.forClient()
              .keyManager(files.chain(), files.privateKey())
              .trustManager(trust),
          files);
    } catch (IllegalArgumentException e) {
      throw notUsable(files, e);
    }
  }

  private static SslContext finish(SslContextBuilder builder, TlsFiles files) throws TlsException {
    try {
      return GrpcSslContexts.configure(builder, SslProvider.JDK).protocols("TLSv1.3").build();
    } catch (IOException e) {
      throw notUsable(files, e);
    }
  }

  private static TlsException notUsable(TlsFiles files, Exception e) {
    return new TlsException(
        files.key() + ", " + files.certificate() + ": not a usable PEM key and certificate", e);
  }

  private static X509ExtendedTrustManager trust(TlsFiles files) throws TlsException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int next = 0;
      for (X509Certificate authority : files.authorities()) {
        store.setCertificateEntry("authority" + next++, authority);
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager found) {
          return found;
        }
      }
      throw new TlsException(files.authority() + ": this Java has no PKIX trust manager");
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException(files.authority() + ": not a usable authority", e);
    }
  }
}
