package jbt.compiler.ir;

import java.util.HashMap;
import java.util.Map;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Copy;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Store;
import jbt.compiler.ir.Op.Writing;
import jbt.compiler.ir.Op.Zero;
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
    if (op instanceof Load load) {
      return load.size() == Size.DOUBLE && load.address().base() instanceof Frame(int start)
          ? known(load, start + load.address().offset())
          : op;
    }
    if (op instanceof Store store && store.address().base() instanceof Frame(int start)) {
      store(store, start + store.address().offset());
    } else if (op instanceof Writing
        || op instanceof Zero
        || op instanceof Copy
        || op instanceof CompareExchange
        || (op instanceof Call call && !call.arguments().isEmpty())) {
      // By an address in a register, which may be of the frame, or many words at once.
      clear();
    }
    return op;
  }

  private Op known(Load load, int place) {
    Operand value = words.get(place);
    return value == null ? load : new Move(load.target(), value);
  }

  private void store(Store store, int place) {
    words.keySet().removeIf(at -> Math.abs(at - place) < Long.BYTES);
    Operand value = store.value();
    if (store.size() == Size.DOUBLE && (!(value instanceof Reg reg) || definitions.single(reg))) {
      words.put(place, value);
    }
  }
}
