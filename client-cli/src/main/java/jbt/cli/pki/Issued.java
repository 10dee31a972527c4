package jbt.cli.pki;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import jbt.transport.Identity;
import jbt.transport.Role;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate and its private key, EC P-256, signed with SHA-256. */
record Issued(X509Certificate certificate, PrivateKey key) {
  /** Makes a certificate that signs others and itself, and nothing else. */
  static Issued authority(Instant from, Instant to) throws PkiException {
    try {
      KeyPair pair = pair();
      X500Name name = name("jbt authority");
      var builder = builder(name, name, from, to, pair.getPublic());
      var identifiers = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              identifiers.createSubjectKeyIdentifier(pair.getPublic()));
      return sign(builder, pair.getPrivate(), pair.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new PkiException("can't make an authority: " + e.getMessage(), e);
    }
  }

  /**
   * Reads an authority from its files.
   *
   * @param file what messages call it
   */
  static Issued read(String certificatePem, String keyPem, String file) throws PkiException {
    try {
      Object certificate = new PEMParser(new StringReader(certificatePem)).readObject();
      Object key = new PEMParser(new StringReader(keyPem)).readObject();
      if (certificate instanceof X509CertificateHolder holder
          && key instanceof PrivateKeyInfo info) {
        return new Issued(
            new JcaX509CertificateConverter().getCertificate(holder),
            new JcaPEMKeyConverter().getPrivateKey(info));
      }
      throw new PkiException(file + " and its key: not a PEM certificate and a PKCS #8 key");
    } catch (GeneralSecurityException | IOException e) {
      throw new PkiException(file + ": " + e.getMessage(), e);
    }
  }

  /** Signs a new certificate with this authority. */
  Issued issue(Identity identity, List<String> dns, Instant from, Instant to) throws PkiException {
    try {
      KeyPair pair = pair();
      X500Name issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
      var builder = builder(issuer, name(identity.name()), from, to, pair.getPublic());
      var identifiers = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes(identity.role())))
          .addExtension(Extension.subjectAlternativeName, false, names(identity, dns))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              identifiers.createSubjectKeyIdentifier(pair.getPublic()))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              identifiers.createAuthorityKeyIdentifier(certificate.getPublicKey()));
      return sign(builder, key, pair.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new PkiException("can't make a certificate for " + identity + ": " + e.getMessage(), e);
    }
  }

  String certificatePem() throws PkiException {
    return pem(certificate);
  }

  /** In PKCS #8, which the JDK reads without help. */
  String keyPem() throws PkiException {
    try {
      return pem(new JcaPKCS8Generator(key, null).generate());
    } catch (IOException e) {
      throw new PkiException("can't write a key: " + e.getMessage(), e);
    }
  }

  private static String pem(Object object) throws PkiException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new PkiException("can't write a certificate: " + e.getMessage(), e);
    }
    return text.toString();
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, Instant from, Instant to, PublicKey key) {
    // 127 random bits: unique without a counter to keep, and positive in every encoding.
    BigInteger serial = new BigInteger(127, new SecureRandom()).setBit(126);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(from), Date.from(to), subject, key);
  }

  private static Issued sign(JcaX509v3CertificateBuilder builder, PrivateKey signer, PrivateKey own)
      throws OperatorCreationException, GeneralSecurityException, CertIOException {
    var certificate = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer));
    return new Issued(new JcaX509CertificateConverter().getCertificate(certificate), own);
  }

  /** A host only serves, a user only asks, a collector does both. */
  private static KeyPurposeId[] purposes(Role role) {
    List<KeyPurposeId> purposes = new ArrayList<>();
    if (role != Role.USER) {
      purposes.add(KeyPurposeId.id_kp_serverAuth);
    }
    if (role != Role.HOST) {
      purposes.add(KeyPurposeId.id_kp_clientAuth);
    }
    return purposes.toArray(new KeyPurposeId[0]);
  }

  private static GeneralNames names(Identity identity, List<String> dns) {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri()));
    Set<String> unique = new LinkedHashSet<>();
    if (identity.role() != Role.USER) {
      unique.add(identity.name());
      unique.addAll(dns);
    }
    unique.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
    return new GeneralNames(names.toArray(new GeneralName[0]));
  }
}
