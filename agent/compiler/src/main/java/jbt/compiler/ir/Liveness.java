package jbt.compiler.ir;

import java.util.BitSet;
import jbt.compiler.ir.Block.Step;

/** Which registers hold a value that is still needed, where blocks end. All blocks are reached. */
final class Liveness {
  /** Words of bits for each block. */
  private final int words;

  /** Bits of registers: where blocks begin, what they set, and where they end. */
  private final long[] in;

  private final long[] set;
  private final long[] out;

  private Liveness(Routine routine) {
    words = (routine.registers() + Long.SIZE - 1) / Long.SIZE;
    in = new long[words * routine.blockNumbers()];
    set = new long[in.length];
    out = new long[in.length];
  }

  static Liveness of(Routine routine) {
    Liveness result = new Liveness(routine);
    Block[] blocks = routine.blocks();
    int[] order = routine.reversePostorder();
    for (int place : order) {
      result.needs(blocks[place]);
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = order.length - 1; i >= 0; i--) {
        changed |= result.flow(blocks[order[i]]);
      }
    }
    return result;
  }

  /** What a block reads before it sets it, and what it sets. */
  private void needs(Block block) {
    int first = words * block.number();
    for (int register : block.end().registers()) {
      in[first + register / Long.SIZE] |= 1L << register;
    }
    Step[] steps = block.steps();
    for (int i = steps.length - 1; i >= 0; i--) {
      Step step = steps[i];
      if (step.result() != Op.NONE) {
        set[first + step.result() / Long.SIZE] |= 1L << step.result();
        in[first + step.result() / Long.SIZE] &= ~(1L << step.result());
      }
      for (int register : step.reads()) {
        in[first + register / Long.SIZE] |= 1L << register;
      }
    }
  }

  /** Takes over what the next blocks need; whether that has changed what this one needs. */
  private boolean flow(Block block) {
    int first = words * block.number();
    for (int t = 0; t < block.targets(); t++) {
      int next = words * block.target(t);
      for (int w = 0; w < words; w++) {
        out[first + w] |= in[next + w];
      }
    }
    boolean changed = false;
    for (int w = first; w < first + words; w++) {
      long needed = in[w] | (out[w] & ~set[w]);
      changed |= needed != in[w];
      in[w] = needed;
    }
    return changed;
  }

  /** The first one from there on that is needed where the block ends, or -1. */
  int nextOut(Block block, int from) {
    int first = words * block.number();
    for (int w = from / Long.SIZE; w < words; w++) {
      long bits = out[first + w];
      bits = w == from / Long.SIZE ? bits >>> from << from : bits;
      if (bits != 0) {
        return w * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return -1;
  }

  /** Takes out registers that the code no longer has. */
  void remove(BitSet registers) {
    long[] bits = registers.toLongArray();
    for (int i = 0; i < out.length; i++) {
      out[i] &= i % words < bits.length ? ~bits[i % words] : -1;
    }
  }
}
