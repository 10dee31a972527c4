package jbt.server.service;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import jbt.transport.Identity;
import jbt.transport.Role;
import jbt.transport.TlsFiles;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A throw-away authority and what it signs. */
final class TestAuthority {
  private static final Duration LIFE = Duration.ofHours(1);

  private final Path folder;
  private final String name;
  private final KeyPair keys = keys();
  private final Path file;
  private int serial = 1;

  TestAuthority(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = name;
    file = folder.resolve(name + ".pem");
    write(file, certificate(name, keys, true, List.of(), LIFE));
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  TlsFiles issue(Role role, String holder) throws Exception {
    return issue(role, holder, LIFE);
  }

  /** A negative life has ended. */
  TlsFiles issue(Role role, String holder, Duration life) throws Exception {
    KeyPair own = keys();
    List<GeneralName> names = new ArrayList<>();
    names.add(
        new GeneralName(GeneralName.uniformResourceIdentifier, new Identity(role, holder).uri()));
    if (role != Role.USER) {
      names.add(new GeneralName(GeneralName.dNSName, holder));
    }
    String stem = name + "-" + role.word() + "-" + holder;
    Path certificate = folder.resolve(stem + ".pem");
    Path key = folder.resolve(stem + ".key");
    write(certificate, certificate(holder, own, false, names, life));
    write(key, new JcaPKCS8Generator(own.getPrivate(), null));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    return new TlsFiles(file, certificate, key);
  }

  private X509Certificate certificate(
      String subject, KeyPair own, boolean authority, List<GeneralName> names, Duration life)
      throws Exception {
    Instant end = Instant.now().plus(life);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + name),
            BigInteger.valueOf(serial++),
            Date.from(end.minus(Duration.ofHours(2))),
            Date.from(end),
            new X500Name("CN=" + subject),
            own.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  private static void write(Path file, Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(object);
    }
    Files.writeString(file, text.toString());
  }
}
