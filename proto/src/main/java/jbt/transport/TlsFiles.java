package jbt.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The PEM files of one identity: the authority that signs everybody, the certificate (with its
 * chain), and its private key in PKCS #8.
 */
public record TlsFiles(Path authority, Path certificate, Path key) {
  private static final Set<PosixFilePermission> NOT_OURS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /** Who these files speak for. */
  public Identity identity() throws TlsException {
    try {
      return Identity.of(certificates(certificate).getFirst());
    } catch (CertificateException e) {
      throw new TlsException(certificate + ": " + e.getMessage(), e);
    }
  }

  List<X509Certificate> authorities() throws TlsException {
    return certificates(authority);
  }

  InputStream chain() throws TlsException {
    return new ByteArrayInputStream(read(certificate));
  }

  /** The private key; refused when somebody else may read or replace it. */
  InputStream privateKey() throws TlsException {
    byte[] content = read(key);
    try {
      Set<PosixFilePermission> permissions = EnumSet.copyOf(NOT_OURS);
      permissions.retainAll(Files.getPosixFilePermissions(key));
      if (!permissions.isEmpty()) {
        throw new TlsException(key + ": the key is open to other users; chmod 600 it");
      }
    } catch (IOException e) {
      throw new TlsException(key + ": can't read its permissions", e);
    }
    return new ByteArrayInputStream(content);
  }

  private static List<X509Certificate> certificates(Path file) throws TlsException {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new TlsException(file + ": no certificate in it");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new TlsException(file + ": not a PEM certificate", e);
    }
  }

  private static byte[] read(Path file) throws TlsException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + ": no such file", e);
    } catch (IOException e) {
      throw new TlsException(file + ": can't be read: " + e.getMessage(), e);
    }
  }
}
