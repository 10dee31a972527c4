package jbt.compiler.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;
import org.jspecify.annotations.Nullable;

/** What is known of a map of the script so far. */
final class MapInfo {
  final String name;
  final int index;
  final SourceRange firstUse;

  /** Whether the script uses it at another place, too, as far as is known. */
  boolean usedAgain;

  /** Parts of the key; null while no use has told whether there is one. */
  @Nullable List<Place> key;

  SourceRange keyRange;

  /** In which round the type of the key was asked first while nothing had told of it. */
  OptionalInt keyAsked = OptionalInt.empty();

  /** Of all values put in, or given to the aggregation. */
  final Place values = new Place();

  /** The aggregation that it holds, its sign left open. */
  Optional<ScriptMap.Value> aggregation = Optional.empty();

  /** Where an aggregation was seen first, even one with errors. */
  Optional<SourceRange> aggregated = Optional.empty();

  /** Where it was first set to a value, other than by counting up or down. */
  Optional<SourceRange> assigned = Optional.empty();

  /** Where it was first counted up or down. */
  Optional<SourceRange> stepped = Optional.empty();

  /** Something was to be put there, with an error. */
  boolean refused;

  boolean cleared;
  boolean read;
  boolean deleted;
  boolean printed;

  private final boolean lru;
  private final int maxKeys;

  MapInfo(String name, int index, SourceRange firstUse, boolean lru, int maxKeys) {
    this.lru = lru;
    this.maxKeys = maxKeys;
    this.name = name;
    this.index = index;
    this.firstUse = firstUse;
    this.keyRange = firstUse;
  }

  boolean written() {
    return aggregated.isPresent() || assigned.isPresent() || stepped.isPresent() || refused;
  }

  Type type() {
    return values.type();
  }

  private ScriptMap.Value value() {
    boolean signed = values.signed();
    if (aggregation.isEmpty()) {
      return assigned.isPresent()
          ? new ScriptMap.Value.Plain(values.type())
          : new ScriptMap.Value.Counter(signed);
    }
    return switch (aggregation.get()) {
      case ScriptMap.Value.Sum s -> new ScriptMap.Value.Sum(signed);
      case ScriptMap.Value.Min m -> new ScriptMap.Value.Min(signed);
      case ScriptMap.Value.Max m -> new ScriptMap.Value.Max(signed);
      case ScriptMap.Value.Avg a -> new ScriptMap.Value.Avg(signed);
      case ScriptMap.Value.Stats s -> new ScriptMap.Value.Stats(signed);
      case ScriptMap.Value.Count c -> c;
      case ScriptMap.Value.Hist h -> h;
      case ScriptMap.Value.Lhist l -> l;
      case ScriptMap.Value.Tseries t ->
          new ScriptMap.Value.Tseries(t.intervalNs(), t.slots(), t.fold(), signed);
      case ScriptMap.Value.Plain p -> p;
      case ScriptMap.Value.Counter c -> c;
    };
  }

  Checked.MapDecl declaration() {
    List<Type> types = new ArrayList<>();
    boolean bound = false;
    for (Place part : key == null ? List.<Place>of() : key) {
      types.add(part.type());
      bound |= part.hostBound();
    }
    return new Checked.MapDecl(
        "@" + name,
        types,
        value(),
        cleared,
        read,
        deleted,
        printed,
        bound,
        lru,
        maxKeys,
        Stream.of(aggregated, assigned, stepped)
            .flatMap(Optional::stream)
            .min(Comparator.comparingInt(SourceRange::start))
            .orElse(firstUse));
  }
}
