package jbt.daemon.text;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.types.Meaning;
import jbt.kernel.Stack;
import jbt.kernel.symbols.KernelSymbols;
import jbt.kernel.symbols.ProcessSymbols;
import jbt.kernel.symbols.Symbol;

/** Stacks as text, a line a frame. Each is made once: the same stack comes again and again. */
public final class StackTexts {
  /** Where the stacks of a session are. */
  @FunctionalInterface
  public interface Source {
    Optional<Stack> stack(long first, long second);
  }

  /** Text of a stack that was taken but found no room. */
  private static final String LOST = "\n        (stack lost)\n";

  private record Key(Meaning.Stack meaning, long first, long second) {}

  private final Source source;
  private final KernelSymbols kernel;
  private final ProcessSymbols users;
  private final Map<Key, String> known = new HashMap<>();

  public StackTexts(Source source, KernelSymbols kernel, ProcessSymbols users) {
    this.source = source;
    this.kernel = kernel;
    this.users = users;
  }

  String text(Meaning.Stack meaning, long first, long second) {
    if (first == 0 && second == 0) {
      return "\n";
    }
    Key key = new Key(meaning, first, second);
    String text = known.get(key);
    if (text == null) {
      Optional<Stack> stack = source.stack(first, second);
      if (stack.isEmpty()) {
        return LOST;
      }
      text = text(meaning, stack.get());
      known.put(key, text);
    }
    return text;
  }

  private String text(Meaning.Stack meaning, Stack stack) {
    StringBuilder text = new StringBuilder("\n");
    for (long frame : stack.frames()) {
      String address = Long.toHexString(frame);
      String place = place(stack, frame).orElse("0x" + address);
      switch (meaning.mode()) {
        case BPFTRACE -> text.append("        ").append(place);
        case RAW -> text.append(address);
        case PERF -> {
          text.append('\t').append(address).append(' ').append(place);
          if (meaning.user()) {
            text.append(" (").append(users.file(stack.process(), frame).orElse("[unknown]"));
            text.append(')');
          }
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private Optional<String> place(Stack stack, long frame) {
    Optional<Symbol> symbol =
        stack.process() == 0 ? kernel.find(frame) : users.find(stack.process(), frame);
    return symbol.map(s -> s.name() + "+" + s.offset());
  }
}
