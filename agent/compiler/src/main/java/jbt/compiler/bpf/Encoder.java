package jbt.compiler.bpf;

import java.util.List;
import java.util.function.IntUnaryOperator;

final class Encoder {
  private Encoder() {}

  static byte[] encode(List<Instruction> instructions, IntUnaryOperator mapFd) {
    throw new UnsupportedOperationException();
  }
}
