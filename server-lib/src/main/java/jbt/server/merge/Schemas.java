package jbt.server.merge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jbt.v1.MapSchema;
import jbt.v1.PrintSite;
import jbt.v1.Schema;
import jbt.v1.Type;
import jbt.v1.ValueSite;
import org.jspecify.annotations.Nullable;

/**
 * One schema for many hosts. It grows as hosts come: types widen in place, and what does not unify
 * gets a place of its own behind the others and is kept per host from then on. A place never
 * changes its meaning.
 */
public final class Schemas {
  private final List<MapSchema> maps = new ArrayList<>();
  private final List<PrintSite> prints = new ArrayList<>();
  private final List<ValueSite> values = new ArrayList<>();

  /** Places of the maps of one name; more than one where hosts do not unify. */
  private final Map<String, List<Integer>> mapPlaces = new HashMap<>();

  /** By place in the schemas of hosts, and 1: the places here. */
  private final Map<Integer, List<Integer>> printPlaces = new HashMap<>();

  private final Map<Integer, List<Integer>> valuePlaces = new HashMap<>();

  /** Names of maps whose rows must keep their hosts. */
  private final Set<String> apart = new HashSet<>();

  /** Where the places of one sender are in the common schema. */
  public record Places(List<Integer> maps, List<Integer> prints, List<Integer> values) {
    public int map(int place) {
      return at(maps, place, "map");
    }

    public int print(int place) {
      return at(prints, place, "print site");
    }

    public int value(int place) {
      return at(values, place, "value site");
    }

    private static int at(List<Integer> places, int place, String what) {
      if (place < 0 || place >= places.size()) {
        throw new MalformedException("a " + what + " that is not in the schema");
      }
      return places.get(place);
    }
  }

  /**
   * Takes a sender's schema in; a repeated one changes nothing.
   *
   * @throws MalformedException when its places lead nowhere; nothing has been taken in then
   */
  public Places add(Schema schema) {
    // Before anything is taken in: a map that it makes others keep apart stays so.
    for (PrintSite site : schema.getPrintsList()) {
      if (site.getMap() < 0 || site.getMap() >= schema.getMapsCount()) {
        throw new MalformedException("a print site of a map that is not in the schema");
      }
    }
    List<Integer> mapsHere = new ArrayList<>();
    for (MapSchema map : schema.getMapsList()) {
      mapsHere.add(map(map));
    }
    List<Integer> printsHere = new ArrayList<>();
    for (int i = 0; i < schema.getPrintsCount(); i++) {
      PrintSite site = schema.getPrints(i);
      PrintSite.Builder here = site.toBuilder().setMap(mapsHere.get(site.getMap()));
      printsHere.add(print(here.setOrigin(origin(site.getOrigin(), i)).build()));
    }
    List<Integer> valuesHere = new ArrayList<>();
    for (int i = 0; i < schema.getValuesCount(); i++) {
      ValueSite site = schema.getValues(i);
      valuesHere.add(value(site.toBuilder().setOrigin(origin(site.getOrigin(), i)).build()));
    }
    return new Places(mapsHere, printsHere, valuesHere);
  }

  private int map(MapSchema map) {
    List<Integer> places = mapPlaces.computeIfAbsent(map.getName(), n -> new ArrayList<>());
    for (int place : places) {
      @Nullable MapSchema union = TypeUnion.of(maps.get(place), map);
      if (union != null) {
        maps.set(place, union);
        return place;
      }
    }
    maps.add(map);
    places.add(maps.size() - 1);
    if (places.size() > 1) {
      apart.add(map.getName());
    }
    return maps.size() - 1;
  }

  private static int origin(int told, int place) {
    return told == 0 ? place + 1 : told;
  }

  private int print(PrintSite site) {
    List<Integer> places = printPlaces.computeIfAbsent(site.getOrigin(), n -> new ArrayList<>());
    for (int place : places) {
      if (prints.get(place).equals(site)) {
        return place;
      }
    }
    prints.add(site);
    places.add(prints.size() - 1);
    return prints.size() - 1;
  }

  private int value(ValueSite site) {
    List<Integer> places = valuePlaces.computeIfAbsent(site.getOrigin(), n -> new ArrayList<>());
    for (int place : places) {
      @Nullable Type union = TypeUnion.of(values.get(place).getType(), site.getType());
      if (union != null) {
        values.set(place, site.toBuilder().setType(union).build());
        return place;
      }
    }
    values.add(site);
    places.add(values.size() - 1);
    return values.size() - 1;
  }

  public Schema schema() {
    Schema.Builder schema = Schema.newBuilder().addAllMaps(maps);
    for (int i = 0; i < prints.size(); i++) {
      PrintSite site = prints.get(i);
      schema.addPrints(site.getOrigin() == i + 1 ? site.toBuilder().clearOrigin().build() : site);
    }
    for (int i = 0; i < values.size(); i++) {
      ValueSite site = values.get(i);
      schema.addValues(site.getOrigin() == i + 1 ? site.toBuilder().clearOrigin().build() : site);
    }
    return schema.build();
  }

  public MapSchema mapAt(int place) {
    return maps.get(place);
  }

  public PrintSite printAt(int place) {
    return prints.get(place);
  }

  public ValueSite valueAt(int place) {
    return values.get(place);
  }

  /** Whether the rows of a map must keep their hosts apart because some hosts do not unify. */
  public boolean isPerHost(int map) {
    return apart.contains(maps.get(map).getName());
  }

  /**
   * Keeps maps apart that are of other types on hosts that others know.
   *
   * @param names of the maps, which none of our hosts need have
   * @throws ExcessException when there are too many
   */
  public void keepApart(Collection<String> names) {
    apart.addAll(names);
    Most.count(apart.size(), Most.MAPS, "maps");
  }

  /** Names of the maps that are kept apart; it only grows. */
  public Set<String> apart() {
    return Collections.unmodifiableSet(apart);
  }
}
