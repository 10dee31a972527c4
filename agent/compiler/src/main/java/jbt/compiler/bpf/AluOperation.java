package jbt.compiler.bpf;

/**
 * Arithmetic of two operands, the first one also the result; DIV, MOD and RSH are unsigned. Only
 * some kernels know SDIV and SMOD.
 */
public enum AluOperation {
  ADD(0x00, "+="),
  SUB(0x10, "-="),
  MUL(0x20, "*="),
  DIV(0x30, "/="),
  SDIV(0x30, 1, "s/="),
  OR(0x40, "|="),
  AND(0x50, "&="),
  LSH(0x60, "<<="),
  RSH(0x70, ">>="),
  MOD(0x90, "%="),
  SMOD(0x90, 1, "s%="),
  XOR(0xa0, "^="),
  MOV(0xb0, "="),
  ARSH(0xc0, "s>>=");

  /** The bits of an instruction's code that name it. */
  final int code;

  /** Value of the instruction's field for an offset. */
  final int variant;

  final String symbol;

  AluOperation(int code, String symbol) {
    this(code, 0, symbol);
  }

  AluOperation(int code, int variant, String symbol) {
    this.code = code;
    this.variant = variant;
    this.symbol = symbol;
  }

  /** Not that of another operation. */
  public int number() {
    return code | variant;
  }

  /** How it reads in a listing. */
  public String symbol() {
    return symbol;
  }

  /** Whether the operands may change places. */
  public boolean commutative() {
    return switch (this) {
      case ADD, MUL, OR, AND, XOR -> true;
      case SUB, DIV, SDIV, LSH, RSH, MOD, SMOD, MOV, ARSH -> false;
    };
  }

  /** What the machine computes on 64 bits: division by zero gives 0, modulo zero the left side. */
  public long apply(long left, long right) {
    return switch (this) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      case DIV -> right == 0 ? 0 : Long.divideUnsigned(left, right);
      case SDIV -> right == 0 ? 0 : left / right;
      case OR -> left | right;
      case AND -> left & right;
      case LSH -> left << right;
      case RSH -> left >>> right;
      case MOD -> right == 0 ? left : Long.remainderUnsigned(left, right);
      case SMOD -> right == 0 ? left : left % right;
      case XOR -> left ^ right;
      case MOV -> right;
      case ARSH -> left >> right;
    };
  }
}
