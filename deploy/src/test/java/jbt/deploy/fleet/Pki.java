package jbt.deploy.fleet;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import jbt.cli.pki.PkiException;
import jbt.transport.Role;

/** A throw-away authority and what it issued, in one folder. */
public final class Pki {
  private static final int DAYS = 2;

  private final Path folder;

  private Pki(Path folder) {
    this.folder = folder;
  }

  public static Pki create(Path folder) {
    try {
      jbt.cli.pki.Pki.init(folder, DAYS);
    } catch (PkiException e) {
      throw new AssertionError(e);
    }
    return new Pki(folder);
  }

  /**
   * Issues a certificate.
   *
   * @param role host, user or collector
   */
  public void issue(String role, String name) {
    try {
      jbt.cli.pki.Pki.issue(
          folder, Role.valueOf(role.toUpperCase(Locale.ROOT)), name, List.of(), DAYS);
    } catch (PkiException e) {
      throw new AssertionError(e);
    }
  }

  public Path authority() {
    return folder.resolve("ca.crt");
  }

  public Path certificate(String name) {
    return folder.resolve(name + ".crt");
  }

  public Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** The arguments with which jbt-remote is that user. */
  public List<String> identity(String user) {
    return List.of(
        "--ca",
        authority().toString(),
        "--cert",
        certificate(user).toString(),
        "--key",
        key(user).toString());
  }
}
