package jbt.compiler.random;

import java.util.List;
import java.util.Optional;

/** A syntax tree of its own: it shares nothing with the compiler's. */
final class Node {
  private Node() {}

  enum Binary {
    OR("|", 4),
    XOR("^", 5),
    AND("&", 6),
    EQ("==", 7),
    NE("!=", 7),
    LT("<", 8),
    LE("<=", 8),
    GT(">", 8),
    GE(">=", 8),
    SHIFT_LEFT("<<", 9),
    SHIFT_RIGHT(">>", 9),
    ADD("+", 10),
    SUBTRACT("-", 10),
    MULTIPLY("*", 11),
    DIVIDE("/", 11),
    MODULO("%", 11);

    final String symbol;
    final int precedence;

    Binary(String symbol, int precedence) {
      this.symbol = symbol;
      this.precedence = precedence;
    }

    boolean bitwise() {
      return precedence <= 6;
    }

    boolean compares() {
      return precedence == 7 || precedence == 8;
    }

    boolean shifts() {
      return precedence == 9;
    }
  }

  enum Unary {
    MINUS("-"),
    COMPLEMENT("~"),
    PLUS("+"),
    NOT("!");

    final String symbol;

    Unary(String symbol) {
      this.symbol = symbol;
    }
  }

  sealed interface Expr {
    /** A number as written. */
    record Literal(String text, long value, Kind kind) implements Expr {}

    record Str(String value) implements Expr {}

    /** A builtin or a field of the record, whose value the surroundings know. */
    record Given(String text, Kind kind) implements Expr {}

    /** The first characters of the text at an address: {@code str(pointer, length)}. */
    record StrAt(String pointer, Optional<Expr> length) implements Expr {}

    /** {@code args.args[index]}: 0 outside of its 6 elements. */
    record Argument(Expr index) implements Expr {}

    record Local(Variable variable) implements Expr {}

    record MapRead(MapShape map, List<Expr> key) implements Expr {}

    record Apply(Unary op, Expr operand) implements Expr {}

    record Combine(Binary op, Expr left, Expr right) implements Expr {}

    record Logical(boolean and, Expr left, Expr right) implements Expr {}

    /** Without {@code then}: {@code condition ?: otherwise}. */
    record Conditional(Expr condition, Optional<Expr> then, Expr otherwise) implements Expr {}

    record Cast(String type, int bytes, boolean signed, Expr operand) implements Expr {}

    record ToBool(Expr operand) implements Expr {}

    record Step(Target target, boolean up, boolean prefix) implements Expr {}

    record Tuple(List<Expr> parts, boolean named) implements Expr {
      Tuple(List<Expr> parts) {
        this(parts, false);
      }
    }

    record Part(Expr tuple, int index) implements Expr {}

    record HasKey(MapShape map, List<Expr> key) implements Expr {}

    /** How many keys a map has. */
    record Keys(MapShape map) implements Expr {}

    record Length(Expr text) implements Expr {}

    /** Where a text has another one, or -1. */
    record Found(Expr text, Expr part) implements Expr {}

    record Contains(Expr text, Expr part) implements Expr {}

    record Joined(Expr left, Expr right) implements Expr {}

    /** What memory with an integer of 8 bytes holds somewhere. */
    record Part8(Expr number, View view) implements Expr {}

    /** An element of an integer of 8 bytes as an array, 0 outside. */
    record Element(Expr number, int bytes, boolean signed, Expr index) implements Expr {}

    /** {@code strncmp(left, right, count)}. */
    record Differ(Expr left, Expr right, int count) implements Expr {}

    record Call(Function function, List<Expr> arguments) implements Expr {}
  }

  /**
   * A part of 8 bytes.
   *
   * @param text with the address of the bytes for {@code %s}
   * @param at which bit of them is the first
   */
  record View(String text, int at, int bits, boolean signed) {}

  /** What can be assigned to. */
  sealed interface Target {
    record Local(Variable variable) implements Target {}

    record Element(MapShape map, List<Expr> key) implements Target {}
  }

  /**
   * @param declared the type that a {@code let} gives it, or ""
   * @param counts a loop goes by it: nothing else changes it
   */
  record Variable(String name, Kind kind, String declared, boolean counts) {}

  /** What is put in a map. */
  enum Use {
    PLAIN,
    COUNTER,
    COUNT,
    SUM,
    MIN,
    MAX,
    AVG,
    STATS,
    HIST,
    LHIST
  }

  /**
   * @param key shapes of the parts; numbers in it are of any type
   * @param value of PLAIN anything, of others a number
   * @param cleared it can be cleared, and then is not asked for its keys
   * @param parameters of HIST the bits, of LHIST minimum, maximum and step
   */
  record MapShape(
      String name, Use use, List<Kind> key, Kind value, List<Long> parameters, boolean cleared) {
    boolean readable() {
      return use == Use.PLAIN || use == Use.COUNTER;
    }
  }

  sealed interface Stmt {
    record Let(Variable variable, Optional<Expr> value) implements Stmt {}

    record Assign(Target target, Expr value) implements Stmt {}

    record Compound(Target target, Binary op, Expr value) implements Stmt {}

    record Evaluate(Expr expr, boolean discarded) implements Stmt {}

    /** {@code @m[key] = count()} and so on. */
    record Aggregate(MapShape map, List<Expr> key, Optional<Expr> value) implements Stmt {}

    record If(Expr condition, List<Stmt> then, List<Stmt> otherwise) implements Stmt {}

    record Printf(String format, List<Expr> arguments) implements Stmt {}

    record PrintValue(Expr value) implements Stmt {}

    record PrintMap(MapShape map, List<Expr> key) implements Stmt {}

    record Clear(MapShape map, boolean zero) implements Stmt {}

    record Delete(MapShape map, List<Expr> key, boolean separate) implements Stmt {}

    record Time() implements Stmt {}

    record Exit(Optional<Expr> code) implements Stmt {}

    /** Of a probe without a value, of a function with one. */
    record Return(Optional<Expr> value) implements Stmt {}

    record Braces(List<Stmt> body) implements Stmt {}

    record Unroll(int count, List<Stmt> body) implements Stmt {}

    record While(Expr condition, List<Stmt> body) implements Stmt {}

    record ForRange(Variable variable, Expr from, Expr to, List<Stmt> body) implements Stmt {}

    /** Over the keys of a map, in whatever order: a body that does the same in any. */
    record ForMap(Variable variable, MapShape from, List<Stmt> body) implements Stmt {}

    record Break() implements Stmt {}

    record Continue() implements Stmt {}
  }

  /** What gives an integer; it calls no other. */
  record Function(String name, List<Variable> parameters, Variable result, List<Stmt> body) {}

  /** A block with its attach point. */
  record Probe(String point, Optional<Expr> predicate, List<Stmt> body) {}
}
