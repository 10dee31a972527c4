package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jbt.compiler.bpf.Code;

/**
 * Runs encoded programs, an instruction after another, after RFC 9669. It shares nothing with the
 * code that makes them: opcodes stand here a second time.
 */
final class Interpreter {
  private static final int STACK = 512;
  private static final int MOST_STEPS = 100_000_000;

  private static final long ROUTINES = 0x6000_0000_0000_0000L;

  private final Memory memory;
  private final Kernel kernel;
  private int steps;

  Interpreter(Memory memory, Kernel kernel) {
    this.memory = memory;
    this.kernel = kernel;
  }

  long run(Code code, long context) {
    ByteBuffer program = ByteBuffer.wrap(code.encode(map -> map)).order(ByteOrder.LITTLE_ENDIAN);
    steps = 0;
    return run(program, 0, context);
  }

  /** Runs a routine from an instruction on until it returns. */
  private long run(ByteBuffer program, int from, long... arguments) {
    long stack = memory.add(new byte[STACK]);
    long[] r = new long[11];
    System.arraycopy(arguments, 0, r, 1, arguments.length);
    r[10] = stack + STACK;
    int pc = from;
    while (steps++ < MOST_STEPS) {
      int opcode = program.get(8 * pc) & 0xff;
      int registers = program.get(8 * pc + 1) & 0xff;
      int dst = registers & 15;
      int src = registers >> 4;
      int offset = program.getShort(8 * pc + 2);
      int imm = program.getInt(8 * pc + 4);
      pc++;
      switch (opcode & 7) {
        case 0 -> {
          r[dst] = src == 4 ? ROUTINES + pc + imm : wide(src, imm, program.getInt(8 * pc + 4));
          pc++;
        }
        case 1 -> r[dst] = memory.load(r[src] + offset, size(opcode));
        case 2 -> memory.store(r[dst] + offset, size(opcode), imm);
        case 3 -> {
          if ((opcode & 0xe0) == 0xc0) {
            atomic(r, dst, src, offset, imm, size(opcode));
          } else {
            memory.store(r[dst] + offset, size(opcode), r[src]);
          }
        }
        case 4 -> {
          long operand = (opcode & 8) != 0 ? r[src] : imm;
          r[dst] = alu32(opcode & 0xf0, (int) r[dst], (int) operand) & 0xffffffffL;
        }
        case 7 -> {
          long operand = (opcode & 8) != 0 ? r[src] : imm;
          r[dst] = alu64((opcode & 0xf0) | offset, r[dst], operand);
        }
        case 5, 6 -> {
          if (opcode == 0x95) {
            memory.remove(stack);
            return r[0];
          }
          if (opcode == 0x85) {
            r[0] =
                switch (imm) {
                  case 164 -> forEach(program, r[1], (int) (r[2] - ROUTINES), r[3]);
                  case 181 -> loop(program, (int) r[1], (int) (r[2] - ROUTINES), r[3]);
                  default -> kernel.call(imm, r[1], r[2], r[3], r[4], r[5]);
                };
            for (int i = 1; i <= 5; i++) {
              r[i] = 0xdead_0000_0000_0000L + i;
            }
          } else {
            long right = (opcode & 8) != 0 ? r[src] : imm;
            boolean narrow = (opcode & 7) == 6;
            long left = narrow ? (int) r[dst] : r[dst];
            if (jumps(opcode & 0xf0, left, narrow ? (int) right : right)) {
              pc += offset;
            }
          }
        }
        default -> throw new IllegalStateException("opcode " + opcode);
      }
    }
    throw new IllegalStateException("the program does not end");
  }

  private long loop(ByteBuffer program, int rounds, int routine, long context) {
    for (int i = 0; i < rounds; i++) {
      if (run(program, routine, i, context) != 0) {
        return i + 1L;
      }
    }
    return rounds;
  }

  private long forEach(ByteBuffer program, long map, int routine, long context) {
    long visited = 0;
    for (Kernel.Element element : kernel.elements(map)) {
      visited++;
      long key = memory.add(element.key());
      long result = run(program, routine, map, key, element.value(), context);
      memory.remove(key);
      if (result != 0) {
        break;
      }
    }
    return visited;
  }

  private long wide(int src, int low, int high) {
    return switch (src) {
      case 0 -> (low & 0xffffffffL) | (long) high << 32;
      case 1 -> kernel.mapHandle(low);
      case 2 -> kernel.arrayAddress(low) + high;
      default -> throw new IllegalStateException("LD_IMM64 of kind " + src);
    };
  }

  private static int size(int opcode) {
    return switch (opcode & 0x18) {
      case 0x10 -> 1;
      case 0x08 -> 2;
      case 0x00 -> 4;
      default -> 8;
    };
  }

  private void atomic(long[] r, int dst, int src, int offset, int operation, int size) {
    long address = r[dst] + offset;
    long old = memory.load(address, size);
    switch (operation) {
      case 0x00 -> memory.store(address, size, old + r[src]);
      case 0x01 -> {
        memory.store(address, size, old + r[src]);
        r[src] = old;
      }
      case 0xe1 -> {
        memory.store(address, size, r[src]);
        r[src] = old;
      }
      case 0xf1 -> {
        if (old == r[0]) {
          memory.store(address, size, r[src]);
        }
        r[0] = old;
      }
      default -> throw new IllegalStateException("atomic operation " + operation);
    }
  }

  private static long alu64(int operation, long a, long b) {
    return switch (operation) {
      case 0x00 -> a + b;
      case 0x10 -> a - b;
      case 0x20 -> a * b;
      case 0x30 -> b == 0 ? 0 : Long.divideUnsigned(a, b);
      case 0x31 -> b == 0 ? 0 : a / b;
      case 0x40 -> a | b;
      case 0x50 -> a & b;
      case 0x60 -> a << (b & 63);
      case 0x70 -> a >>> (b & 63);
      case 0x80 -> -a;
      case 0x90 -> b == 0 ? a : Long.remainderUnsigned(a, b);
      case 0x91 -> b == 0 ? a : a % b;
      case 0xa0 -> a ^ b;
      case 0xb0 -> b;
      case 0xc0 -> a >> (b & 63);
      default -> throw new IllegalStateException("operation " + operation);
    };
  }

  private static int alu32(int operation, int a, int b) {
    return switch (operation) {
      case 0x00 -> a + b;
      case 0x10 -> a - b;
      case 0x20 -> a * b;
      case 0x30 -> b == 0 ? 0 : Integer.divideUnsigned(a, b);
      case 0x40 -> a | b;
      case 0x50 -> a & b;
      case 0x60 -> a << (b & 31);
      case 0x70 -> a >>> (b & 31);
      case 0x80 -> -a;
      case 0x90 -> b == 0 ? a : Integer.remainderUnsigned(a, b);
      case 0xa0 -> a ^ b;
      case 0xb0 -> b;
      case 0xc0 -> a >> (b & 31);
      default -> throw new IllegalStateException("operation " + operation);
    };
  }

  private static boolean jumps(int condition, long a, long b) {
    int unsigned = Long.compareUnsigned(a, b);
    return switch (condition) {
      case 0x00 -> true;
      case 0x10 -> a == b;
      case 0x20 -> unsigned > 0;
      case 0x30 -> unsigned >= 0;
      case 0x40 -> (a & b) != 0;
      case 0x50 -> a != b;
      case 0x60 -> a > b;
      case 0x70 -> a >= b;
      case 0xa0 -> unsigned < 0;
      case 0xb0 -> unsigned <= 0;
      case 0xc0 -> a < b;
      case 0xd0 -> a <= b;
      default -> throw new IllegalStateException("condition " + condition);
    };
  }
}
