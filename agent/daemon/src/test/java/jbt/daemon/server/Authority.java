package jbt.daemon.server;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import jbt.transport.Identity;
import jbt.transport.TlsFiles;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates of every kind, also those that nobody should accept. */
final class Authority {
  private final Path folder;
  private final KeyPair pair = pair();
  private final X500Name name;
  private final Path file;

  Authority(Path folder, String name) throws Exception {
    this.folder = folder;
    this.name = new X500Name("CN=" + name);
    this.file = folder.resolve(name + ".pem");
    var builder = builder(this.name, pair, Instant.now().plus(Duration.ofDays(1)));
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    write(file, sign(builder));
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair of, Instant until) {
    return new JcaX509v3CertificateBuilder(
        name,
        new BigInteger(64, new Random()),
        Date.from(Instant.now().minus(Duration.ofDays(2))),
        Date.from(until),
        subject,
        of.getPublic());
  }

  private X509CertificateHolder sign(JcaX509v3CertificateBuilder builder) throws Exception {
    return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
  }

  TlsFiles issue(Identity identity) throws Exception {
    return issue(identity, Instant.now().plus(Duration.ofHours(1)));
  }

  /** A certificate that is valid until then; it is trusted together with this authority. */
  TlsFiles issue(Identity identity, Instant until) throws Exception {
    return issue(identity, until, pair());
  }

  TlsFiles issue(Identity identity, Instant until, KeyPair own) throws Exception {
    var builder = builder(new X500Name("CN=" + identity.name()), own, until);
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri()));
    names.add(new GeneralName(GeneralName.dNSName, identity.name()));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(names.toArray(GeneralName[]::new)));
    String base = name.toString().substring(3) + "-" + identity.role().word() + identity.name();
    Path certificate = folder.resolve(base + ".pem");
    Path key = folder.resolve(base + ".key");
    write(certificate, sign(builder));
    write(key, new JcaPKCS8Generator(own.getPrivate(), null).generate());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    return new TlsFiles(file, certificate, key);
  }

  private static void write(Path file, Object pem) throws IOException {
    try (Writer to = Files.newBufferedWriter(file);
        JcaPEMWriter writer = new JcaPEMWriter(to)) {
      writer.writeObject(pem);
    }
  }
}
