package jbt.compiler.ir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The intermediate code of one program.
 *
 * @param blocks in the order in which they are laid out; the first one is the entry
 * @param registers virtual registers have numbers below this
 * @param frame bytes of the stack frame in use, a multiple of 8
 */
record Routine(List<Block> blocks, int registers, int frame) {
  Routine {
    blocks = List.copyOf(blocks);
  }

  Routine withBlocks(List<Block> other) {
    return new Routine(other, registers, frame);
  }

  /** Numbers of blocks are below this. */
  int blockNumbers() {
    int end = 0;
    for (Block block : blocks) {
      end = Math.max(end, block.number() + 1);
    }
    return end;
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
    int[] entries = new int[blockNumbers()];
    entries[blocks.getFirst().number()] = 1;
    for (Block block : blocks) {
      Terminator end = block.end();
      for (int t = 0; t < end.targets(); t++) {
        entries[end.target(t)]++;
      }
    }
    return entries;
  }

  @Nullable Block[] byNumber() {
    Block[] array = new Block[blockNumbers()];
    for (Block block : blocks) {
      array[block.number()] = block;
    }
    return array;
  }
}
