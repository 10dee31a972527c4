package jbt.daemon.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.daemon.Policy;
import jbt.transport.Places;
import jbt.transport.TlsFiles;
import jbt.yaml.YamlException;
import jbt.yaml.YamlValue;
import org.jspecify.annotations.Nullable;

/**
 * What the administrator of a host has decided.
 *
 * @param name what scripts see as {@code host}
 * @param listen where it serves TCP, always with mutual TLS
 * @param users who may trace, by the name in their certificate
 * @param collectors which collectors may trace, likewise
 * @param socket path of the Unix socket for root
 * @param labels what the host tells about itself
 */
public record AgentConfig(
    String name,
    Optional<Listen> listen,
    Set<String> users,
    Set<String> collectors,
    Optional<Path> socket,
    Policy policy,
    Map<String, String> labels) {
  private static final Set<String> KEYS =
      Set.of("name", "listen", "tls", "allow", "socket", "limits", "unsafe", "labels");
  private static final Set<String> TLS_KEYS = Set.of("authority", "certificate", "key");
  private static final Set<String> ALLOW_KEYS = Set.of("users", "collectors");
  private static final Set<String> LIMIT_KEYS =
      Set.of("duration", "probes", "map-memory", "sessions");

  /** An address, and the identity that is shown there. */
  public record Listen(InetSocketAddress address, TlsFiles tls) {
    /** As it is written in the configuration. */
    public String where() {
      return Places.of(address);
    }
  }

  /**
   * Reads a configuration file.
   *
   * @throws YamlException names file, line and column of the first mistake
   */
  public static AgentConfig read(Path file) throws YamlException {
    YamlValue root = YamlValue.read(file);
    Map<String, YamlValue> entries = root.map(KEYS);
    @Nullable YamlValue name = entries.get("name");
    @Nullable YamlValue socket = entries.get("socket");
    @Nullable YamlValue labels = entries.get("labels");
    @Nullable YamlValue allow = entries.get("allow");
    Map<String, YamlValue> allowed = allow == null ? Map.of() : allow.map(ALLOW_KEYS);
    AgentConfig config =
        new AgentConfig(
            name == null ? kernelHostName() : name.text(),
            listen(entries),
            names(allowed, "users"),
            names(allowed, "collectors"),
            socket == null ? Optional.empty() : Optional.of(socket.path()),
            policy(entries),
            labels == null ? Map.of() : labels.texts());
    if (config.listen.isEmpty() && config.socket.isEmpty()) {
      throw root.error("neither \"listen\" nor \"socket\": nobody could reach the agent");
    }
    return config;
  }

  private static String kernelHostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }

  private static Optional<Listen> listen(Map<String, YamlValue> entries) throws YamlException {
    @Nullable YamlValue listen = entries.get("listen");
    @Nullable YamlValue tls = entries.get("tls");
    if (listen == null) {
      if (tls != null) {
        throw tls.error("\"tls\" without \"listen\"");
      }
      return Optional.empty();
    } else if (tls == null) {
      throw listen.error("\"listen\" without \"tls\": TCP is served with mutual TLS only");
    }
    Map<String, YamlValue> files = tls.map(TLS_KEYS);
    return Optional.of(
        new Listen(
            address(listen),
            new TlsFiles(
                tls.require(files, "authority").path(),
                tls.require(files, "certificate").path(),
                tls.require(files, "key").path())));
  }

  /** {@code ADDRESS:PORT}, an IPv6 address in brackets. */
  private static InetSocketAddress address(YamlValue value) throws YamlException {
    String text = value.text();
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw value.error("expected ADDRESS:PORT, not \"" + text + "\"");
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (port < 1 || port > 0xffff) {
      throw value.error("expected a port, 1 to 65535, not \"" + port + "\"");
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw value.error("no such address: \"" + host + "\"");
    }
    return address;
  }

  private static Set<String> names(Map<String, YamlValue> entries, String key)
      throws YamlException {
    Set<String> names = new HashSet<>();
    @Nullable YamlValue list = entries.get(key);
    if (list != null) {
      for (YamlValue name : list.list()) {
        names.add(name.text());
      }
    }
    return names;
  }

  private static Policy policy(Map<String, YamlValue> entries) throws YamlException {
    Policy usual = Policy.DEFAULT;
    @Nullable YamlValue section = entries.get("limits");
    @Nullable YamlValue unsafe = entries.get("unsafe");
    Map<String, YamlValue> limits = section == null ? Map.of() : section.map(LIMIT_KEYS);
    @Nullable YamlValue duration = limits.get("duration");
    @Nullable YamlValue memory = limits.get("map-memory");
    return new Policy(
        duration == null ? usual.durationNs() : Quantity.duration(duration),
        (int) number(limits, "probes", usual.probes()),
        memory == null ? usual.mapBytes() : Quantity.bytes(memory),
        (int) number(limits, "sessions", usual.sessions()),
        unsafe != null && unsafe.flag(),
        false);
  }

  private static long number(Map<String, YamlValue> limits, String key, long usual)
      throws YamlException {
    @Nullable YamlValue value = limits.get(key);
    return value == null ? usual : value.number(1, 1_000_000);
  }
}
