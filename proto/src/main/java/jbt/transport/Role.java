package jbt.transport;

import java.util.Locale;

/** What a certificate allows its holder to be. */
public enum Role {
  /** An agent: it serves, and no server accepts it as a client. */
  HOST,
  /** A person or a script: it only asks. */
  USER,
  /** It serves users and asks hosts and other collectors. */
  COLLECTOR;

  /** As written in a certificate and in messages: {@code host}, {@code user}, {@code collector}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
