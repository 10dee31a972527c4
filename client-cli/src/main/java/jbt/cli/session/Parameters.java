package jbt.cli.session;

import java.util.List;
import java.util.Map;

/**
 * What the script is given beside its text.
 *
 * @param positional $1 and those after it
 * @param named those of {@code --name=value}; one without a value is "true"
 * @param includes headers that are included in front of it
 * @param imports texts of the scripts that it imports and of the headers that it includes
 * @param settings of its config block that count more than its own, by their variables' names
 */
public record Parameters(
    List<String> positional,
    Map<String, String> named,
    List<String> includes,
    Map<String, String> imports,
    Map<String, String> settings) {
  public static final Parameters NONE = new Parameters(List.of(), Map.of(), List.of());

  public Parameters {
    positional = List.copyOf(positional);
    named = Map.copyOf(named);
    includes = List.copyOf(includes);
    imports = Map.copyOf(imports);
    settings = Map.copyOf(settings);
  }

  /** What stands on the command line. */
  public Parameters(List<String> positional, Map<String, String> named, List<String> includes) {
    this(positional, named, includes, Map.of(), Map.of());
  }

  public Parameters with(Map<String, String> texts, Map<String, String> variables) {
    return new Parameters(positional, named, includes, texts, variables);
  }
}
