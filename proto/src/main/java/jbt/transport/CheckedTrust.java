package jbt.transport;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Path and name checks of the JDK, then the role; failures in words a person can act on. */
final class CheckedTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager paths;
  private final Set<Role> roles;
  private final Consumer<String> refused;

  CheckedTrust(X509ExtendedTrustManager paths, Set<Role> roles, Consumer<String> refused) {
    this.paths = paths;
    this.roles = roles;
    this.refused = refused;
  }

  @FunctionalInterface
  private interface Check {
    void run() throws CertificateException;
  }

  private void checked(X509Certificate[] chain, @Nullable String dialled, Check check)
      throws CertificateException {
    try {
      check.run();
      Identity identity = Identity.of(chain[0]);
      if (!roles.contains(identity.role())) {
        String wanted = roles.stream().map(Role::word).sorted().collect(Collectors.joining(" or "));
        throw new CertificateException(
            "it is the certificate of " + identity + ", not of a " + wanted);
      }
    } catch (CertificateException e) {
      CertificateException plain = new CertificateException(reason(e, chain, dialled), e);
      refused.accept(holder(chain) + ": " + plain.getMessage());
      throw plain;
    }
  }

  private static String reason(
      CertificateException failure, X509Certificate[] chain, @Nullable String dialled) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CertificateExpiredException) {
        return "the certificate of " + holder(chain) + " has expired";
      } else if (t instanceof CertificateNotYetValidException) {
        return "the certificate of " + holder(chain) + " is not valid yet";
      }
    }
    String text = String.valueOf(failure.getMessage());
    if (text.startsWith("PKIX path building failed") || text.contains("does not chain")) {
      return "the certificate of " + holder(chain) + " is not signed by our authority";
    } else if (dialled != null && text.startsWith("No ")) {
      return "the certificate is that of " + holder(chain) + ", not of " + dialled;
    }
    return text;
  }

  private static String holder(X509Certificate[] chain) {
    try {
      return Identity.of(chain[0]).toString();
    } catch (CertificateException e) {
      return chain[0].getSubjectX500Principal().getName();
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checked(chain, null, () -> paths.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checked(chain, engine.getPeerHost(), () -> paths.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checked(chain, null, () -> paths.checkClientTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checked(chain, null, () -> paths.checkServerTrusted(chain, type, socket));
  }

  // Without an engine the peer's name is not checked, so these two forms never pass.
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("no TLS engine to check the certificate for");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("no TLS engine to check the certificate for");
  }

  /**
   * None are announced: a client with a certificate of another authority then shows it, and is
   * refused with words, where it would show nothing otherwise.
   */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
