package jbt.compiler.ir;

import java.util.Optional;
import java.util.Set;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;

/**
 * Builtins that the kernel is asked for. What is the same all through a run is asked for wherever
 * it is needed: {@link Values} leaves one call. The time is the same within a statement.
 */
final class Builtins {
  /** TASK_COMM_LEN, padded with NUL. */
  static final int COMM_BYTES = 16;

  private final Lowering lowering;
  private final Body body;

  /** Where {@code comm} is kept when the program needs it more than once. */
  private Optional<Address> commPlace = Optional.empty();

  private boolean commThere;
  private Optional<Reg> time = Optional.empty();

  Builtins(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** What is known at a point of the program, to be restored behind a branch. */
  record Known(boolean commThere, Optional<Reg> time, Set<Expr> texts) {}

  Known known() {
    return new Known(commThere, time, lowering.heldTexts().there());
  }

  void restore(Known known) {
    commThere = known.commThere;
    time = known.time;
    lowering.heldTexts().restore(known.texts);
  }

  void endStatement() {
    time = Optional.empty();
  }

  /** {@code names}: how many times the routine needs {@code comm}, as far as that can be seen. */
  void declare(int names) {
    if (names > 1) {
      commPlace = Optional.of(body.exactMemory(COMM_BYTES));
    }
  }

  /** Asks in front of a loop for what each of its rounds needs. */
  void ahead(Stmt loop) {
    if (Reads.usesInEachRound(loop, Builtin.COMM)) {
      comm();
    }
  }

  Operand value(Builtin builtin) {
    return switch (builtin) {
      case PID ->
          body.binary(AluOperation.RSH, body.call(Helper.GET_CURRENT_PID_TGID), new Imm(32));
      case TID -> body.narrow(body.call(Helper.GET_CURRENT_PID_TGID), 4, false);
      case UID -> body.narrow(body.call(Helper.GET_CURRENT_UID_GID), 4, false);
      case GID -> body.binary(AluOperation.RSH, body.call(Helper.GET_CURRENT_UID_GID), new Imm(32));
      case NSECS -> time();
      case ELAPSED -> {
        int start = body.layout().globals().startTime();
        yield body.binary(AluOperation.SUB, time(), body.load(Size.DOUBLE, body.global(start)));
      }
      case CPU -> body.processor();
      case RAND -> body.narrow(body.call(Helper.GET_PRANDOM_U32), 4, false);
      case CURTASK -> body.call(Helper.GET_CURRENT_TASK);
      case PROBE -> cookie();
      case COMM -> throw new IllegalArgumentException("comm is no number");
    };
  }

  /** Of CLOCK_BOOTTIME, in nanoseconds. */
  Reg time() {
    if (time.isEmpty()) {
      time = Optional.of(body.call(Helper.KTIME_GET_BOOT_NS));
    }
    return time.get();
  }

  private Operand cookie() {
    Optional<Integer> only = lowering.onlyCookie();
    return only.isPresent()
        ? new Imm(only.get())
        : body.call(Helper.GET_ATTACH_COOKIE, lowering.context());
  }

  /** Memory of 16 bytes that holds the name of the current thread. */
  Address comm() {
    if (commPlace.isEmpty()) {
      Address place = body.exactMemory(COMM_BYTES);
      readComm(place);
      return place;
    }
    if (!commThere) {
      readComm(commPlace.get());
      commThere = true;
    }
    return commPlace.get();
  }

  /** Puts the name there, by the kernel itself if nobody else needs it. */
  void comm(Address to) {
    if (commPlace.isEmpty()) {
      readComm(to);
      return;
    }
    Address from = comm();
    for (int offset = 0; offset < COMM_BYTES; offset += 8) {
      body.storeWord(to.plus(offset), body.load(Size.DOUBLE, from.plus(offset)));
    }
  }

  private void readComm(Address to) {
    // Kernels up to 6.3 leave what is behind the name as it was.
    lowering.expressions().zero(to, COMM_BYTES);
    body.callForEffect(Helper.GET_CURRENT_COMM, body.addressOf(to), new Imm(COMM_BYTES));
  }
}
