package jbt.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The one key we have, whomever we talk to. A key store would encrypt it with a password of its own
 * and decrypt it again at each start.
 */
final class OwnKey extends X509ExtendedKeyManager {
  private static final String NAME = "own";

  private final PrivateKey key;
  private final X509Certificate[] chain;

  OwnKey(PrivateKey key, X509Certificate[] chain) {
    this.key = key;
    this.chain = chain;
  }

  private @Nullable String nameFor(@Nullable String keyType) {
    return key.getAlgorithm().equals(keyType) ? NAME : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return List.of(keyTypes).contains(key.getAlgorithm()) ? NAME : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return nameFor(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineClientAlias(keyTypes, issuers, null);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return nameFor(keyType);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {NAME};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {NAME};
  }

  @Override
  public X509Certificate[] getCertificateChain(String name) {
    return chain.clone();
  }

  @Override
  public PrivateKey getPrivateKey(String name) {
    return key;
  }
}
