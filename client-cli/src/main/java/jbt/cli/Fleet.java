package jbt.cli;

import io.grpc.Status;
import io.netty.channel.EventLoopGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jbt.server.Collector;
import jbt.server.channels.Channels;
import jbt.server.channels.EventLoops;
import jbt.server.channels.Problem;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.server.targets.InventoryFile;
import jbt.server.targets.Target;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import jbt.v1.TracerGrpc;
import jbt.yaml.YamlException;

/** Other hosts, over the network: a collector in this process, or one that is named. */
final class Fleet implements Way {
  /** What it warns of at its start is nothing that a person who traces could mend. */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private final EventLoopGroup loops;
  private final Channels channels;
  private final TracerGrpc.AsyncService service;
  private final Runnable stop;

  private Fleet(
      EventLoopGroup loops, Channels channels, TracerGrpc.AsyncService service, Runnable stop) {
    this.loops = loops;
    this.channels = channels;
    this.service = service;
    this.stop = stop;
  }

  /**
   * Makes ready to dial; whether anybody answers shows in the session.
   *
   * @param hosts the ones that {@code where} names
   */
  static Way open(Command.Where where, List<String> hosts, Path home)
      throws WayException, UsageException {
    Optional<InventoryFile> file = inventory(where, home);
    NETTY.setLevel(Level.OFF);
    EventLoopGroup loops = EventLoops.start(1);
    try {
      TlsFiles identity = new TlsFiles(where.authority(), where.certificate(), where.key());
      Channels channels = new Channels(identity, loops);
      if (where.collector().isPresent()) {
        Target target = collector(where.collector().get(), file, hosts);
        return new Fleet(
            loops, channels, new Paced(channels.dial(target), t -> told(t, target)), () -> {});
      }
      Inventory inventory = file.isPresent() ? file.get() : Inventory.dns(Inventory.AGENT_PORT);
      Collector collector = new Collector(inventory, channels, Settings.defaults());
      return new Fleet(loops, channels, collector, collector::close);
    } catch (TlsException e) {
      EventLoops.stop(loops);
      throw new WayException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Throwable told(Throwable failure, Target target) {
    return Status.fromThrowable(failure)
        .withDescription(target.name() + ": " + Problem.of(failure, target).text())
        .asRuntimeException();
  }

  @Override
  public TracerGrpc.AsyncService service() {
    return service;
  }

  @Override
  public void close() {
    stop.run();
    channels.close();
    EventLoops.stop(loops);
  }

  private static Optional<InventoryFile> inventory(Command.Where where, Path home)
      throws WayException {
    Optional<Path> path =
        where
            .inventory()
            .or(
                () ->
                    Stream.of(
                            home.resolve(".config/jbt/inventory.yaml"),
                            Path.of("/etc/jbt/inventory.yaml"))
                        .filter(Files::exists)
                        .findFirst());
    try {
      return path.isPresent() ? Optional.of(InventoryFile.read(path.get())) : Optional.empty();
    } catch (YamlException e) {
      throw new WayException(String.valueOf(e.getMessage()), e);
    }
  }

  /** NAME or NAME:PORT; the inventory may know where it is. */
  private static Target collector(
      String named, Optional<InventoryFile> inventory, List<String> hosts) throws UsageException {
    int colon = named.lastIndexOf(':');
    String name = colon < 0 ? named : named.substring(0, colon);
    Optional<Target> listed = inventory.flatMap(file -> file.target(name));
    int port = listed.map(Target::port).orElse(Inventory.COLLECTOR_PORT);
    if (colon >= 0) {
      String digits = named.substring(colon + 1);
      if (!digits.matches("[1-9]\\d{0,4}") || Integer.parseInt(digits) > 65535) {
        throw new UsageException("not a port: " + named);
      }
      port = Integer.parseInt(digits);
    }
    return new Target(name, listed.map(Target::address).orElse(name), port, hosts);
  }
}
