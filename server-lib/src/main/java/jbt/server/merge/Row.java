package jbt.server.merge;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One decoded row of a map.
 *
 * @param host the host in front of the key; null where hosts are merged or there is only one
 * @param key the parts of the key, empty for a map without key
 */
public record Row(@Nullable String host, List<Datum> key, Cell cell) {
  public Row {
    key = List.copyOf(key);
  }
}
