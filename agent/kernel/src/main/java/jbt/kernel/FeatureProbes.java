package jbt.kernel;

import static jbt.compiler.bpf.Register.R0;
import static jbt.compiler.bpf.Register.R1;
import static jbt.compiler.bpf.Register.R10;
import static jbt.compiler.bpf.Register.R2;
import static jbt.compiler.bpf.Register.R3;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Code;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.bpf.Size;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import jbt.compiler.types.Btf;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Member;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Pages;
import jbt.kernel.sys.SystemCallException;

/** Asks the kernel itself what it can do, by trying. */
final class FeatureProbes {
  private static final int LOG_SIZE = 64 << 10;
  private static final byte MOVE_IMMEDIATE = (byte) 0xb7;
  private static final byte DIVIDE_IMMEDIATE = 0x37;
  private static final byte CALL = (byte) 0x85;
  private static final byte PSEUDO_KFUNC_CALL = 0x20;
  private static final byte EXIT = (byte) 0x95;
  private static final byte MOVE_REGISTER = (byte) 0xbf;
  private static final byte STORE_WORD = 0x7a;
  private static final byte FRAME = 10;

  /** Of struct bpf_iter__task. */
  private static final int CONTEXT_TASK = 8;

  private static final int KERNEL_STACK = 32 << 10;
  private static final int TASK_STORAGE_EVERYWHERE = 6 << 16 | 4 << 8;

  private FeatureProbes() {}

  static Answer probe(Feature feature) {
    return probe(feature, KernelBtf::read);
  }

  static Answer probe(Feature feature, Supplier<Optional<KernelTypes>> types) {
    return switch (feature) {
      case ATTACH_COOKIE -> helper(174);
      case LOOP -> helper(181);
      case LOOKUP_PERCPU -> helper(195);
      case BOOT_CLOCK -> helper(125);
      case TASK_PT_REGS -> helper(175);
      case OVERRIDE -> helper(58, Bpf.PROGRAM_TYPE_KPROBE);
      case WRITE_USER -> helper(36);
      case TASK_FROM_PID -> taskFromPid(types.get());
      case WALKED_POINTERS -> walkedPointers(types.get());
      case RING_BUFFER -> ringBuffer();
      case UPROBE_MULTI -> uprobeMulti();
      case TASK_STORAGE -> taskStorage(types.get());
      case KPROBE -> EventSources.has("kprobe") ? Answer.YES : Answer.NO;
      case KPROBE_MULTI -> kprobeMulti();
      case SIGNED_DIVISION -> signedDivision();
      case PRIVATE_STACKS -> privateStacks();
      case WHOLE_FUNCTION_PROBES -> Preemption.possible() ? Answer.NO : functionProbes(types.get());
    };
  }

  /**
   * Whether the verifier knows a helper. The call's arguments may be wrong: then it complains about
   * them instead.
   *
   * @param id its number in linux/bpf.h
   */
  private static Answer helper(int id) {
    return helper(id, Bpf.PROGRAM_TYPE_TRACEPOINT);
  }

  /** Whether programs may call a helper, those of a kind that can have it. */
  static Answer helper(Helper helper) {
    return switch (helper) {
      case OVERRIDE_RETURN -> helper(helper.id(), Bpf.PROGRAM_TYPE_KPROBE);
      case D_PATH, GET_SOCKET_COOKIE -> iteratorHelper(helper.id());
      default -> helper(helper.id());
    };
  }

  private static Answer iteratorHelper(int id) {
    return KernelBtf.read()
        .flatMap(types -> types.kernel().find(Btf.Kind.FUNC, "bpf_iter_task"))
        .map(type -> helper(id, Bpf.PROGRAM_TYPE_TRACING, Bpf.AttachTo.iterator(type)))
        .orElse(Answer.NO);
  }

  private static Answer helper(int id, int programType) {
    return helper(id, programType, Bpf.AttachTo.NOTHING);
  }

  private static Answer helper(int id, int programType, Bpf.AttachTo to) {
    ByteBuffer code = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    code.put(0, CALL).putInt(4, id).put(8, EXIT);
    Bpf.LoadResult result = tryLoad(programType, to, code.array());
    if (result.errno() == 0) {
      return Answer.YES;
    }
    if (result.log().isBlank()) {
      return Answer.NOT_KNOWN;
    }
    boolean unknown =
        result.log().contains("invalid func ")
            || result.log().contains("unknown func ")
            || result.log().contains("cannot use helper");
    return unknown ? Answer.NO : Answer.YES;
  }

  private static Bpf.LoadResult tryLoad(int programType, Bpf.AttachTo to, byte[] code) {
    return Bpf.tryLoad(programType, to, code, List.of(), "jbt_probe", LOG_SIZE);
  }

  /** Calls the function without its argument, and so gets a complaint if it is allowed at all. */
  private static Answer taskFromPid(Optional<KernelTypes> types) {
    Optional<Integer> function =
        types.flatMap(known -> known.kernel().find(Btf.Kind.FUNC, "bpf_task_from_pid"));
    if (function.isEmpty()) {
      return Answer.NO;
    }
    ByteBuffer code = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    code.put(0, CALL).put(1, PSEUDO_KFUNC_CALL).putInt(4, function.get()).put(8, EXIT);
    Bpf.LoadResult result =
        tryLoad(Bpf.PROGRAM_TYPE_TRACEPOINT, Bpf.AttachTo.NOTHING, code.array());
    if (result.log().isBlank()) {
      return Answer.NOT_KNOWN;
    }
    return result.log().contains("is not allowed") ? Answer.NO : Answer.YES;
  }

  /** Names the working directory of an iterator's task, which is where the task's fs leads to. */
  private static Answer walkedPointers(Optional<KernelTypes> types) {
    Optional<Integer> iterator =
        types.flatMap(known -> known.kernel().find(Btf.Kind.FUNC, "bpf_iter_task"));
    Optional<Integer> fs = types.flatMap(known -> offset(known.kernel(), "task_struct", "fs"));
    Optional<Integer> pwd = types.flatMap(known -> offset(known.kernel(), "fs_struct", "pwd"));
    if (iterator.isEmpty() || fs.isEmpty() || pwd.isEmpty()) {
      return Answer.NO;
    }
    Instruction.Label end = new Instruction.Label(0);
    Code code =
        new Code(
            List.of(
                new Instruction.Load(Size.DOUBLE, R1, R1, CONTEXT_TASK),
                new Instruction.JumpImmediate(Condition.EQ, true, R1, 0, end),
                new Instruction.Load(Size.DOUBLE, R1, R1, fs.get()),
                new Instruction.AluImmediate(AluOperation.ADD, true, R1, pwd.get()),
                new Instruction.StoreImmediate(Size.DOUBLE, R10, -8, 0),
                new Instruction.AluRegister(AluOperation.MOV, true, R2, R10),
                new Instruction.AluImmediate(AluOperation.ADD, true, R2, -8),
                new Instruction.AluImmediate(AluOperation.MOV, true, R3, 8),
                new Instruction.Call(Helper.D_PATH),
                end,
                new Instruction.AluImmediate(AluOperation.MOV, true, R0, 0),
                new Instruction.Exit()));
    return accepts(
        tryLoad(
            Bpf.PROGRAM_TYPE_TRACING,
            Bpf.AttachTo.iterator(iterator.get()),
            code.encode(map -> map)));
  }

  private static Optional<Integer> offset(Btf types, String struct, String member) {
    return types.find(Btf.Kind.STRUCT, struct).stream()
        .flatMap(id -> types.members(id).stream())
        .filter(candidate -> candidate.name().equals(member))
        .map(Member::offset)
        .findFirst();
  }

  /** A kernel that knows the link looks at the path, and a folder is a bad one. */
  private static Answer uprobeMulti() {
    try (Fd program = returningZero(Bpf.PROGRAM_TYPE_KPROBE, Bpf.AttachTo.UPROBES)) {
      long[] one = {1};
      long[] zero = {0};
      Bpf.linkUprobes(program, "/", one, zero, zero, false).close();
      return Answer.NOT_KNOWN;
    } catch (SystemCallException e) {
      return switch (e.errno()) {
        case SystemCallException.EBADF -> Answer.YES;
        case SystemCallException.EPERM, SystemCallException.EACCES -> Answer.NOT_KNOWN;
        default -> Answer.NO;
      };
    }
  }

  /** A kernel that knows the link looks at the address, and no function is at this one. */
  private static Answer kprobeMulti() {
    try (Fd program = returningZero(Bpf.PROGRAM_TYPE_KPROBE, Bpf.AttachTo.KPROBES)) {
      long[] one = {1};
      Bpf.linkKprobes(program, one, one, false).close();
      return Answer.NOT_KNOWN;
    } catch (SystemCallException e) {
      return switch (e.errno()) {
        case SystemCallException.EOPNOTSUPP -> Answer.NO;
        case SystemCallException.EPERM, SystemCallException.EACCES -> Answer.NOT_KNOWN;
        // The program was loaded for it and the link made its way to the functions.
        default -> EventSources.has("kprobe") ? Answer.YES : Answer.NO;
      };
    }
  }

  private static Answer functionProbes(Optional<KernelTypes> types) {
    Optional<Integer> type =
        types.flatMap(known -> known.kernel().find(Btf.Kind.FUNC, "kernel_halt"));
    if (type.isEmpty()) {
      return Answer.NO;
    }
    Bpf.AttachTo exit = Bpf.AttachTo.exit(type.get(), -1);
    try (Fd _ = returningZero(Bpf.PROGRAM_TYPE_TRACING, exit)) {
      return Answer.YES;
    } catch (SystemCallException e) {
      return Answer.NO;
    }
  }

  private static Fd returningZero(int programType, Bpf.AttachTo to) {
    ByteBuffer code = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    code.put(0, MOVE_IMMEDIATE).put(8, EXIT);
    return Bpf.load(programType, to, code.array(), List.of(), "jbt_probe");
  }

  private static Answer signedDivision() {
    ByteBuffer code = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    code.put(0, MOVE_IMMEDIATE);
    code.put(8, DIVIDE_IMMEDIATE).putShort(10, (short) 1).putInt(12, 3).put(16, EXIT);
    return accepts(tryLoad(Bpf.PROGRAM_TYPE_TRACEPOINT, Bpf.AttachTo.NOTHING, code.array()));
  }

  /** What the verifier has not spoken about, it has not refused. */
  private static Answer accepts(Bpf.LoadResult result) {
    if (result.errno() == 0) {
      return Answer.YES;
    }
    return result.log().isBlank() ? Answer.NOT_KNOWN : Answer.NO;
  }

  /** Two frames that one thread has one after the other on its stack are near to each other. */
  private static Answer privateStacks() {
    try (Fd small = returningFrame(8);
        Fd large = returningFrame(64)) {
      int distance = Bpf.runRawTracepoint(large) - Bpf.runRawTracepoint(small);
      return Math.abs(distance) < KERNEL_STACK ? Answer.NO : Answer.YES;
    } catch (SystemCallException e) {
      return Answer.NOT_KNOWN;
    }
  }

  /** Returns the lower half of the address of its frame, of which it uses so many bytes. */
  private static Fd returningFrame(int bytes) {
    ByteBuffer code = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    code.put(0, STORE_WORD).put(1, FRAME).putShort(2, (short) -bytes);
    code.put(8, MOVE_REGISTER).put(9, (byte) (FRAME << 4)).put(16, EXIT);
    return Bpf.load(
        Bpf.PROGRAM_TYPE_RAW_TRACEPOINT,
        Bpf.AttachTo.NOTHING,
        code.array(),
        List.of(),
        "jbt_probe");
  }

  /**
   * Before this version the kernel has no memory for it where a program interrupts others. Without
   * its types no program can name a task.
   */
  private static Answer taskStorage(Optional<KernelTypes> types) {
    int version = KernelVersion.code(System.getProperty("os.version")).orElse(0);
    if (version < TASK_STORAGE_EVERYWHERE || types.isEmpty()) {
      return Answer.NO;
    }
    Answer helper = helper(Helper.TASK_STORAGE_GET);
    if (helper != Answer.YES) {
      return helper;
    }
    try {
      Bpf.createTaskStorage(1, "jbt_probe").close();
      return Answer.YES;
    } catch (SystemCallException e) {
      return Answer.NO;
    }
  }

  private static Answer ringBuffer() {
    try {
      Bpf.createMap(Bpf.MAP_TYPE_RINGBUF, 0, 0, Pages.size(), 0, "jbt_probe").close();
      return Answer.YES;
    } catch (SystemCallException e) {
      return e.errno() == SystemCallException.EINVAL ? Answer.NO : Answer.NOT_KNOWN;
    }
  }
}
