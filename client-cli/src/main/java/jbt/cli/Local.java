package jbt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jbt.daemon.Policy;
import jbt.daemon.TracerService;
import jbt.v1.TracerGrpc;

/** An agent in this process. Nothing here may load a class of Netty or TLS. */
final class Local implements Way {
  /** Whoever is root here may trace for as long as he likes. */
  private static final Policy POLICY =
      new Policy(
          TimeUnit.DAYS.toNanos(3650),
          Policy.DEFAULT.probes(),
          Policy.DEFAULT.mapBytes(),
          1,
          true,
          true);

  private final TracerService agent;

  private Local(TracerService agent) {
    this.agent = agent;
  }

  static Way open() throws WayException {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
      return new Local(TracerService.here(name, POLICY));
    } catch (IOException e) {
      throw new WayException("this host's name can't be read: " + e.getMessage(), e);
    }
  }

  @Override
  public TracerGrpc.AsyncService service() {
    return agent;
  }

  @Override
  public void close() {
    agent.close();
  }
}
