package jbt.kernel.demangle;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Operators by their two letters. */
final class CppOperators {
  /**
   * @param operands how many an expression gives it; 0 for those with a form of their own
   */
  record Operator(String sign, int operands) {}

  private static final Map<String, Operator> ALL = new HashMap<>();

  static {
    all(0, "nw new", "na new[]", "dl delete", "da delete[]", "cl ()", "li \"\" ");
    all(1, "aw co_await ", "ps +", "ng -", "ad &", "de *", "co ~", "nt !", "pp ++", "mm --");
    all(1, "nx noexcept", "sz sizeof ", "az alignof ", "te typeid ", "sZ sizeof...", "tw throw ");
    all(1, "st sizeof ", "at alignof ", "ti typeid ");
    all(2, "pl +", "mi -", "ml *", "dv /", "rm %", "an &", "or |", "eo ^", "aS =", "pL +=");
    all(2, "mI -=", "mL *=", "dV /=", "rM %=", "aN &=", "oR |=", "eO ^=", "ls <<", "rs >>");
    all(2, "lS <<=", "rS >>=", "eq ==", "ne !=", "lt <", "gt >", "le <=", "ge >=", "ss <=>");
    all(2, "aa &&", "oo ||", "cm ,", "pm ->*", "pt ->", "ix []", "dt .", "ds .*");
    all(3, "qu ?");
  }

  private CppOperators() {}

  private static void all(int operands, String... texts) {
    for (String text : texts) {
      ALL.put(text.substring(0, 2), new Operator(text.substring(3), operands));
    }
  }

  static Optional<Operator> find(String letters) {
    return Optional.ofNullable(ALL.get(letters));
  }
}
