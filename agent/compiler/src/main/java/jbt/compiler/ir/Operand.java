package jbt.compiler.ir;

import org.jspecify.annotations.Nullable;

/** What an operation of the intermediate code works on. */
sealed interface Operand {
  /** A virtual register: 64 bits. */
  record Reg(int number) implements Operand {
    // Written out, since registers are looked up all the time and what Java makes is slow until the
    // best of its compilers has come to it.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Reg reg && reg.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }

    @Override
    public String toString() {
      return "%" + number;
    }
  }

  record Imm(long value) implements Operand {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A map as helpers take it, by its place in the plan. */
  record MapRef(int map) implements Operand {
    @Override
    public String toString() {
      return "map" + map;
    }
  }

  /** A variable of the kernel, by its place in the type information. */
  record VariableRef(int typeId) implements Operand {
    @Override
    public String toString() {
      return "type" + typeId;
    }
  }

  /** A routine that the kernel calls, by its number among those of the program. */
  record RoutineRef(int routine) implements Operand {
    @Override
    public String toString() {
      return "routine" + routine;
    }
  }

  /** Address of a byte of the stack frame; {@code offset} is negative. */
  record Frame(int offset) implements Operand {
    @Override
    public String toString() {
      return "fp" + offset;
    }
  }

  /** A register that lives in the stack frame, as an argument of a call. */
  record Spilled(int offset) implements Operand {
    @Override
    public String toString() {
      return "[fp" + offset + "]";
    }
  }
}
