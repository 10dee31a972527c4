package jbt.cli.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jbt.cli.render.MapPrint;
import jbt.cli.render.Summary;
import jbt.cli.render.Table;
import jbt.server.targets.FoldedNames;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Schema;
import jbt.v1.ValueKind;
import org.jspecify.annotations.Nullable;

/** What a session has told so far: hosts, schema, the newest partials. */
final class Answer {
  /** Who sent a partial of which map. */
  private record Sender(int map, String host, long epoch) {}

  private final Map<String, HostReport> hosts = new TreeMap<>();
  private final Map<Sender, MapPartial> partials = new HashMap<>();
  private final Map<String, Long> joined = new TreeMap<>();
  private Schema schema = Schema.getDefaultInstance();

  /** Keeps a report; false if a newer one of that host is known. */
  boolean add(HostReport report) {
    @Nullable HostReport known = hosts.get(report.getHost());
    if (known != null
        && known.getEpoch() == report.getEpoch()
        && known.getSequence() > report.getSequence()) {
      return false;
    }
    hosts.put(report.getHost(), report);
    return true;
  }

  void add(Schema newer) {
    schema = newer;
  }

  void add(MapPartial partial) {
    partials.merge(
        new Sender(partial.getMap(), partial.getHost(), partial.getEpoch()),
        partial,
        (known, next) -> isOlder(next, known) ? known : next);
  }

  /** The hosts; another name of a host is no host of its own. */
  Collection<HostReport> hosts() {
    return hosts.values().stream().filter(host -> host.getSameAs().isEmpty()).toList();
  }

  /** How many names turned out to be other names of hosts. */
  int otherNames() {
    return hosts.size() - hosts().size();
  }

  Schema schema() {
    return schema;
  }

  Summary summary() {
    return new Summary(List.copyOf(hosts()), joined);
  }

  /**
   * What a round prints; null if it has nothing of its own to show.
   *
   * @throws jbt.server.merge.MalformedException when it does not fit the schema
   */
  @Nullable MapPrint print(Round round, int expected) {
    PrintSite site = schema.getPrints(round.getSite());
    MapSchema map = schema.getMaps(site.getMap());
    if (round.getJoined()) {
      joined.merge(map.getName(), 1L, Long::sum);
    }
    boolean empty = round.getRows().getCount() == 0 && round.getUnsetCount() == 0;
    if (empty && (round.getJoined() || round.getPart() > 0)) {
      return null;
    }
    // A value without host would be taken for that of all where hosts are apart.
    boolean placed = !round.getHost().isEmpty() || !isApart(site.getMap());
    boolean zero = empty && map.getKeyCount() == 0 && placed;
    Table table =
        zero ? Table.zero(map) : Table.of(map, round.getRows()).withUnset(round.getUnsetList());
    boolean interval = site.getPeriodNs() > 0;
    return new MapPrint(
        table,
        round.getHost(),
        site.getTop(),
        site.getDiv(),
        round.getHosts(),
        round.getHost().isEmpty() ? expected : round.getHosts(),
        Set.of(),
        isApart(site.getMap()),
        interval ? new MapPrint.Place(round.getSlot(), round.getPart() > 0) : null);
  }

  /**
   * The final maps, by name, and those of one name by the first host that they are of: their places
   * in the schema are in the order in which hosts have answered.
   *
   * @throws jbt.server.merge.MalformedException when one does not fit the schema
   */
  List<MapPrint> finals(int expected) {
    // What a lost host sent last is in the sum, but it may have counted more.
    Set<String> unfinished = new TreeSet<>();
    // So would a late one have.
    Set<String> late = summary().late().keySet();
    int whole = 0;
    for (HostReport host : hosts()) {
      if (host.getState() != HostState.HOST_FINAL) {
        unfinished.add(host.getHost());
      } else if (!late.contains(host.getHost())) {
        whole++;
      }
    }
    List<MapPrint> prints = new ArrayList<>();
    for (MapPartial partial : partials.values()) {
      Table table = Table.of(schema.getMaps(partial.getMap()), partial.getRows());
      boolean hidden = schema.getMaps(partial.getMap()).getHidden();
      if (!table.rows().isEmpty() && !hidden) {
        int answered = Math.min(whole, partial.getHosts());
        prints.add(
            new MapPrint(
                table,
                partial.getHost(),
                0,
                0,
                answered,
                expected,
                unfinished,
                isApart(partial.getMap()),
                null));
      }
    }
    prints.sort(
        Comparator.comparing((MapPrint print) -> print.table().schema().getName())
            .thenComparing(MapPrint::host)
            .thenComparing(print -> print.table().firstHost()));
    return prints;
  }

  /** Maps that each host keeps for itself and does not send. */
  List<String> workingState() {
    return schema.getMapsList().stream()
        .filter(map -> map.getKind() == ValueKind.VALUE_PLAIN && !map.getPrinted())
        .map(MapSchema::getName)
        .distinct()
        .toList();
  }

  /** A line for each map that is sent and not of the same type on all hosts. */
  List<String> typesApart() {
    Map<String, Map<Integer, Set<String>>> types = new TreeMap<>();
    for (HostReport host : hosts()) {
      for (int place : host.getMapsList()) {
        // A report may be of a schema that has not come yet.
        if (place >= schema.getMapsCount()) {
          continue;
        }
        MapSchema map = schema.getMaps(place);
        if (map.getKind() != ValueKind.VALUE_PLAIN || map.getPrinted()) {
          types
              .computeIfAbsent(map.getName(), name -> new LinkedHashMap<>())
              .computeIfAbsent(place, p -> new TreeSet<>())
              .add(host.getHost());
        }
      }
    }
    List<String> lines = new ArrayList<>();
    types.forEach(
        (map, groups) -> {
          if (groups.size() > 1) {
            lines.add(
                groups.values().stream()
                    .map(FoldedNames::fold)
                    .collect(
                        Collectors.joining(
                            ", of another on ", map + " is of one type on ", "; shown per host")));
          }
        });
    return lines;
  }

  /** Whether hosts have other types for a map of that name. */
  private boolean isApart(int map) {
    String name = schema.getMaps(map).getName();
    return schema.getMapsList().stream().filter(m -> m.getName().equals(name)).count() > 1;
  }

  private static boolean isOlder(MapPartial a, MapPartial b) {
    int order = Long.compareUnsigned(a.getGeneration(), b.getGeneration());
    return order < 0 || (order == 0 && Long.compareUnsigned(a.getSequence(), b.getSequence()) < 0);
  }
}
