package jbt.kernel.code;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Lengths of 64-bit x86 instructions. It knows only what a length depends on: prefixes, the opcode
 * maps of the architecture manuals, addressing and immediate operands.
 */
public final class X86 {
  private static final int LONGEST = 15;

  /** Opcodes without the byte that names operands, and those that do not exist, by map. */
  private static final BitSet ONE_BYTE_PLAIN =
      set(
          0x04, 0x05, 0x0c, 0x0d, 0x14, 0x15, 0x1c, 0x1d, 0x24, 0x25, 0x2c, 0x2d, 0x34, 0x35, 0x3c,
          0x3d, 0x68, 0x6a, 0xa8, 0xa9, 0xc2, 0xc3, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xcf, 0xd7,
          0xe8, 0xe9, 0xeb, 0xf1, 0xf4, 0xf5);

  private static final BitSet ONE_BYTE_BAD =
      set(
          0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82, 0x9a,
          0xce, 0xd4, 0xd5, 0xd6, 0xea);
  private static final BitSet TWO_BYTE_PLAIN =
      set(
          0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x0e, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x37, 0x77,
          0xa0, 0xa1, 0xa2, 0xa8, 0xa9, 0xaa);
  private static final BitSet TWO_BYTE_BAD =
      set(0x04, 0x0a, 0x0c, 0x24, 0x25, 0x26, 0x27, 0x36, 0x39, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f);

  /** Of the second map, with one byte behind the operands. */
  private static final BitSet TWO_BYTE_IMMEDIATE =
      set(0x0f, 0x70, 0x71, 0x72, 0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4, 0xc5, 0xc6);

  private static final BitSet VECTOR_IMMEDIATE =
      set(0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6);

  static {
    range(ONE_BYTE_PLAIN, 0x50, 0x5f);
    range(ONE_BYTE_PLAIN, 0x6c, 0x7f);
    range(ONE_BYTE_PLAIN, 0x90, 0x9f);
    range(ONE_BYTE_PLAIN, 0xa0, 0xbf);
    range(ONE_BYTE_PLAIN, 0xe0, 0xe7);
    range(ONE_BYTE_PLAIN, 0xec, 0xef);
    range(ONE_BYTE_PLAIN, 0xf8, 0xfd);
    range(TWO_BYTE_PLAIN, 0x80, 0x8f);
    range(TWO_BYTE_PLAIN, 0xc8, 0xcf);
  }

  private final ByteBuffer code;
  private final int start;
  private int at;
  private boolean shortOperand;
  private boolean shortAddress;
  private boolean repeatNot;
  private boolean wide;

  private X86(ByteBuffer code, int start) {
    this.code = code;
    this.start = start;
    this.at = start;
  }

  private static BitSet set(int... opcodes) {
    BitSet set = new BitSet(256);
    for (int opcode : opcodes) {
      set.set(opcode);
    }
    return set;
  }

  private static void range(BitSet set, int first, int last) {
    set.set(first, last + 1);
  }

  /** Length of the instruction at a place; 0 if there is none, or one that is not known. */
  public static int length(ByteBuffer code, int at) {
    X86 decoder = new X86(code, at);
    boolean good = decoder.instruction();
    int length = decoder.at - at;
    return good && length <= LONGEST && decoder.at <= code.limit() ? length : 0;
  }

  /** Where instructions begin from one place to another; empty if one of them is not known. */
  public static Optional<List<Long>> starts(ByteBuffer code, int from, int to) {
    List<Long> starts = new ArrayList<>();
    int at = from;
    while (at < to) {
      int length = length(code, at);
      if (length == 0) {
        return Optional.empty();
      }
      starts.add((long) at - from);
      at += length;
    }
    return Optional.of(starts);
  }

  /** The next byte; behind the end anything, as the length tells that it is behind. */
  private int next() {
    int value = at >= 0 && at < code.limit() ? code.get(at) & 0xff : 0;
    at++;
    return value;
  }

  private boolean instruction() {
    int opcode = prefixes();
    return switch (opcode) {
      case 0x0f -> twoBytes();
      case 0xc5 -> {
        next();
        yield vector(1, next());
      }
      case 0xc4 -> {
        int map = next() & 0x1f;
        next();
        yield map >= 1 && map <= 3 && vector(map, next());
      }
      case 0x62 -> {
        int map = next() & 7;
        at += 2;
        yield map != 0 && map != 4 && map != 7 && vector(map, next());
      }
      default -> oneByte(opcode);
    };
  }

  /** The opcode behind the prefixes. */
  private int prefixes() {
    while (at - start < LONGEST) {
      int value = next();
      switch (value) {
        case 0x66 -> shortOperand = true;
        case 0x67 -> shortAddress = true;
        case 0xf2 -> repeatNot = true;
        case 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65 -> {}
        default -> {
          if ((value & 0xf0) != 0x40) {
            return value;
          }
          wide = (value & 8) != 0;
          return next();
        }
      }
    }
    return 0x06;
  }

  private boolean oneByte(int opcode) {
    boolean escape = opcode == 0x8f && at < code.limit() && (code.get(at) & 0x1f) >= 8;
    if (escape) {
      return extended();
    }
    if (ONE_BYTE_BAD.get(opcode)) {
      return false;
    }
    if (!ONE_BYTE_PLAIN.get(opcode)) {
      int operands = operands();
      at += immediateBehindOperands(opcode, operands >> 3 & 7);
      return true;
    }
    at +=
        switch (opcode) {
          case 0x68, 0xa9 -> immediate();
          case 0x05, 0x0d, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d -> immediate();
          case 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x6a, 0xa8, 0xcd, 0xeb -> 1;
          case 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7 -> 1;
          case 0xe8, 0xe9 -> 4;
          case 0xc2, 0xca -> 2;
          case 0xc8 -> 3;
          case 0xa0, 0xa1, 0xa2, 0xa3 -> shortAddress ? 4 : 8;
          default -> {
            boolean jump = opcode >= 0x70 && opcode <= 0x7f;
            if (jump || (opcode >= 0xb0 && opcode <= 0xb7)) {
              yield 1;
            }
            yield opcode >= 0xb8 && opcode <= 0xbf ? (wide ? 8 : immediate()) : 0;
          }
        };
    return true;
  }

  private int immediateBehindOperands(int opcode, int extension) {
    return switch (opcode) {
      case 0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6 -> 1;
      case 0x69, 0x81, 0xc7 -> immediate();
      case 0xf6 -> extension < 2 ? 1 : 0;
      case 0xf7 -> extension < 2 ? immediate() : 0;
      default -> 0;
    };
  }

  private int immediate() {
    return shortOperand && !wide ? 2 : 4;
  }

  private boolean twoBytes() {
    int opcode = next();
    if (opcode == 0x38) {
      next();
      operands();
      return true;
    }
    if (opcode == 0x3a) {
      next();
      operands();
      at++;
      return true;
    }
    if (TWO_BYTE_BAD.get(opcode)) {
      return false;
    }
    if (TWO_BYTE_PLAIN.get(opcode)) {
      at += opcode >= 0x80 && opcode <= 0x8f ? 4 : 0;
      return true;
    }
    if (opcode >= 0x20 && opcode <= 0x23) {
      // Control and debug registers: what looks like memory is a register.
      at++;
      return true;
    }
    operands();
    at += TWO_BYTE_IMMEDIATE.get(opcode) ? 1 : 0;
    // AMD's extrq and insertq take two.
    at += opcode == 0x78 && (repeatNot || shortOperand) ? 2 : 0;
    return true;
  }

  /** VEX and EVEX: the maps are those behind 0F, 0F 38 and 0F 3A. */
  private boolean vector(int map, int opcode) {
    if (map == 1 && opcode == 0x77) {
      return true;
    }
    operands();
    at += map == 3 || (map == 1 && VECTOR_IMMEDIATE.get(opcode)) ? 1 : 0;
    return true;
  }

  /** AMD's XOP. */
  private boolean extended() {
    int map = next() & 0x1f;
    next();
    next();
    operands();
    at += map == 8 ? 1 : map == 10 ? 4 : 0;
    return map <= 10;
  }

  /** The byte that names operands, and what belongs to the address it names. */
  private int operands() {
    int names = next();
    int mode = names >> 6;
    int memory = names & 7;
    if (mode == 3) {
      return names;
    }
    boolean far = mode == 0 && memory == 5;
    if (memory == 4) {
      int base = next() & 7;
      far = mode == 0 && base == 5;
    }
    at += mode == 1 ? 1 : mode == 2 || far ? 4 : 0;
    return names;
  }
}
