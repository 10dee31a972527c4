package jbt.cli.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import jbt.transport.Identity;
import jbt.transport.Role;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JDK's own machinery makes of the certificates. */
class PkiTest {
  @TempDir private Path home;
  private Path folder;

  @BeforeEach
  void authority() throws PkiException {
    folder = home.resolve("pki");
    Pki.init(folder, Pki.AUTHORITY_DAYS);
  }

  private X509Certificate certificate(String name) throws IOException, GeneralSecurityException {
    try (InputStream file = java.nio.file.Files.newInputStream(folder.resolve(name))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
    }
  }

  private PrivateKey key(String name) throws IOException, GeneralSecurityException {
    String pem = java.nio.file.Files.readString(folder.resolve(name));
    byte[] der =
        Base64.getMimeDecoder().decode(pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  @Test
  void hostCertificateIsValidForItsNames() throws Exception {
    Pki.issue(folder, Role.HOST, "a", List.of("a.example.com"), Pki.DAYS);
    X509Certificate host = certificate("a.crt");
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(certificate("ca.crt"), null)));
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(List.of(host)), parameters);
    assertThat(Identity.of(host)).isEqualTo(new Identity(Role.HOST, "a"));
    assertThat(host.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactlyInAnyOrder("jbt:host:a", "a", "a.example.com");
    assertThat(host.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(host.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate("ca.crt").getBasicConstraints()).isZero();
  }

  @Test
  void rolesDecideWhatACertificateIsFor() throws Exception {
    Pki.issue(folder, Role.USER, "alice", List.of(), 1);
    Pki.issue(folder, Role.COLLECTOR, "c", List.of(), 1);
    assertThat(certificate("alice.crt").getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(certificate("c.crt").getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(Identity.of(certificate("alice.crt"))).isEqualTo(new Identity(Role.USER, "alice"));
    // A user has no DNS name to be taken for.
    assertThat(certificate("alice.crt").getSubjectAlternativeNames()).hasSize(1);
    assertThat(certificate("c.crt").getSubjectAlternativeNames()).hasSize(2);
  }

  @Test
  void keyBelongsToItsCertificate() throws Exception {
    Pki.issue(folder, Role.HOST, "a", List.of(), 1);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key("a.key"));
    signature.update((byte) 7);
    byte[] signed = signature.sign();
    signature.initVerify(certificate("a.crt").getPublicKey());
    signature.update((byte) 7);
    assertThat(signature.verify(signed)).isTrue();
  }

  @Test
  void keysAreForTheirOwnerAlone() throws Exception {
    Pki.issue(folder, Role.HOST, "a", List.of(), 1);
    for (String name : List.of("ca.key", "a.key")) {
      assertThat(
              PosixFilePermissions.toString(
                  java.nio.file.Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(java.nio.file.Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void nothingIsOverwritten() throws Exception {
    byte[] before = java.nio.file.Files.readAllBytes(folder.resolve("ca.key"));
    assertThatThrownBy(() -> Pki.init(folder, 1))
        .isInstanceOf(PkiException.class)
        .hasMessageContaining("exists already");
    assertThat(java.nio.file.Files.readAllBytes(folder.resolve("ca.key"))).isEqualTo(before);
    Pki.issue(folder, Role.HOST, "a", List.of(), 1);
    assertThatThrownBy(() -> Pki.issue(folder, Role.USER, "a", List.of(), 1))
        .hasMessageContaining("exists already");
  }

  @Test
  void noAuthorityNoCertificate() {
    assertThatThrownBy(() -> Pki.issue(home.resolve("none"), Role.HOST, "a", List.of(), 1))
        .isInstanceOf(PkiException.class)
        .hasMessage(
            home.resolve("none/ca.crt") + ": no such file; make an authority with pki init first");
  }

  @Test
  void userAndHostShakeHands() throws Exception {
    Pki.issue(folder, Role.HOST, "a", List.of(), 1);
    Pki.issue(folder, Role.USER, "alice", List.of(), 1);
    SSLEngine server = context("a").createSSLEngine();
    server.setUseClientMode(false);
    server.setNeedClientAuth(true);
    SSLEngine client = context("alice").createSSLEngine("a", 7010);
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3"});
    client.setSSLParameters(parameters);
    shakeHands(client, server);
    assertThat(Identity.of((X509Certificate) client.getSession().getPeerCertificates()[0]))
        .isEqualTo(new Identity(Role.HOST, "a"));
    assertThat(Identity.of((X509Certificate) server.getSession().getPeerCertificates()[0]))
        .isEqualTo(new Identity(Role.USER, "alice"));
  }

  private SSLContext context(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", key(name + ".key"), new char[0], new Certificate[] {certificate(name + ".crt")});
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", certificate("ca.crt"));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void shakeHands(SSLEngine client, SSLEngine server) throws IOException {
    ByteBuffer toServer = ByteBuffer.allocate(64 << 10);
    ByteBuffer toClient = ByteBuffer.allocate(64 << 10);
    client.beginHandshake();
    server.beginHandshake();
    for (int i = 0; i < 100 && !(isDone(client) && isDone(server)); i++) {
      step(client, toServer, toClient);
      step(server, toClient, toServer);
    }
    assertThat(isDone(client) && isDone(server)).isTrue();
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
        && !engine.getSession().getProtocol().equals("NONE");
  }

  private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws IOException {
    ByteBuffer nothing = ByteBuffer.allocate(64 << 10);
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
      }
      case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> {
        in.flip();
        if (in.hasRemaining()) {
          engine.unwrap(in, nothing);
        }
        in.compact();
      }
    }
  }
}
