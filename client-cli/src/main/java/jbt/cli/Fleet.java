package jbt.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.channel.EventLoopGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jbt.server.Collector;
import jbt.server.channels.Channels;
import jbt.server.channels.EventLoops;
import jbt.server.channels.Problem;
import jbt.server.session.Settings;
import jbt.server.targets.HostNames;
import jbt.server.targets.Inventory;
import jbt.server.targets.InventoryFile;
import jbt.server.targets.Target;
import jbt.server.targets.TargetException;
import jbt.transport.Role;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import jbt.v1.TracerGrpc;
import jbt.yaml.YamlException;

/** Other hosts, over the network: a collector in this process, or one that is named. */
final class Fleet implements Way {
  /** What it warns of at its start is nothing that a person who traces could mend. */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  /** NAME or NAME:PORT; an address of IPv6 stands in brackets if a port follows. */
  private static final Pattern COLLECTOR =
      Pattern.compile("\\[([^\\]]*)](?::(.*))?|([^:]*)(?::([^:]*))?|(.*)", Pattern.DOTALL);

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
      throws WayException, UsageException, TargetException {
    Optional<InventoryFile> file = inventory(where, home);
    NETTY.setLevel(Level.OFF);
    EventLoopGroup loops = EventLoops.start(1);
    try {
      TlsFiles identity = new TlsFiles(where.authority(), where.certificate(), where.key());
      if (identity.identity().role() == Role.HOST) {
        throw new WayException(
            where.certificate()
                + ": it is the certificate of "
                + identity.identity()
                + ", not of a user");
      }
      Channels channels = new Channels(identity, loops);
      if (where.collector().isPresent()) {
        Target target = collector(where.collector().get(), file, hosts);
        try {
          return new Fleet(
              loops, channels, new Paced(channels.dial(target), t -> told(t, target)), () -> {});
        } catch (StatusRuntimeException e) {
          throw new WayException(target.name() + ": " + Problem.of(e, target).text(), e);
        }
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

  /** The inventory may know where it is. */
  private static Target collector(
      String named, Optional<InventoryFile> inventory, List<String> hosts)
      throws UsageException, TargetException {
    Matcher parts = COLLECTOR.matcher(named);
    parts.matches();
    String alone = firstOf(parts, 1, 3, 5);
    if (alone.isBlank()) {
      throw new UsageException("--collector names no collector");
    }
    List<String> names = HostNames.expand(List.of(alone));
    if (names.size() > 1) {
      throw new UsageException("one collector at most: " + named);
    }
    String name = names.getFirst();
    Optional<Target> listed = inventory.flatMap(file -> file.target(name));
    int port = listed.map(Target::port).orElse(Inventory.COLLECTOR_PORT);
    if (parts.group(2) != null || parts.group(4) != null) {
      String digits = firstOf(parts, 2, 4);
      if (!digits.matches("[1-9]\\d{0,4}") || Integer.parseInt(digits) > 65535) {
        throw new UsageException("not a port: " + named);
      }
      port = Integer.parseInt(digits);
    }
    return new Target(name, listed.map(Target::address).orElse(name), port, hosts);
  }

  private static String firstOf(Matcher parts, int... groups) {
    for (int group : groups) {
      if (parts.group(group) != null) {
        return parts.group(group);
      }
    }
    return "";
  }
}
