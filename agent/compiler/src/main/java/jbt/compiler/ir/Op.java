package jbt.compiler.ir;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Callee;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Operand.Reg;
import org.jspecify.annotations.Nullable;

/** One operation of the intermediate code: at most one result. */
@SuppressWarnings("ReferenceEquality") // What has not changed is the same object.
sealed interface Op extends Reader {
  // What passes ask of every operation is a method of the record: to switch over records takes
  // several times as long until the virtual machine has compiled it.

  /** One that always has a result. */
  sealed interface Setting extends Op {
    Reg target();

    @Override
    default int result() {
      return target().number();
    }
  }

  /** One that only computes its result, from its operands alone. */
  sealed interface Computing extends Setting {
    @Override
    default boolean removable() {
      return true;
    }

    @Override
    default boolean repeatable() {
      return true;
    }
  }

  /** One that reads one value. */
  sealed interface Unary extends Computing {
    Operand source();

    @Override
    default int operands() {
      return 1;
    }

    @Override
    default Operand operand(int place) {
      return source();
    }

    @Override
    default int[] registers() {
      return Reader.registers(source());
    }
  }

  /** One that reads nothing but an address. */
  sealed interface Reaching extends Op {
    Address address();

    @Override
    default int operands() {
      return 1;
    }

    @Override
    default Operand operand(int place) {
      return address().base();
    }

    @Override
    default int[] registers() {
      return Reader.registers(address().base());
    }
  }

  /** One that puts a value into memory. */
  sealed interface Writing extends Op {
    Address address();

    Operand value();

    @Override
    default int operands() {
      return 2;
    }

    @Override
    default Operand operand(int place) {
      return place == 0 ? address().base() : value();
    }

    @Override
    default int[] registers() {
      return Reader.registers(address().base(), value());
    }
  }

  /** The program's argument; only as the first operation. */
  record Context(Reg target) implements Computing {}

  /** The argument of a called routine, the first is 0; all of them are its first operations. */
  record Argument(Reg target, int number) implements Computing {}

  record Move(Reg target, Operand source) implements Unary {
    /** What is known of a copy is known without looking it up. */
    @Override
    public boolean repeatable() {
      return false;
    }

    @Override
    public Operand begins() {
      return source;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Operand other = f.apply(source);
      return other == source ? this : new Move(target, other);
    }
  }

  record Binary(Reg target, AluOperation operation, Operand left, Operand right)
      implements Computing {
    @Override
    public Operand begins() {
      return left;
    }

    @Override
    public int operands() {
      return 2;
    }

    @Override
    public Operand operand(int place) {
      return place == 0 ? left : right;
    }

    @Override
    public int[] registers() {
      return Reader.registers(left, right);
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Operand l = f.apply(left);
      Operand r = f.apply(right);
      return l == left && r == right ? this : new Binary(target, operation, l, r);
    }
  }

  record Negate(Reg target, Operand source) implements Unary {
    @Override
    public Operand begins() {
      return source;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Operand other = f.apply(source);
      return other == source ? this : new Negate(target, other);
    }
  }

  /** The lower {@code bytes} of a value, extended to 64 bits. */
  record Narrow(Reg target, Operand source, int bytes, boolean signed) implements Unary {
    @Override
    public Operand begins() {
      return source;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Operand other = f.apply(source);
      return other == source ? this : new Narrow(target, other, bytes, signed);
    }
  }

  /** Address of a byte in the only element of an array map. */
  record MapValueAddress(Reg target, int map, int offset) implements Computing {}

  /** {@code constant}: the memory does not change during a run. */
  record Load(Reg target, Size size, Address address, boolean constant)
      implements Setting, Reaching {
    @Override
    public boolean removable() {
      return true;
    }

    @Override
    public boolean repeatable() {
      return constant;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Address at = address.withBase(f);
      return at == address ? this : new Load(target, size, at, constant);
    }
  }

  record Store(Size size, Address address, Operand value) implements Writing {
    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Address at = address.withBase(f);
      Operand other = f.apply(value);
      return at == address && other == value ? this : new Store(size, at, other);
    }
  }

  /** Puts zeros into words that follow each other. */
  record Zero(Address address, int words) implements Reaching {
    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Address at = address.withBase(f);
      return at == address ? this : new Zero(at, words);
    }

    @Override
    public int operations() {
      return words;
    }
  }

  /** Copies words that follow each other; each goes through the register {@code by}. */
  record Copy(Reg by, Address from, Address to, int words) implements Setting {
    @Override
    public Reg target() {
      return by;
    }

    @Override
    public int operands() {
      return 2;
    }

    @Override
    public Operand operand(int place) {
      return place == 0 ? from.base() : to.base();
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Address source = from.withBase(f);
      Address target = to.withBase(f);
      return source == from && target == to ? this : new Copy(by, source, target, words);
    }

    @Override
    public int operations() {
      return 2 * words;
    }
  }

  /** Adds without a result. */
  record AtomicAdd(Address address, Operand value) implements Writing {
    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      return new AtomicAdd(address.withBase(f), f.apply(value));
    }
  }

  /** ADD and EXCHANGE with the old value as result. */
  record AtomicFetch(Reg target, AtomicOperation operation, Address address, Operand value)
      implements Setting, Writing {
    @Override
    public Operand begins() {
      return value;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      return new AtomicFetch(target, operation, address.withBase(f), f.apply(value));
    }
  }

  record CompareExchange(Reg target, Address address, Operand expected, Operand value)
      implements Setting {
    @Override
    public int operands() {
      return 3;
    }

    @Override
    public Operand operand(int place) {
      return place == 0 ? address.base() : place == 1 ? expected : value;
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      return new CompareExchange(target, address.withBase(f), f.apply(expected), f.apply(value));
    }
  }

  record Call(Optional<Reg> target, Callee callee, List<Operand> arguments) implements Op {
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public boolean removable() {
      return callee instanceof Helper helper && onlyAnswers(helper);
    }

    @Override
    public boolean repeatable() {
      return callee instanceof Helper helper && sameInARun(helper);
    }

    @Override
    public int result() {
      return target.isPresent() ? target.get().number() : NONE;
    }

    @Override
    public int operands() {
      return arguments.size();
    }

    @Override
    public Operand operand(int place) {
      return arguments.get(place);
    }

    @Override
    public Op withOperands(UnaryOperator<Operand> f) {
      Operand[] replaced = null;
      for (int i = 0; i < arguments.size(); i++) {
        Operand argument = f.apply(arguments.get(i));
        if (replaced == null && argument != arguments.get(i)) {
          replaced = arguments.toArray(new Operand[0]);
        }
        if (replaced != null) {
          replaced[i] = argument;
        }
      }
      return replaced == null ? this : new Call(target, callee, List.of(replaced));
    }
  }

  /** No register. */
  int NONE = -1;

  /** The number of the register that it sets, or {@link #NONE}. */
  default int result() {
    return NONE;
  }

  /** How many operations on single words it stands for. */
  default int operations() {
    return 1;
  }

  /** What its result begins as, where the machine works on one register; null if there is none. */
  default @Nullable Operand begins() {
    return null;
  }

  /** The same with every operand replaced; itself or an equal one if none has changed. */
  default Op withOperands(UnaryOperator<Operand> f) {
    return this;
  }

  /** The same with another result register. */
  default Op withResult(Reg to) {
    return switch (this) {
      case Context op -> new Context(to);
      case Argument op -> new Argument(to, op.number);
      case Move op -> new Move(to, op.source);
      case Binary op -> new Binary(to, op.operation, op.left, op.right);
      case Negate op -> new Negate(to, op.source);
      case Narrow op -> new Narrow(to, op.source, op.bytes, op.signed);
      case MapValueAddress op -> new MapValueAddress(to, op.map, op.offset);
      case Load op -> new Load(to, op.size, op.address, op.constant);
      case Store op -> throw new IllegalArgumentException("no result: " + op);
      case Zero op -> throw new IllegalArgumentException("no result: " + op);
      case Copy op -> new Copy(to, op.from, op.to, op.words);
      case AtomicAdd op -> throw new IllegalArgumentException("no result: " + op);
      case AtomicFetch op -> new AtomicFetch(to, op.operation, op.address, op.value);
      case CompareExchange op -> new CompareExchange(to, op.address, op.expected, op.value);
      case Call op -> new Call(Optional.of(to), op.callee, op.arguments);
    };
  }

  /** Whether it does nothing but set its result. */
  default boolean removable() {
    return false;
  }

  /** Whether it gives the same result each time in one run, for the same operands. */
  default boolean repeatable() {
    return false;
  }

  private static boolean sameInARun(Helper helper) {
    return switch (helper) {
      case GET_SMP_PROCESSOR_ID,
          GET_CURRENT_PID_TGID,
          GET_CURRENT_UID_GID,
          GET_CURRENT_TASK,
          GET_CURRENT_TASK_BTF,
          GET_CURRENT_CGROUP_ID,
          GET_ATTACH_COOKIE,
          TASK_STORAGE_GET ->
          true;
      default -> false;
    };
  }

  private static boolean onlyAnswers(Helper helper) {
    return switch (helper) {
      case KTIME_GET_NS,
          KTIME_GET_BOOT_NS,
          KTIME_GET_TAI_NS,
          JIFFIES64,
          GET_NUMA_NODE_ID,
          GET_PRANDOM_U32,
          RINGBUF_QUERY ->
          true;
      default -> sameInARun(helper);
    };
  }
}
