package jbt.compiler.lang;

import java.util.List;
import java.util.Map;

/**
 * What a script is started with.
 *
 * @param arguments {@code $1}, {@code $2} and so on
 * @param options of {@code getopt}, by their names without dashes
 * @param imports texts of the scripts that may be imported and of headers that may be included, by
 *     path as {@link Imports} makes it, or as it is written
 * @param includes headers that are included in front of the script
 * @param settings of the config block that count more than those of the script
 */
public record Parameters(
    List<String> arguments,
    Map<String, String> options,
    Map<String, String> imports,
    List<String> includes,
    Map<String, String> settings) {
  public static final Parameters NONE =
      new Parameters(List.of(), Map.of(), Map.of(), List.of(), Map.of());

  public Parameters {
    arguments = List.copyOf(arguments);
    options = Map.copyOf(options);
    imports = Map.copyOf(imports);
    includes = List.copyOf(includes);
    settings = Map.copyOf(settings);
  }

  public Parameters(
      List<String> arguments, Map<String, String> options, Map<String, String> imports) {
    this(arguments, options, imports, List.of(), Map.of());
  }

  public Parameters(List<String> arguments, Map<String, String> options) {
    this(arguments, options, Map.of());
  }
}
