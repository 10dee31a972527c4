package jbt.compiler.ir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The intermediate code of one program. */
final class Routine {
  private final Block[] blocks;
  private final int registers;
  private final int frame;
  private final int blockNumbers;

  /** Found out when it is asked for. */
  private int @Nullable [] reversePostorder;

  /**
   * @param blocks in the order in which they are laid out; the first one is the entry
   * @param registers virtual registers have numbers below this
   * @param frame bytes of the stack frame in use, a multiple of 8
   */
  Routine(List<Block> blocks, int registers, int frame) {
    this(blocks.toArray(new Block[blocks.size()]), registers, frame);
  }

  private Routine(Block[] blocks, int registers, int frame) {
    this.blocks = blocks;
    this.registers = registers;
    this.frame = frame;
    int end = 0;
    for (Block block : blocks) {
      end = Math.max(end, block.number() + 1);
    }
    this.blockNumbers = end;
  }

  /** The same with other code; what is known of how blocks follow each other stays if it holds. */
  Routine with(List<Block> other, int otherRegisters, int otherFrame) {
    Routine result = new Routine(other, otherRegisters, otherFrame);
    if (followsAsBefore(result)) {
      result.reversePostorder = reversePostorder;
    }
    return result;
  }

  Routine with(List<Block> other) {
    return with(other, registers, frame);
  }

  private boolean followsAsBefore(Routine other) {
    if (other.blocks.length != blocks.length) {
      return false;
    }
    for (int i = 0; i < blocks.length; i++) {
      if (other.blocks[i].number() != blocks[i].number()
          || !other.blocks[i].leadsWhere(blocks[i])) {
        return false;
      }
    }
    return true;
  }

  /** Not to be changed. An array, since all passes go through it. */
  Block[] blocks() {
    return blocks;
  }

  Block entry() {
    return blocks[0];
  }

  int registers() {
    return registers;
  }

  int frame() {
    return frame;
  }

  /** Numbers of blocks are below this. */
  int blockNumbers() {
    return blockNumbers;
  }

  /** Operations on single words. */
  int operations() {
    int operations = 0;
    for (Block block : blocks) {
      for (Block.Step step : block.steps()) {
        operations += step.op().operations();
      }
    }
    return operations;
  }

  /** From how many places each block is reached, by number. */
  int[] entries() {
    int[] entries = new int[blockNumbers];
    entries[entry().number()] = 1;
    for (Block block : blocks) {
      for (int t = 0; t < block.targets(); t++) {
        entries[block.target(t)]++;
      }
    }
    return entries;
  }

  @Nullable Block[] byNumber() {
    Block[] array = new Block[blockNumbers];
    for (Block block : blocks) {
      array[block.number()] = block;
    }
    return array;
  }

  /**
   * The places of the blocks that are reached, each before its successors where there are no loops;
   * not to be changed.
   */
  int[] reversePostorder() {
    int[] known = reversePostorder;
    if (known == null) {
      known = Dominators.reversePostorder(this);
      reversePostorder = known;
    }
    return known;
  }
}
