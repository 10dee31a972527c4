package jbt.deploy.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A throw-away authority and what it issued, in one folder. */
public final class Pki {
  private final Path folder;

  private Pki(Path folder) {
    this.folder = folder;
  }

  public static Pki create(Path folder) throws IOException, InterruptedException {
    Pki pki = new Pki(folder);
    pki.remote("init");
    return pki;
  }

  /**
   * Issues a certificate.
   *
   * @param role host, user or collector
   */
  public void issue(String role, String name) throws IOException, InterruptedException {
    remote("issue", role, name);
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

  private void remote(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("pki"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--dir", folder.toString()));
    Running.run(Java.command("jbt.cli.Main", all));
  }
}
