package jbt.compiler.lang;

import java.util.HashSet;
import java.util.Set;

/** Whether what concerns a whole script stands at its head. */
final class Heads {
  private final Source source;

  /** Scripts, by their names, of which something else has been read. */
  private final Set<String> begun = new HashSet<>();

  private final Set<String> configured = new HashSet<>();

  Heads(Source source) {
    this.source = source;
  }

  /**
   * @param word that something begins with which stands in no block
   */
  void check(Token word) throws SyntaxError {
    String script = source.file(word.range().start());
    boolean config = word.isWord("config");
    if (!config && !word.isWord("import")) {
      begun.add(script);
    } else if (begun.contains(script)) {
      throw new SyntaxError(
          word.range(), "'%s' must stand before probes, maps and macros".formatted(word.text()));
    } else if (config && !configured.add(script)) {
      throw new SyntaxError(word.range(), "there is a config block already");
    }
  }
}
