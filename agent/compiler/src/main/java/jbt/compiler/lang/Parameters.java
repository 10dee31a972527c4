package jbt.compiler.lang;

import java.util.List;
import java.util.Map;

/**
 * What a script is started with.
 *
 * @param arguments {@code $1}, {@code $2} and so on
 * @param options of {@code getopt}, by their names without dashes
 * @param imports texts of the scripts that may be imported, by path as {@link Imports} makes it
 */
public record Parameters(
    List<String> arguments, Map<String, String> options, Map<String, String> imports) {
  public static final Parameters NONE = new Parameters(List.of(), Map.of(), Map.of());

  public Parameters {
    arguments = List.copyOf(arguments);
    options = Map.copyOf(options);
    imports = Map.copyOf(imports);
  }

  public Parameters(List<String> arguments, Map<String, String> options) {
    this(arguments, options, Map.of());
  }
}
