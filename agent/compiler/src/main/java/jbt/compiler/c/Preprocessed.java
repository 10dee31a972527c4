package jbt.compiler.c;

import java.util.List;
import java.util.Map;
import jbt.compiler.lang.Source;

/**
 * What the preprocessor makes of a script.
 *
 * @param declarations the tokens of all C that it has
 * @param defines macros as they are at the script's end, by name
 * @param headersFrom headers stand in the source from this offset on
 */
public record Preprocessed(
    Source source,
    List<CToken> declarations,
    Map<String, Define> defines,
    Headers headers,
    int headersFrom) {
  public Preprocessed {
    declarations = List.copyOf(declarations);
    defines = Map.copyOf(defines);
  }
}
