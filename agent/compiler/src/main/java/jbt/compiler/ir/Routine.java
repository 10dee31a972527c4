package jbt.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  Map<Integer, Block> byNumber() {
    Map<Integer, Block> map = new HashMap<>();
    for (Block block : blocks) {
      map.put(block.number(), block);
    }
    return map;
  }
}
