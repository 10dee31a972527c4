package jbt.server.service;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import jbt.server.targets.Inventory;
import jbt.server.targets.InventoryFile;
import jbt.transport.TlsFiles;
import jbt.yaml.YamlException;
import jbt.yaml.YamlValue;
import org.jspecify.annotations.Nullable;

/**
 * What a collector's file says:
 *
 * <pre>{@code
 * name: collector-eu             # as in its certificate
 * listen: 0.0.0.0:7020
 * tls:
 *   authority: ca.pem            # files are relative to this one
 *   certificate: collector-eu.pem
 *   key: collector-eu.key
 * allow:
 *   users: [alice]
 *   collectors: [top]
 * inventory: hosts.yaml          # or "hosts:" with the list itself
 * }</pre>
 */
public record Config(
    String name,
    InetSocketAddress listen,
    TlsFiles tls,
    Set<String> users,
    Set<String> collectors,
    Inventory inventory) {
  private static final Set<String> TOP =
      Set.of("name", "listen", "tls", "allow", "inventory", "hosts");

  public Config {
    users = Set.copyOf(users);
    collectors = Set.copyOf(collectors);
  }

  public static Config read(Path file) throws YamlException {
    YamlValue top = YamlValue.read(file);
    Map<String, YamlValue> values = top.map(TOP);
    YamlValue tls = top.require(values, "tls");
    YamlValue allow = top.require(values, "allow");
    Map<String, YamlValue> allowed = allow.map(Set.of("users", "collectors"));
    Set<String> users = names(allowed.get("users"));
    Set<String> collectors = names(allowed.get("collectors"));
    if (users.isEmpty() && collectors.isEmpty()) {
      throw allow.error("nobody is allowed to ask");
    }
    return new Config(
        top.require(values, "name").text(),
        address(top.require(values, "listen")),
        tls(tls),
        users,
        collectors,
        inventory(top, values));
  }

  private static Inventory inventory(YamlValue top, Map<String, YamlValue> values)
      throws YamlException {
    @Nullable YamlValue hosts = values.get("hosts");
    @Nullable YamlValue file = values.get("inventory");
    if (hosts != null && file != null) {
      throw file.error("hosts are listed here already");
    } else if (hosts != null) {
      return InventoryFile.of(hosts);
    } else if (file != null) {
      return InventoryFile.read(file.path());
    }
    throw top.error("key \"inventory\" or \"hosts\" is missing");
  }

  private static TlsFiles tls(YamlValue tls) throws YamlException {
    Map<String, YamlValue> files = tls.map(Set.of("authority", "certificate", "key"));
    return new TlsFiles(
        tls.require(files, "authority").path(),
        tls.require(files, "certificate").path(),
        tls.require(files, "key").path());
  }

  private static Set<String> names(@Nullable YamlValue list) throws YamlException {
    Set<String> names = new HashSet<>();
    if (list != null) {
      for (YamlValue name : list.list()) {
        names.add(name.text());
      }
    }
    return names;
  }

  private static InetSocketAddress address(YamlValue value) throws YamlException {
    String text = value.text();
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = colon < 0 ? Inventory.COLLECTOR_PORT : Integer.parseInt(text.substring(colon + 1));
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (!host.isEmpty() && !address.isUnresolved()) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw value.error("expected ADDRESS:PORT, not \"" + text + "\"");
    }
    throw value.error("expected ADDRESS:PORT, not \"" + text + "\"");
  }
}
