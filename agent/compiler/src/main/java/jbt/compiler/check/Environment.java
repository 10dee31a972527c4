package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Settings;
import jbt.compiler.types.Type;

/**
 * Types of maps and variables. The script is checked again and again until a round changes nothing
 * here that was asked for; each round starts from what the one before found out.
 */
final class Environment {
  /** A variable of one probe; one of a macro is declared at one place for many uses. */
  private record VariableAt(int probe, String name, SourceRange declaration) {}

  private final Map<String, MapInfo> maps = new LinkedHashMap<>();
  private final Map<VariableAt, Place> variables = new HashMap<>();
  private final Settings settings;
  private final Map<String, MapDeclarations.Declared> declared;
  private final Circumstances circumstances;
  private final Set<String> macros;
  private final boolean namesAreTexts;
  private boolean changed;
  private int rounds;

  Environment(
      Settings settings,
      Map<String, MapDeclarations.Declared> declared,
      Circumstances circumstances,
      Set<String> macros,
      boolean namesAreTexts) {
    this.macros = macros;
    this.namesAreTexts = namesAreTexts;
    this.settings = settings;
    this.circumstances = circumstances;
    this.declared = declared;
  }

  Settings settings() {
    return settings;
  }

  Circumstances circumstances() {
    return circumstances;
  }

  /** The names of macros and functions of the script. */
  Set<String> macros() {
    return macros;
  }

  /** Whether {@code probe} is a text: each program has one attach point then. */
  boolean namesAreTexts() {
    return namesAreTexts;
  }

  MapInfo map(String name, SourceRange range) {
    MapInfo known = maps.get(name);
    if (known == null) {
      MapDeclarations.Declared declaration = declared.get(name);
      known =
          new MapInfo(
              name,
              maps.size(),
              range,
              declaration != null && declaration.lru(),
              declaration == null ? settings.maxMapKeys() : declaration.size());
      maps.put(name, known);
    }
    known.usedAgain |= !range.equals(known.firstUse);
    return known;
  }

  List<MapInfo> maps() {
    return new ArrayList<>(maps.values());
  }

  Place variable(int probe, String name, SourceRange declaration) {
    return variables.computeIfAbsent(new VariableAt(probe, name, declaration), at -> new Place());
  }

  /** Where the variables are declared that are read, and whose type nothing tells. */
  List<SourceRange> untyped() {
    return variables.entrySet().stream()
        .filter(entry -> !entry.getValue().known() && entry.getValue().read())
        .map(entry -> entry.getKey().declaration())
        .toList();
  }

  /** Notes that something is known of a map that no use of it before knew. */
  void learn(MapInfo map) {
    changed |= map.usedAgain;
  }

  /** How many rounds have ended. */
  int rounds() {
    return rounds;
  }

  /** Asks for another round. */
  void askAgain() {
    changed = true;
  }

  /** Ends a round: whether anything changed in it that somebody was told otherwise. */
  boolean takeChanged() {
    rounds++;
    boolean was = changed;
    changed = false;
    return was;
  }

  /** Fixes the type of a loop's variable. */
  void declare(Place place, Type type, boolean hostBound) {
    changed |= place.declare(type, hostBound) == Place.Outcome.CHANGED;
  }

  /** Puts a value into a place; false if its type does not go there. */
  boolean put(Place place, Value value) {
    Place.Outcome outcome = place.put(value, rounds);
    changed |= outcome == Place.Outcome.CHANGED;
    return outcome != Place.Outcome.MISMATCH;
  }
}
