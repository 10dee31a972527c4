package jbt.server.targets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.yaml.YamlException;
import jbt.yaml.YamlValue;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that a YAML file lists:
 *
 * <pre>{@code
 * hosts:
 *   - name: web[01-20]       # an agent each; the address is the name, the port 7010
 *   - name: db1
 *     address: 10.0.0.7
 *     port: 7011
 *   - name: collector-eu     # a collector, because hosts are behind it
 *     hosts: eu[001-100]
 * }</pre>
 */
public final class InventoryFile implements Inventory {
  private static final Set<String> TOP = Set.of("hosts");
  private static final Set<String> ENTRY = Set.of("name", "address", "port", "hosts");

  /** By host: the target that answers for it. */
  private final Map<String, Target> targets;

  private InventoryFile(Map<String, Target> targets) {
    this.targets = targets;
  }

  public static InventoryFile read(Path file) throws YamlException {
    YamlValue top = YamlValue.read(file);
    return of(top.require(top.map(TOP), "hosts"));
  }

  /** The inventory in a list of entries, wherever it stands. */
  public static InventoryFile of(YamlValue hosts) throws YamlException {
    Map<String, Target> targets = new LinkedHashMap<>();
    for (YamlValue entry : hosts.list()) {
      Map<String, YamlValue> values = entry.map(ENTRY);
      YamlValue name = entry.require(values, "name");
      List<String> names = names(name);
      @Nullable YamlValue address = values.get("address");
      if (address != null && names.size() > 1) {
        throw address.error("one address for " + names.size() + " hosts");
      }
      @Nullable YamlValue behind = values.get("hosts");
      if (behind != null && names.size() > 1) {
        throw behind.error("the same hosts behind " + names.size() + " collectors");
      }
      @Nullable YamlValue port = values.get("port");
      for (String one : names) {
        Target target =
            new Target(
                one,
                address == null ? one : address.text(),
                port != null ? port.port() : behind == null ? AGENT_PORT : COLLECTOR_PORT,
                behind == null ? List.of() : names(behind));
        for (String host : target.isCollector() ? target.behind() : List.of(one)) {
          if (targets.put(host, target) != null) {
            throw name.error("host " + host + " twice");
          }
        }
      }
    }
    if (targets.isEmpty()) {
      throw hosts.error("no host listed");
    }
    return new InventoryFile(targets);
  }

  /** The agent or collector of that name. */
  public Optional<Target> target(String name) {
    return targets.values().stream().filter(target -> target.name().equals(name)).findFirst();
  }

  private static List<String> names(YamlValue value) throws YamlException {
    try {
      return HostNames.expand(List.of(value.text()));
    } catch (TargetException e) {
      throw value.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public List<Selected> select(List<String> expressions) throws TargetException {
    Map<Target, List<String>> selected = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (String host : HostNames.expand(expressions)) {
      @Nullable Target target = targets.get(host);
      if (target == null) {
        unknown.add(host);
      } else {
        selected.computeIfAbsent(target, t -> new ArrayList<>()).add(host);
      }
    }
    if (!unknown.isEmpty()) {
      throw new TargetException("not in the inventory: " + FoldedNames.fold(unknown));
    }
    return selected.entrySet().stream().map(e -> new Selected(e.getKey(), e.getValue())).toList();
  }
}
