package jbt.compiler.bpf;

import java.util.List;
import java.util.function.IntUnaryOperator;

/** The instructions of one program, labels and maps as symbols. */
public record Code(List<Instruction> instructions) {
  public Code {
    instructions = List.copyOf(instructions);
  }

  /**
   * The program as bpf(2) takes it.
   *
   * @param mapFd file descriptor of the map at a place in {@link jbt.compiler.plan.Plan#maps}
   */
  public byte[] encode(IntUnaryOperator mapFd) {
    return Encoder.encode(instructions, mapFd);
  }
}
