package jbt.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import jbt.transport.Identity;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key that can't be used is named, and why. */
final class TlsFilesTest {
  @TempDir private Path folder;
  private TlsFiles files;

  @BeforeEach
  void issue() throws Exception {
    files = new Authority(folder, "ours").issue(new Identity(Role.USER, "alice"));
  }

  @Test
  void keyInAnotherForm() throws Exception {
    String pem = Files.readString(files.key());
    assertRefused(pem.replace("PRIVATE KEY", "EC PRIVATE KEY"), "no PEM key in PKCS #8");
  }

  @Test
  void keyOfAnotherKind() throws Exception {
    assertRefused(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a usable key for ");
  }

  @Test
  void keyOfAnotherCertificate() throws Exception {
    TlsFiles others = new Authority(folder, "ours").issue(new Identity(Role.USER, "bob"));
    assertRefused(Files.readString(others.key()), "it is not the key of " + files.certificate());
  }

  @ParameterizedTest
  @CsvSource({"RSA, 2048", "RSASSA-PSS, 2048", "EC, 384"})
  void keysOfEachKind(String algorithm, int bits) throws Exception {
    TlsFiles others = issue("bob", algorithm, bits);
    files = issue("carol", algorithm, bits);
    assertThat(Tls.client(files, Set.of(Role.HOST))).isNotNull();
    assertRefused(Files.readString(others.key()), "it is not the key of " + files.certificate());
  }

  private TlsFiles issue(String user, String algorithm, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return new Authority(folder, "ours")
        .issue(
            new Identity(Role.USER, user),
            Instant.now().plus(Duration.ofHours(1)),
            generator.generateKeyPair());
  }

  private void assertRefused(String key, String why) throws Exception {
    Files.writeString(files.key(), key);
    assertThatThrownBy(() -> Tls.client(files, Set.of(Role.HOST)))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining(files.key().toString())
        .hasMessageContaining(why);
  }
}
