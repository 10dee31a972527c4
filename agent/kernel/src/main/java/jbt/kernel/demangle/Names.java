package jbt.kernel.demangle;

import java.util.Optional;

/** Names as people wrote them. */
public final class Names {
  private static final int LONGEST = 1 << 14;

  private Names() {}

  /** How much of a C++ function's declaration is shown. */
  enum Extent {
    /** With what it returns, which mangled names have for templates only. */
    WHOLE,
    DECLARED,
    /** Without its parameters. */
    PLAIN
  }

  /**
   * The name of a symbol in the words of its language; the symbol itself if it is not understood.
   */
  public static String readable(String symbol) {
    return name(symbol, Extent.WHOLE);
  }

  /** The same without what a C++ function returns. */
  public static String declared(String symbol) {
    return name(symbol, Extent.DECLARED);
  }

  /** The same without its parameters, too. */
  public static String plain(String symbol) {
    return name(symbol, Extent.PLAIN);
  }

  private static String name(String symbol, Extent extent) {
    return isMangled(symbol) ? demangled(symbol, extent).orElse(symbol) : symbol;
  }

  private static boolean isMangled(String symbol) {
    return symbol.length() > 2
        && symbol.length() <= LONGEST
        && symbol.charAt(0) == '_'
        && (symbol.charAt(1) == 'Z' || symbol.charAt(1) == 'R');
  }

  private static Optional<String> demangled(String symbol, Extent extent) {
    try {
      if (symbol.charAt(1) == 'R') {
        return Optional.of(RustNames.demangle(symbol));
      }
      Optional<String> rust = RustLegacyNames.demangle(symbol);
      return rust.isPresent() ? rust : Optional.of(CppNames.demangle(symbol, extent));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }
}
