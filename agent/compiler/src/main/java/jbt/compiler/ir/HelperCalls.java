package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.KernelFunction;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Trusted;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.VariableRef;
import jbt.compiler.types.Type;

/** Calls whose value the kernel knows, and what symbolic values are held as. */
final class HelperCalls {
  private static final Imm ZERO = new Imm(0);

  /** The negative number of EFAULT. */
  private static final int NOTHING_THERE = -14;

  private static final int INET6_BYTES = 16;
  private static final int MAC_BYTES = 6;

  private final Lowering lowering;
  private final Body body;

  HelperCalls(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** The value of a call of a type that a register holds. */
  Operand scalar(Expr.Call e) {
    return switch (e.function()) {
      case STRLEN, STRSTR, STRNCMP, MEMCMP -> lowering.textCalls().scalar(e);
      case NSECS_MONOTONIC -> body.call(Helper.KTIME_GET_NS);
      case NSECS_TAI -> body.call(Helper.KTIME_GET_TAI_NS);
      case NSECS_WALL -> wallClock();
      case JIFFIES -> body.call(Helper.JIFFIES64);
      case NUMA_NODE -> body.narrow(body.call(Helper.GET_NUMA_NODE_ID), 4, false);
      case CGROUP -> body.call(Helper.GET_CURRENT_CGROUP_ID);
      case BYTE_SWAP -> byteSwap(e);
      case STACK_LENGTH -> new Stacks(lowering).length(e.arguments().getFirst());
      case SIGNAL -> body.narrow(body.call(Helper.SEND_SIGNAL, number(e)), 4, true);
      case SIGNAL_THREAD -> body.narrow(body.call(Helper.SEND_SIGNAL_THREAD, number(e)), 4, true);
      case OVERRIDE -> effect(Helper.OVERRIDE_RETURN, lowering.context(), number(e));
      case MAC_ADDRESS -> {
        Address place = body.exactMemory(8);
        body.storeWord(place, ZERO);
        lowering.texts().readFrom(e.arguments().getFirst(), place, new Imm(MAC_BYTES));
        yield body.load(Size.DOUBLE, place);
      }
      case ADDRESS -> {
        Operand place = body.addressOf(lowering.expressions().place(e.arguments().getFirst()));
        yield lowering.memory().number(body.move(place));
      }
      case CONTEXT -> lowering.memory().number(lowering.context());
      case SOCKET_COOKIE -> socketCookie(e.arguments().getFirst());
      case PACKET -> packet(e);
      case OF_THIS_PROCESSOR -> {
        VariableRef variable = new VariableRef((int) literal(e, 0));
        yield lowering.memory().number(body.call(Helper.THIS_CPU_PTR, variable));
      }
      case OF_PROCESSOR -> ofProcessor((int) literal(e, 0), e.arguments().get(1));
      case KERNEL_FUNCTION -> kernelFunction(e);
      case WRITE_USER -> writeUser(e);
      case DEBUG -> debug(e);
      case PATH, NAME_OF -> throw new IllegalArgumentException("no number: " + e);
      case BYTES,
          START,
          CONCAT,
          BUFFER,
          JOIN,
          USER_SYMBOL,
          STACK,
          UNWOUND_STACK,
          INTERNET_ADDRESS,
          TIME_OF_FORMAT ->
          throw new IllegalArgumentException("no number: " + e);
    };
  }

  Operand wallClock() {
    int offset = body.layout().globals().wallOffset();
    return body.add(lowering.builtins().time(), body.load(Size.DOUBLE, body.global(offset)));
  }

  private Operand number(Expr.Call e) {
    return lowering.expressions().scalar(e.arguments().getFirst());
  }

  private Operand effect(Helper helper, Operand... arguments) {
    body.callForEffect(helper, arguments);
    return ZERO;
  }

  private static long literal(Expr.Call e, int argument) {
    return ((Expr.IntLiteral) e.arguments().get(argument)).value();
  }

  private Operand socketCookie(Expr socket) {
    Reg result = body.move(ZERO);
    int absent = body.block();
    Reg pointer = lowering.memory().known(socket, absent);
    body.set(result, body.call(Helper.GET_SOCKET_COOKIE, pointer));
    body.place(absent);
    return result;
  }

  private Operand packet(Expr.Call e) {
    List<Expr> arguments = e.arguments();
    Reg whole = body.move(lowering.expressions().scalar(arguments.get(2)));
    Reg kept = body.move(lowering.expressions().scalar(arguments.get(3)));
    Reg skipped = body.move(lowering.expressions().scalar(arguments.get(4)));
    Reg result = body.move(new Imm(NOTHING_THERE));
    int absent = body.block();
    Reg packet = lowering.memory().known(arguments.get(1), absent);
    int site = (int) literal(e, 0);
    body.set(result, lowering.records().packet(site, packet, whole, kept, skipped));
    body.place(absent);
    return result;
  }

  private Operand ofProcessor(int typeId, Expr processor) {
    Operand number = lowering.expressions().scalar(processor);
    Reg result = body.move(ZERO);
    int there = body.block();
    int done = body.block();
    Reg pointer = body.call(Helper.PER_CPU_PTR, new VariableRef(typeId), number);
    body.branch(Condition.EQ, pointer, ZERO, done, there);
    body.place(there);
    body.set(result, lowering.memory().number(pointer));
    body.place(done);
    return result;
  }

  private Operand kernelFunction(Expr.Call e) {
    String name = ((Expr.StrLiteral) e.arguments().getFirst()).value();
    List<Expr> given = e.arguments().subList(2, e.arguments().size());
    Reg result = body.move(ZERO);
    int absent = body.block();
    List<Operand> arguments = new ArrayList<>();
    for (Expr argument : given) {
      arguments.add(
          Trusted.pointer(argument)
              ? lowering.memory().known(argument, absent)
              : Layout.scalar(argument.type())
                  ? body.move(lowering.expressions().scalar(argument))
                  : body.addressOf(lowering.expressions().place(argument)));
    }
    KernelFunction function = new KernelFunction(name, (int) literal(e, 1), given.size());
    Reg value = body.call(function, arguments.toArray(Operand[]::new));
    body.set(
        result,
        e.type() instanceof Type.Pointer
            ? lowering.memory().number(value)
            : lowering.expressions().narrowed(value, e.type()));
    body.place(absent);
    return result;
  }

  private Operand writeUser(Expr.Call e) {
    Operand target = lowering.expressions().scalar(e.arguments().get(0));
    Expr source = e.arguments().get(1);
    int bytes = (int) literal(e, 2);
    Address from;
    if (source.type() instanceof Type.Pointer) {
      from = body.memory((bytes + 7) & ~7);
      lowering.expressions().zero(from, (bytes + 7) & ~7);
      lowering.texts().readFrom(source, from, new Imm(bytes));
    } else if (Layout.scalar(source.type())) {
      from = body.exactMemory(8);
      body.storeWord(from, lowering.expressions().scalar(source));
    } else {
      from = lowering.expressions().place(source);
    }
    return effect(Helper.PROBE_WRITE_USER, target, body.addressOf(from), new Imm(bytes));
  }

  /** Texts go as their addresses; what follows a format is as many values as it has conversions. */
  private Operand debug(Expr.Call e) {
    String format = ((Expr.StrLiteral) e.arguments().getFirst()).value() + "\0";
    Operand[] all = {ZERO, new Imm(format.length()), ZERO, ZERO, ZERO};
    for (int i = 1; i < e.arguments().size(); i++) {
      Expr argument = e.arguments().get(i);
      all[i + 1] =
          argument.type() instanceof Type.Str
              ? body.addressOf(lowering.expressions().place(argument))
              : body.move(lowering.expressions().scalar(argument));
    }
    Address text = body.memory((format.length() + 7) & ~7);
    for (int at = 0; at < format.length(); at += 8) {
      body.storeWord(text.plus(at), new Imm(Texts.word(format, at)));
    }
    all[0] = body.addressOf(text);
    return effect(Helper.TRACE_PRINTK, all);
  }

  /** Puts the bytes of a literal in memory. */
  void bytes(Expr.Call e, Address to) {
    String text = ((Expr.StrLiteral) e.arguments().getFirst()).value();
    for (int at = 0; at < e.type().storedSize(); at += 8) {
      long word = 0;
      for (int i = Math.min(text.length(), at + 8) - 1; i >= at; i--) {
        word = word << 8 | text.charAt(i);
      }
      body.storeWord(to.plus(at), new Imm(word));
    }
  }

  /** Puts the words of a symbolic value in memory. */
  void store(Expr.Call e, Address to) {
    switch (e.function()) {
      case STACK, UNWOUND_STACK -> new Stacks(lowering).store(e, to);
      case USER_SYMBOL -> {
        body.storeWord(to, lowering.expressions().scalar(e.arguments().getFirst()));
        Reg ids = body.call(Helper.GET_CURRENT_PID_TGID);
        body.storeWord(to.plus(8), body.binary(AluOperation.RSH, ids, new Imm(32)));
      }
      case INTERNET_ADDRESS -> internetAddress(e.arguments().get(0), e.arguments().get(1), to);
      case TIME_OF_FORMAT -> {
        body.storeWord(to, lowering.expressions().scalar(e.arguments().getFirst()));
        body.storeWord(to.plus(8), lowering.expressions().scalar(e.arguments().getLast()));
      }
      default -> body.storeWord(to, scalar(e));
    }
  }

  private void internetAddress(Expr family, Expr address, Address to) {
    lowering.expressions().zero(to, 8 + INET6_BYTES);
    body.storeWord(to, lowering.expressions().scalar(family));
    if (address.type() instanceof Type.Array(Type.Int(int bytes, var signed, var e), int length)) {
      int read = Math.min(bytes * length, INET6_BYTES);
      lowering.texts().readFrom(address, to.plus(8), new Imm(read));
    } else {
      Operand number = lowering.expressions().scalar(address);
      body.store(Size.WORD, to.plus(8), number);
    }
  }

  /** By shifts: it is rare, and an instruction of its own would be in every pass. */
  private Operand byteSwap(Expr.Call e) {
    int bytes = ((Type.Int) e.type()).bytes();
    Operand value = lowering.expressions().scalar(e.arguments().getFirst());
    Operand result = ZERO;
    for (int i = 0; i < bytes; i++) {
      Operand part =
          body.binary(
              AluOperation.AND,
              body.binary(AluOperation.RSH, value, new Imm(8L * i)),
              new Imm(255));
      Operand moved = body.binary(AluOperation.LSH, part, new Imm(8L * (bytes - 1 - i)));
      result = body.binary(AluOperation.OR, result, moved);
    }
    return result;
  }
}
