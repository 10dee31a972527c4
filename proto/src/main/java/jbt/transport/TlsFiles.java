package jbt.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PEM files of one identity: the authority that signs everybody, the certificate (with its
 * chain), and its private key in PKCS #8.
 */
public record TlsFiles(Path authority, Path certificate, Path key) {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
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

  /** The certificate, followed by those between it and the authority. */
  X509Certificate[] chain() throws TlsException {
    return certificates(certificate).toArray(X509Certificate[]::new);
  }

  /** The private key; refused when somebody else may read or replace it. */
  PrivateKey privateKey() throws TlsException {
    String content = new String(read(key), StandardCharsets.ISO_8859_1);
    try {
      Set<PosixFilePermission> permissions = EnumSet.copyOf(NOT_OURS);
      permissions.retainAll(Files.getPosixFilePermissions(key));
      if (!permissions.isEmpty()) {
        throw new TlsException(key + ": the key is open to other users; chmod 600 it");
      }
    } catch (IOException e) {
      throw new TlsException(key + ": can't read its permissions", e);
    }
    Matcher pem = PKCS8.matcher(content);
    if (!pem.find()) {
      throw new TlsException(key + ": no PEM key in PKCS #8 (BEGIN PRIVATE KEY) in it");
    }
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
      PublicKey open = chain()[0].getPublicKey();
      PrivateKey secret =
          KeyFactory.getInstance(open.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (!belongTogether(secret, open)) {
        throw new TlsException(key + ": it is not the key of " + certificate);
      }
      return secret;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new TlsException(key + ": not a usable key for " + certificate, e);
    }
  }

  private static boolean belongTogether(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    if (secret instanceof RSAKey ours && open instanceof RSAKey theirs) {
      return ours.getModulus().equals(theirs.getModulus());
    }
    String algorithm = open.getAlgorithm().equals("EC") ? "SHA256withECDSA" : open.getAlgorithm();
    byte[] text = {1};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(secret);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(text);
    return signature.verify(signed);
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
