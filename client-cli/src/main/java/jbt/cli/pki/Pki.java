package jbt.cli.pki;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import jbt.transport.Identity;
import jbt.transport.Role;

/**
 * The commands {@code pki init} and {@code pki issue}: an authority in a folder, and certificates
 * that it signs.
 */
public final class Pki {
  /** How long an authority lasts unless something else is said. */
  public static final int AUTHORITY_DAYS = 3650;

  /** How long a certificate lasts unless something else is said. */
  public static final int DAYS = 365;

  /** Clocks of hosts differ: a certificate is valid from a little before it was made. */
  private static final Duration EARLY = Duration.ofMinutes(10);

  private Pki() {}

  /**
   * Makes the authority: {@code ca.crt} and {@code ca.key}.
   *
   * @return what was done, a line each
   * @throws PkiException if one is there already, or the folder can't be written
   */
  public static List<String> init(Path folder, int days) throws PkiException {
    Files files = new Files(folder);
    files.makeFolder();
    files.refuseExisting("ca.crt", "ca.key");
    Instant now = Instant.now();
    Issued authority = Issued.authority(now.minus(EARLY), now.plus(Duration.ofDays(days)));
    files.write("ca.key", authority.keyPem(), true);
    files.write("ca.crt", authority.certificatePem(), false);
    return List.of(
        "made "
            + files.at("ca.crt")
            + ", valid for "
            + days
            + " days: give it to every host and user",
        "made " + files.at("ca.key") + ": whoever has it can make certificates; keep it here");
  }

  /**
   * Makes a key and a certificate, {@code NAME.key} and {@code NAME.crt}, signed by the authority
   * in the same folder.
   *
   * @param dns further DNS names, of hosts and collectors
   * @return what was done, a line each
   * @throws PkiException if files are missing, unreadable or in the way
   */
  public static List<String> issue(Path folder, Role role, String name, List<String> dns, int days)
      throws PkiException {
    Files files = new Files(folder);
    Issued authority =
        Issued.read(files.read("ca.crt"), files.read("ca.key"), files.at("ca.crt").toString());
    String key = name + ".key";
    String certificate = name + ".crt";
    files.refuseExisting(key, certificate);
    Instant now = Instant.now();
    Instant end = now.plus(Duration.ofDays(days));
    Issued issued = authority.issue(new Identity(role, name), dns, now.minus(EARLY), end);
    files.write(key, issued.keyPem(), true);
    files.write(certificate, issued.certificatePem(), false);
    String what = role.word() + " " + name + ", valid until " + end.toString().substring(0, 10);
    return List.of(
        "made " + files.at(certificate) + ": " + what, "made " + files.at(key) + ": its key");
  }
}
