package jbt.server.merge;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import jbt.v1.MapPartial;
import jbt.v1.Round;
import jbt.v1.Rows;
import org.jspecify.annotations.Nullable;

/**
 * The newest partial of every sender. Partials are cumulative, so that repeated and reordered ones
 * change nothing and a lost one is healed by the next; epochs of one sender add up.
 */
public final class Partials {
  private record Source(String sender, long epoch) {}

  private final Map<Integer, Map<Source, MapPartial>> newest = new HashMap<>();

  /** Memory that the partials of a sender keep, by {@link Most#memory}. */
  private final Map<String, Long> kept = new HashMap<>();

  /**
   * Keeps a partial if it is newer than what is known.
   *
   * @param map place in the common schema
   * @param most memory that the sender's partials may keep
   * @return whether the answer may have changed
   * @throws MalformedException when its rows do not fit the schema
   * @throws ExcessException when it is one too many
   */
  public boolean accept(Schemas schemas, int map, String sender, MapPartial partial, long most) {
    Map<Source, MapPartial> sources = newest.computeIfAbsent(map, m -> new LinkedHashMap<>());
    Source source = new Source(sender, partial.getEpoch());
    @Nullable MapPartial known = sources.get(source);
    if (known != null && !isNewer(partial, known)) {
      return false;
    }
    new Columns(schemas.mapAt(map), partial.getRows());
    long all =
        kept.getOrDefault(sender, 0L) + memory(partial) - (known == null ? 0 : memory(known));
    Most.bytes(all, most, "maps");
    kept.put(sender, all);
    sources.put(source, partial);
    return true;
  }

  /**
   * What the map of a host has after it was printed: nothing where that sealed its generation.
   * Whatever the host itself says of a later one is newer.
   */
  public static MapPartial after(Round print) {
    MapPartial.Builder partial =
        MapPartial.newBuilder()
            .setHost(print.getHost())
            .setEpoch(print.getEpoch())
            .setHosts(print.getHosts());
    return print.getSealed()
        ? partial.setGeneration(print.getGeneration() + 1).build()
        : partial
            .setGeneration(print.getGeneration())
            .setSequence(print.getSequence())
            .setRows(print.getRows())
            .build();
  }

  private static long memory(MapPartial partial) {
    return Most.memory(partial.getSerializedSize(), partial.getRows());
  }

  private static boolean isNewer(MapPartial a, MapPartial b) {
    int generation = Long.compareUnsigned(a.getGeneration(), b.getGeneration());
    return generation > 0
        || (generation == 0 && Long.compareUnsigned(a.getSequence(), b.getSequence()) > 0);
  }

  /** The sum over all senders: rows and number of leaf hosts. */
  public MapPartial.Builder fold(Schemas schemas, int map, Senders senders) {
    MapFold fold = new MapFold(schemas.mapAt(map), schemas.isPerHost(map));
    int hosts = 0;
    for (Map.Entry<Source, MapPartial> entry : newest.getOrDefault(map, Map.of()).entrySet()) {
      Rows rows = entry.getValue().getRows();
      fold.add(senders.name(schemas, entry.getKey().sender(), map, rows), rows);
      hosts += entry.getValue().getHosts();
    }
    return MapPartial.newBuilder().setMap(map).setRows(fold.rows()).setHosts(hosts);
  }
}
