package jbt.compiler.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Decision;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Settings;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;

/**
 * A script without errors: names resolved, probes expanded, every expression typed. The input of
 * code generation, which can't fail on it.
 *
 * @param source the script's text, for messages while it runs
 * @param circumstances under which it runs
 */
public record Checked(
    List<MapDecl> maps,
    List<Probe> probes,
    List<Site> sites,
    List<String> attachPointNames,
    Settings settings,
    List<String> warnings,
    List<Decision> decisions,
    Source source,
    Circumstances circumstances) {
  /** What one loop of bpf_loop can be: as many rounds as the kernel allows. */
  public static final int MOST_ROUNDS = 1 << 23;

  public Checked {
    maps = List.copyOf(maps);
    probes = List.copyOf(probes);
    sites = List.copyOf(sites);
    attachPointNames = List.copyOf(attachPointNames);
    warnings = List.copyOf(warnings);
    decisions = List.copyOf(decisions);
  }

  /** The same script with its programs attached in other ways. */
  public Checked with(List<Probe> others) {
    return new Checked(
        maps,
        others,
        sites,
        attachPointNames,
        settings,
        warnings,
        decisions,
        source,
        circumstances);
  }

  /**
   * A map of the script; named by its place in {@link Checked#maps}.
   *
   * @param cleared the script has a clear or zero of it
   * @param read the script reads it in an expression
   * @param deleted the script deletes keys of it
   * @param lru a new key takes the place of the one that was used least recently
   * @param maxEntries for a keyed map
   * @param firstWrite where the script first puts something in
   */
  public record MapDecl(
      String name,
      List<Type> key,
      ScriptMap.Value value,
      boolean cleared,
      boolean read,
      boolean deleted,
      boolean printed,
      boolean hostBound,
      boolean lru,
      int maxEntries,
      SourceRange firstWrite) {
    public MapDecl {
      key = List.copyOf(key);
    }
  }

  /**
   * One program to be made: a block of the script for attach points that share one context layout.
   *
   * @param points the attach points
   * @param locals types of the scratch variables, named by their place
   * @param only the one system call of 64-bit programs whose events it is for, where it is attached
   *     to those of others too
   * @param given where it is attached in another way than the script says: what stands for the
   *     fields of the context that the script means, by their offset
   */
  public record Probe(
      Kind kind,
      List<PointAt> points,
      Optional<Expr> predicate,
      List<Stmt> body,
      List<Type> locals,
      SourceRange range,
      Optional<SystemCall> only,
      Map<Integer, Expr> given) {
    public Probe {
      points = List.copyOf(points);
      body = List.copyOf(body);
      locals = List.copyOf(locals);
      given = Map.copyOf(given);
    }

    Probe(
        Kind kind,
        List<PointAt> points,
        Optional<Expr> predicate,
        List<Stmt> body,
        List<Type> locals,
        SourceRange range) {
      this(kind, points, predicate, body, locals, range, Optional.empty(), Map.of());
    }

    /** The same program with other statements, and the variables that they have. */
    public Probe with(List<Stmt> statements, List<Type> variables) {
      return new Probe(kind, points, predicate, statements, variables, range, only, given);
    }

    /** The same program at another place, where its only attach point is taken to be. */
    public Probe attached(
        Kind to, Attachment.Point point, Optional<SystemCall> which, Map<Integer, Expr> fields) {
      PointAt only = points.getFirst();
      PointAt at = new PointAt(point, only.cookie(), only.given());
      return new Probe(to, List.of(at), predicate, body, locals, range, which, fields);
    }

    /**
     * A system call of 64-bit programs.
     *
     * @param returns where it returns, not where it begins
     * @param status offset of the word that tells those of 32-bit programs apart, see {@link
     *     jbt.compiler.target.Target#threadStatus}
     */
    public record SystemCall(long number, boolean returns, int status) {}

    public enum Kind {
      BEGIN,
      END,
      TRACEPOINT,
      /** A tracepoint without its record. */
      DIRECT_TRACEPOINT,
      RAW_EVENT,
      INTERVAL,
      PROFILE,
      SOFTWARE,
      UPROBE,
      URETPROBE,
      USDT,
      KPROBE,
      KRETPROBE,
      FENTRY,
      FEXIT,
      HARDWARE,
      WATCHPOINT,
      ITER,
      /** When a signal reaches whoever traces. */
      SELF,
      TEST,
      BENCH
    }
  }

  /** An attach point; see {@link jbt.compiler.plan.Attachment}. */
  public record PointAt(Attachment.Point point, int cookie, String given) {}

  /** Statements. Sites are places in {@link Checked#sites}. */
  public sealed interface Stmt {
    SourceRange range();

    /** An expression for its side effects. */
    record Evaluate(Expr expr, SourceRange range) implements Stmt {}

    record SetLocal(int local, Expr value, SourceRange range) implements Stmt {}

    /** {@code @m[key] = value} of a PLAIN map. */
    record SetMap(int map, List<Expr> key, Expr value, SourceRange range) implements Stmt {}

    /**
     * {@code @m[key] += value} of a COUNTER or of a PLAIN integer; a subtraction adds the negated
     * value.
     */
    record AddMap(int map, List<Expr> key, Expr value, SourceRange range) implements Stmt {}

    /** {@code @m[key] = count()}, sum and so on: as the map's value says. Absent for count. */
    record Aggregate(int map, List<Expr> key, Optional<Expr> value, SourceRange range)
        implements Stmt {}

    record If(Expr condition, List<Stmt> then, List<Stmt> otherwise, SourceRange range)
        implements Stmt {
      public If {
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
      }
    }

    record Printf(int site, List<Expr> arguments, SourceRange range) implements Stmt {}

    record Time(int site, SourceRange range) implements Stmt {}

    record PrintValue(int site, Expr value, SourceRange range) implements Stmt {}

    /**
     * A print of a map or of one of its elements.
     *
     * @param key empty for the whole map
     * @param what the map or its element in the script
     */
    record PrintMap(int site, int map, List<Expr> key, SourceRange what, SourceRange range)
        implements Stmt {}

    record Clear(int site, int map, SourceRange range) implements Stmt {}

    record Zero(int site, int map, SourceRange range) implements Stmt {}

    record Delete(int map, List<Expr> key, SourceRange range) implements Stmt {}

    /** Ends the program, too. */
    record Exit(int site, Expr code, SourceRange range) implements Stmt {}

    /**
     * Ends the program.
     *
     * @param result of a test
     */
    record Return(Optional<Expr> result, SourceRange range) implements Stmt {}

    /** The body as long as the condition holds, {@link Checked#MOST_ROUNDS} times at most. */
    record While(Expr condition, List<Stmt> body, SourceRange range) implements Stmt {
      public While {
        body = List.copyOf(body);
      }
    }

    /**
     * The body with the local, of the type of both ends, INT64 or UINT64, set to each number from
     * {@code from} on that is less than {@code to}; {@link Checked#MOST_ROUNDS} times at most. Both
     * are evaluated once, before.
     */
    record ForRange(int local, Expr from, Expr to, List<Stmt> body, SourceRange range)
        implements Stmt {
      public ForRange {
        body = List.copyOf(body);
      }
    }

    /**
     * The body with the local set to each key with its value, a tuple of the two; a key of several
     * parts is a tuple. Aggregations give what {@link Expr.Aggregated} does.
     */
    record ForMap(int local, int map, List<Stmt> body, SourceRange range) implements Stmt {
      public ForMap {
        body = List.copyOf(body);
      }
    }

    /** Ends the innermost loop. */
    record Break(SourceRange range) implements Stmt {}

    /** Goes on with the next round of the innermost loop. */
    record Continue(SourceRange range) implements Stmt {}
  }

  /**
   * Expressions. Operands of arithmetic, bitwise operators and order comparisons are of the types
   * INT64 or UINT64, both the same (the right operand of a shift apart, which is taken modulo 64);
   * operations are done in 8 bytes.
   *
   * <p>A value that goes to a local, a map, a key part, a branch of a conditional or a part of a
   * tuple has the type of that place, but a string may be narrower than its place, which is then
   * padded with NUL. Integers of different types are not converted there: all are held as 8 bytes,
   * sign- or zero-extended. All locals are set before they are read.
   *
   * <p>Conditions (of if, predicates, {@code && || !} and {@code ?:}) are integers, bools or
   * pointers: true if not zero. Comparisons give BOOL, 0 or 1.
   */
  public sealed interface Expr {
    Type type();

    SourceRange range();

    /**
     * Of an integer type, BOOL, a pointer type, or of PROBE_NAME, when it is the cookie; 0 stands
     * for an array or a struct of zeros.
     */
    record IntLiteral(long value, Type type, SourceRange range) implements Expr {}

    /** Bytes as Latin-1 characters; {@code type} is a {@link Type.Str} of at least its length. */
    record StrLiteral(String value, Type type, SourceRange range) implements Expr {}

    record BuiltinValue(Builtin builtin, Type type, SourceRange range) implements Expr {}

    /**
     * A field of the probe's context.
     *
     * @param read how the value is had from the field
     */
    record ContextField(int offset, int size, Read read, Type type, SourceRange range)
        implements Expr {
      public enum Read {
        /** An integer or pointer of {@code size} bytes at the offset. */
        LOAD,
        /** The characters of the field itself (char[N]). */
        CHARS,
        /** A u32 at the offset: low half offset of the text in the record, high half its length. */
        DATA_LOC,
        /** The array at the offset, not read as a whole but indexed. */
        ARRAY,
        /** A pointer of 8 bytes of which the kernel knows what it points to. */
        TRUSTED
      }
    }

    /**
     * Memory of the traced side, at an address and a distance from it. An integer, bool or pointer;
     * a string that is there as characters; a struct or an array as a whole. Zero where it can't be
     * read.
     *
     * @param bits the part of {@code bits.bytes()} bytes that is the value
     * @param direct a program may load it if the kernel knows what the address points to
     */
    record Memory(
        Expr address,
        long offset,
        Optional<Member.Bits> bits,
        Type.AddressSpace space,
        boolean direct,
        Type type,
        SourceRange range)
        implements Expr {}

    /**
     * Address of an element of an array that is in memory of the traced side; 0 if the index is not
     * inside of it.
     *
     * @param offset of the array from {@code address}
     */
    record ElementAddress(
        Expr address,
        long offset,
        Expr index,
        int elementSize,
        int length,
        Type type,
        SourceRange range)
        implements Expr {}

    /** A part of a struct or an array that the program itself holds. */
    record Part(Expr of, int offset, Optional<Member.Bits> bits, Type type, SourceRange range)
        implements Expr {}

    /** An element of an array that is a context field; {@code length} elements. */
    record ContextElement(
        int offset, int elementSize, int length, Expr index, Type type, SourceRange range)
        implements Expr {}

    record Local(int local, Type type, SourceRange range) implements Expr {}

    /** Of a PLAIN or COUNTER map; zero where the key is missing. */
    record MapValue(int map, List<Expr> key, Type type, SourceRange range) implements Expr {}

    /** What an aggregation of one number has come to, over all processors; 0 without any. */
    record Aggregated(int map, List<Expr> key, Type type, SourceRange range) implements Expr {}

    /** Whether a map has a key. */
    record HasKey(int map, List<Expr> key, Type type, SourceRange range) implements Expr {}

    /** Sets the local to the value of a key, if the map has it; whether it has. */
    record Find(int map, List<Expr> key, int local, Type type, SourceRange range) implements Expr {}

    /** Deletes a key; whether it was there. */
    record DeleteKey(int map, List<Expr> key, Type type, SourceRange range) implements Expr {}

    /** The number of keys that a map has now. */
    record Length(int map, Type type, SourceRange range) implements Expr {}

    /** The value behind the effects of some statements. */
    record Sequence(List<Stmt> statements, Expr value, Type type, SourceRange range)
        implements Expr {
      public Sequence {
        statements = List.copyOf(statements);
      }
    }

    record Unary(UnaryOp op, Expr operand, Type type, SourceRange range) implements Expr {}

    record Binary(BinaryOp op, Expr left, Expr right, Type type, SourceRange range)
        implements Expr {}

    /** {@code && ||}: the right side is evaluated only if it matters. */
    record Logical(boolean and, Expr left, Expr right, Type type, SourceRange range)
        implements Expr {}

    record Conditional(Expr condition, Expr then, Expr otherwise, Type type, SourceRange range)
        implements Expr {}

    /** {@code value ?: otherwise}: the value if it is not zero; evaluated once. */
    record OrElse(Expr value, Expr otherwise, Type type, SourceRange range) implements Expr {}

    /** {@code $x++}, {@code --$x} and so on. */
    record StepLocal(int local, int by, boolean prefix, Type type, SourceRange range)
        implements Expr {}

    /** {@code @x++}, {@code --@x[key]} and so on, of a COUNTER or PLAIN integer map. */
    record StepMap(int map, List<Expr> key, int by, boolean prefix, Type type, SourceRange range)
        implements Expr {}

    /**
     * A tuple, or a record.
     *
     * @param struct the one of which it has the fields, for messages
     */
    record Tuple(List<Expr> parts, Type type, Optional<Type.Struct> struct, SourceRange range)
        implements Expr {
      public Tuple {
        parts = List.copyOf(parts);
      }

      Tuple(List<Expr> parts, Type type, SourceRange range) {
        this(parts, type, Optional.empty(), range);
      }

      Tuple of(Type.Struct whole) {
        return new Tuple(parts, type, Optional.of(whole), range);
      }

      static Tuple record(List<String> names, List<Expr> parts, SourceRange range) {
        Type type = new Type.Tuple(parts.stream().map(Expr::type).toList(), names);
        return new Tuple(parts, type, range);
      }
    }

    record TuplePart(Expr tuple, int index, Type type, SourceRange range) implements Expr {}

    /**
     * {@code str(pointer, length)}: at most the type's size in bytes are kept, and at most {@code
     * length} - 1 if it is given.
     */
    record Str(Expr pointer, Optional<Expr> length, Type type, SourceRange range) implements Expr {}

    /** A call whose value the kernel program makes; see {@link Function}. */
    record Call(Function function, List<Expr> arguments, Type type, SourceRange range)
        implements Expr {
      public Call {
        arguments = List.copyOf(arguments);
      }
    }

    /**
     * From an integer, bool or pointer to another integer type: narrowed, then sign- or
     * zero-extended; to BOOL: whether it is not zero; to a pointer or a symbolic type of one word:
     * unchanged; to an array: its bytes.
     */
    record Cast(Expr operand, Type type, SourceRange range) implements Expr {}
  }

  public enum UnaryOp {
    NEGATE,
    /** Bitwise. */
    COMPLEMENT,
    /** Logical; gives 0 or 1. */
    NOT
  }

  /**
   * Comparisons of strings are EQ and NE only, up to the end of the text; DIVIDE, MODULO,
   * SHIFT_RIGHT and comparisons of integers are signed if the left operand's type is. Signed
   * division truncates toward zero; {@code x / 0} and {@code x % 0} are 1, as bpftrace has it; the
   * least number divided by -1 is itself. PROBE_NAME is compared with PROBE_NAME only, EQ and NE.
   */
  public enum BinaryOp {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MODULO,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    AND,
    OR,
    XOR,
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE
  }

  /** Builtins that are had at run time; {@code host} and constants are literals by now. */
  public enum Builtin {
    PID,
    TID,
    UID,
    GID,
    COMM,
    NSECS,
    ELAPSED,
    CPU,
    RAND,
    CURTASK,
    /** The cookie; only where a probe has several points. */
    PROBE
  }
}
