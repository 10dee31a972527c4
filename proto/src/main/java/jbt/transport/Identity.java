package jbt.transport;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who a certificate speaks for. It is written as one subject alternative name of type URI, {@code
 * jbt:ROLE:NAME}; hosts and collectors carry their name as a DNS name too, which is what a dialler
 * verifies.
 */
public record Identity(Role role, String name) {
  private static final String SCHEME = "jbt:";

  /** The general name type of a URI in a certificate (RFC 5280, 4.2.1.6). */
  private static final int URI_NAME = 6;

  /** The subject alternative name that carries this identity. */
  public String uri() {
    return SCHEME + role.word() + ":" + name;
  }

  /** As messages show it: {@code user alice}. */
  @Override
  public String toString() {
    return role.word() + " " + name;
  }

  /**
   * The identity in a certificate.
   *
   * @throws CertificateException when there is none, more than one, or an unknown role
   */
  public static Identity of(X509Certificate certificate) throws CertificateException {
    List<String> found = uris(certificate).stream().filter(u -> u.startsWith(SCHEME)).toList();
    if (found.size() != 1) {
      throw new CertificateException(
          found.isEmpty()
              ? "the certificate names no jbt role"
              : "the certificate names two roles");
    }
    String[] parts = found.getFirst().split(":", 3);
    for (Role role : Role.values()) {
      if (parts.length == 3 && role.word().equals(parts[1]) && !parts[2].isEmpty()) {
        return new Identity(role, parts[2]);
      }
    }
    throw new CertificateException("the certificate names an unknown role: " + found.getFirst());
  }

  private static List<String> uris(X509Certificate certificate) throws CertificateParsingException {
    var names = certificate.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(n -> n.getFirst() instanceof Integer type && type == URI_NAME)
            .map(n -> String.valueOf(n.get(1)))
            .toList();
  }
}
