package jbt.compiler.check;

import java.util.Locale;
import java.util.Optional;

/** Words that settings and options may have for true and false. */
final class TruthWords {
  private TruthWords() {}

  static Optional<Boolean> read(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1", "on", "yes" -> Optional.of(true);
      case "false", "0", "off", "no" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
