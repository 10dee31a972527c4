package jbt.transport;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS contexts: always mutual, always 1.3, the JDK's implementation. */
public final class Tls {
  private static final String VERSION = "TLSv1.3";
  private static final ApplicationProtocolConfig HTTP2 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  private Tls() {}

  /**
   * For a server. Clients of any role pass the handshake; {@link PeerGate} decides who may ask.
   *
   * @param refused told one line for every client certificate that does not verify
   */
  public static SslContext server(TlsFiles files, Consumer<String> refused) throws TlsException {
    CheckedTrust trust = new CheckedTrust(trust(files), EnumSet.allOf(Role.class), refused);
    return context(files, trust, false);
  }

  /**
   * For a client. The server must prove the name that was dialled (the channel's authority) and one
   * of the roles.
   */
  public static SslContext client(TlsFiles files, Set<Role> peers) throws TlsException {
    return context(files, new CheckedTrust(trust(files), peers, line -> {}), true);
  }

  /**
   * Not through Netty's builder, which loads all of Bouncy Castle and tries a key of its own first:
   * 0.3 s at each start.
   */
  private static SslContext context(TlsFiles files, CheckedTrust trust, boolean client)
      throws TlsException {
    OwnKey key = new OwnKey(files.privateKey(), files.chain());
    try {
      SSLContext context = SSLContext.getInstance(VERSION);
      context.init(new KeyManager[] {key}, new TrustManager[] {trust}, null);
      return new JdkSslContext(
          context,
          client,
          Http2SecurityUtil.CIPHERS,
          SupportedCipherSuiteFilter.INSTANCE,
          HTTP2,
          client ? ClientAuth.NONE : ClientAuth.REQUIRE,
          new String[] {VERSION},
          false);
    } catch (GeneralSecurityException e) {
      throw new TlsException("this Java has no usable TLS 1.3", e);
    }
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
