package jbt.cli.session;

import java.util.List;
import java.util.Map;

/**
 * What a command line gives to the script.
 *
 * @param positional $1 and those after it
 * @param named those of {@code --name=value}; one without a value is "true"
 */
public record Parameters(List<String> positional, Map<String, String> named) {
  public static final Parameters NONE = new Parameters(List.of(), Map.of());

  public Parameters {
    positional = List.copyOf(positional);
    named = Map.copyOf(named);
  }
}
