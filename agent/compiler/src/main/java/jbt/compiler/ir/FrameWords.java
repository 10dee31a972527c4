package jbt.compiler.ir;

import java.util.HashMap;
import java.util.Map;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Op.AtomicAdd;
import jbt.compiler.ir.Op.AtomicFetch;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Store;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Reg;

/**
 * What words of the stack frame hold that were stored in the same block: a key is put together
 * there for the kernel, and then read again to find its slot.
 */
final class FrameWords {
  private final Definitions definitions;

  /** By offset in the frame. */
  private final Map<Integer, Operand> words = new HashMap<>();

  FrameWords(Definitions definitions) {
    this.definitions = definitions;
  }

  void clear() {
    words.clear();
  }

  /** The operation itself, or a move of what it would load; notes what it does to the frame. */
  Op apply(Op op) {
    switch (op) {
      case Load(Reg target, Size size, Address(Frame(int start), int offset), boolean constant)
          when size == Size.DOUBLE -> {
        Operand value = words.get(start + offset);
        return value == null ? op : new Move(target, value);
      }
      case Store(Size size, Address(Frame(int start), int offset), Operand value) -> {
        words.keySet().removeIf(at -> Math.abs(at - start - offset) < Long.BYTES);
        if (size == Size.DOUBLE && (!(value instanceof Reg reg) || definitions.single(reg))) {
          words.put(start + offset, value);
        }
      }
      // By an address in a register, which may be of the frame.
      case Store store -> clear();
      case AtomicAdd add -> clear();
      case AtomicFetch fetch -> clear();
      case CompareExchange exchange -> clear();
      case Call call when !call.arguments().isEmpty() -> clear();
      default -> {}
    }
    return op;
  }
}
