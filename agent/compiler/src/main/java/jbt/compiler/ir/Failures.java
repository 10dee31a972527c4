package jbt.compiler.ir;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.compiler.bpf.Helper;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.FailureCounter;

/**
 * Counters of calls that fail, for whoever asks for them: one for each place of the script, found
 * as code is made for it.
 */
final class Failures {
  /** A script with more places goes without counters of the rest. */
  private static final int MOST = 256;

  private static final int WORD = 8;

  /** Of errno: a read of memory that is not there. */
  private static final int EFAULT = 14;

  private static final int ENOENT = 2;

  /** What the kernel says of a hash that is full. */
  private static final int E2BIG = 7;

  private record Place(Helper helper, SourceRange range) {}

  private final Optional<Source> script;
  private final int first;
  private final Map<Place, Integer> offsets = new LinkedHashMap<>();

  /**
   * @param script empty where nobody asks
   * @param first offset of the first counter in a processor's area
   */
  Failures(Optional<Source> script, int first) {
    this.script = script;
    this.first = first;
  }

  /** Bytes of a processor's area to keep for them. */
  static int room(Optional<Source> script) {
    return script.isPresent() ? MOST * WORD : 0;
  }

  /** Where in a processor's area failed calls of a place are counted. */
  OptionalInt offset(Helper helper, SourceRange range) {
    Place place = new Place(helper, range);
    if (script.isEmpty() || (offsets.size() == MOST && !offsets.containsKey(place))) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(offsets.computeIfAbsent(place, p -> first + offsets.size() * WORD));
  }

  List<FailureCounter> counters() {
    return offsets.entrySet().stream()
        .map(entry -> counter(entry.getKey(), entry.getValue()))
        .toList();
  }

  private FailureCounter counter(Place place, int offset) {
    int code =
        switch (place.helper) {
          case MAP_LOOKUP_ELEM -> 0;
          case MAP_DELETE_ELEM -> -ENOENT;
          default -> -EFAULT;
        };
    String message =
        switch (place.helper) {
          case MAP_LOOKUP_ELEM -> "Can't lookup map element because it does not exist.";
          case MAP_DELETE_ELEM -> "Can't delete map element because it does not exist.";
          default -> "Bad address";
        };
    String text = text(message, place.helper, code, place.range, script.orElseThrow());
    return new FailureCounter(place.helper.toString(), code, text, offset);
  }

  /** What is said of a map that has had no room for a key, wherever that was. */
  static String mapFull(MapDecl map, Source script) {
    String name = map.name();
    String room = "Map full: " + name + " has room for " + map.maxEntries();
    String message = room + ". Set max_map_keys, or write let " + name + " = hash(n)";
    return text(message, Helper.MAP_UPDATE_ELEM, -E2BIG, map.firstWrite(), script);
  }

  private static String text(
      String message, Helper helper, int code, SourceRange range, Source script) {
    String more = "\nAdditional Info - helper: " + helper + ", retcode: " + code;
    return Diagnostics.warning(script, range, message + more);
  }
}
