package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Callee;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Terminator.Branch;
import jbt.compiler.ir.Terminator.Goto;
import jbt.compiler.ir.Terminator.Return;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;

/** The code of one program while it is being made: blocks, registers, stack frame and scratch. */
final class Body {
  /** What is larger goes to the scratch memory. */
  private static final int LARGEST_IN_FRAME = 72;

  /** The furthest that an address reaches from its base, well inside 16 bits. */
  static final int FURTHEST_OFFSET = 30_000;

  private final Layout layout;
  private final ScratchArea scratchArea;
  private final List<Block> hot = new ArrayList<>();
  private final List<Block> cold = new ArrayList<>();
  private final BitSet coldBlocks = new BitSet();
  private final List<Step> steps = new ArrayList<>();
  private int current;
  private boolean open = true;
  private boolean rare;
  private int blocks = 1;
  private int registers;
  private int frame;
  private int deepestFrame;
  private int scratch;
  private int deepestScratch;
  private SourceRange range;
  private Optional<Processor> kept = Optional.empty();

  /**
   * Where the program's scratch memory is.
   *
   * @param start from the beginning of the processor's part
   * @param shift binary logarithm of the size of a processor's part
   * @param frame bytes of the stack frame that values may take before they go to scratch memory; in
   *     code that rarely runs half as many more
   */
  record ScratchArea(int start, int shift, int frame) {}

  Body(Layout layout, ScratchArea scratchArea, SourceRange range) {
    this.layout = layout;
    this.scratchArea = scratchArea;
    this.range = range;
  }

  /** The body of a loop that the kernel calls while {@code caller} holds its own memory. */
  Body called() {
    Body body = new Body(layout, scratchArea, range);
    body.scratch = scratch;
    body.deepestScratch = scratch;
    return body;
  }

  /** Takes over how much memory a called body needs. */
  void called(Body body) {
    deepestScratch = Math.max(deepestScratch, body.deepestScratch);
  }

  Layout layout() {
    return layout;
  }

  /** The finished code; cold blocks last. */
  Routine routine() {
    List<Block> all = new ArrayList<>(hot);
    all.addAll(cold);
    return new Routine(all, registers, deepestFrame);
  }

  int scratchBytes() {
    return deepestScratch;
  }

  /** The piece of the script that code is made of now. */
  SourceRange range() {
    return range;
  }

  /** What is emitted from now on comes from there; returns where it came from before. */
  SourceRange at(SourceRange next) {
    SourceRange before = range;
    range = next;
    return before;
  }

  Reg register() {
    return new Reg(registers++);
  }

  /** A block to jump to and to {@link #place} later. */
  int block() {
    coldBlocks.set(blocks, rare);
    return blocks++;
  }

  /** A block that rarely runs: it is laid out behind all others. */
  int coldBlock() {
    coldBlocks.set(blocks);
    return blocks++;
  }

  /** Makes code of which all blocks are cold. */
  void rarely(Runnable code) {
    boolean before = rare;
    rare = true;
    code.run();
    rare = before;
  }

  /** Goes on in a block; from a block that is not ended yet control falls into it. */
  void place(int block) {
    if (open) {
      end(new Goto(block));
    }
    current = block;
    open = true;
  }

  void jump(int block) {
    end(new Goto(block));
  }

  void branch(Condition condition, Operand left, Operand right, int then, int otherwise) {
    end(new Branch(condition, true, left, right, then, otherwise));
  }

  void branch32(Condition condition, Operand left, Operand right, int then, int otherwise) {
    end(new Branch(condition, false, left, right, then, otherwise));
  }

  void exit(int value) {
    end(new Return(value));
  }

  private void end(Terminator terminator) {
    if (open) {
      (coldBlocks.get(current) ? cold : hot).add(new Block(current, steps, terminator, range));
      steps.clear();
      open = false;
    }
  }

  void emit(Op op) {
    if (!open) {
      place(block());
    }
    steps.add(new Step(op, range));
  }

  Reg move(Operand source) {
    Reg target = register();
    emit(new Op.Move(target, source));
    return target;
  }

  void set(Reg target, Operand source) {
    emit(new Op.Move(target, source));
  }

  Reg binary(AluOperation operation, Operand left, Operand right) {
    Reg target = register();
    emit(new Op.Binary(target, operation, left, right));
    return target;
  }

  Reg add(Operand left, Operand right) {
    return binary(AluOperation.ADD, left, right);
  }

  Reg narrow(Operand source, int bytes, boolean signed) {
    Reg target = register();
    emit(new Op.Narrow(target, source, bytes, signed));
    return target;
  }

  Reg load(Size size, Address address) {
    Reg target = register();
    emit(new Op.Load(target, size, address, false));
    return target;
  }

  Reg loadConstant(Size size, Address address) {
    Reg target = register();
    emit(new Op.Load(target, size, address, true));
    return target;
  }

  void store(Size size, Address address, Operand value) {
    emit(new Op.Store(size, address, value));
  }

  void storeWord(Address address, Operand value) {
    store(Size.DOUBLE, address, value);
  }

  Reg call(Callee callee, Operand... arguments) {
    Reg target = register();
    callInto(target, callee, arguments);
    return target;
  }

  void callInto(Reg target, Callee callee, Operand... arguments) {
    emit(new Op.Call(Optional.of(target), callee, List.of(arguments)));
  }

  void callForEffect(Callee callee, Operand... arguments) {
    emit(new Op.Call(Optional.empty(), callee, List.of(arguments)));
  }

  /** The address as a value. */
  Operand addressOf(Address address) {
    return switch (address.base()) {
      case Frame(int offset) -> new Frame(offset + address.offset());
      case Reg reg when address.offset() == 0 -> reg;
      default -> add(address.base(), new Imm(address.offset()));
    };
  }

  /** A place in the global data that all processors share. */
  Address global(int offset) {
    Reg base = register();
    emit(new Op.MapValueAddress(base, KernelMap.GLOBALS, offset));
    return new Address(base, 0);
  }

  /**
   * The processor that the program runs on.
   *
   * @param masked so that the verifier knows its bound
   * @param area the beginning of its area of the global data
   */
  private record Processor(Reg number, Reg masked, Reg area) {}

  /** All code that follows is reached from here only, and need not ask for the processor again. */
  void keepProcessor() {
    Reg number = call(Helper.GET_SMP_PROCESSOR_ID);
    Reg masked = binary(AluOperation.AND, number, new Imm(layout.cpuMask()));
    kept = Optional.of(new Processor(number, masked, area(masked, 0)));
  }

  /** A place in the processor's area of the global data. */
  Address perCpu(int offset) {
    boolean near = offset <= FURTHEST_OFFSET;
    if (near) {
      return new Address(kept.isPresent() ? kept.get().area : area(masked(), 0), offset);
    }
    return new Address(area(masked(), offset), 0);
  }

  private Reg area(Reg masked, int offset) {
    Reg distance = binary(AluOperation.LSH, masked, new Imm(layout.cpuShift()));
    Reg start = register();
    emit(new Op.MapValueAddress(start, KernelMap.GLOBALS, layout.globals().cpuArea() + offset));
    return add(start, distance);
  }

  Reg processor() {
    return kept.isPresent() ? kept.get().number : call(Helper.GET_SMP_PROCESSOR_ID);
  }

  private Reg masked() {
    return kept.isPresent()
        ? kept.get().masked
        : binary(AluOperation.AND, processor(), new Imm(layout.cpuMask()));
  }

  /** What the frame and the scratch memory hold now. */
  record Mark(int frame, int scratch) {}

  Mark mark() {
    return new Mark(frame, scratch);
  }

  /** Gives back all memory taken since. */
  void release(Mark mark) {
    frame = mark.frame;
    scratch = mark.scratch;
  }

  /** Memory of a multiple of 8 bytes, with one word more behind it that may be overwritten. */
  Address memory(int bytes) {
    return memory(bytes, LARGEST_IN_FRAME);
  }

  /** The same, in the stack frame also if it is larger than other things there. */
  Address memory(int bytes, int largest) {
    int all = bytes + 8;
    int most = scratchArea.frame + (rare ? scratchArea.frame / 2 : 0);
    return all <= largest && frame + all <= most ? inFrame(all) : inScratch(all);
  }

  /** Memory of a multiple of 8 bytes. */
  Address exactMemory(int bytes) {
    return bytes <= LARGEST_IN_FRAME && frame + bytes <= scratchArea.frame
        ? inFrame(bytes)
        : inScratch(bytes);
  }

  /** Scratch memory that the program keeps; to be had from all its routines by its place. */
  int keepScratch(int bytes) {
    int at = scratch;
    scratch += bytes;
    deepestScratch = Math.max(deepestScratch, scratch);
    return at;
  }

  /** A place that {@link #keepScratch} gave. */
  Address scratchAt(int place) {
    return scratchAddress(scratchArea.start + place);
  }

  /** Memory of a multiple of 8 bytes that is certainly in the stack frame. */
  Address inFrame(int bytes) {
    frame += bytes;
    deepestFrame = Math.max(deepestFrame, frame);
    return new Address(new Frame(-frame), 0);
  }

  Address inScratch(int bytes) {
    return scratchAddress(scratchArea.start + keepScratch(bytes));
  }

  private Address scratchAddress(int at) {
    Reg distance = binary(AluOperation.LSH, masked(), new Imm(scratchArea.shift));
    Reg start = register();
    emit(new Op.MapValueAddress(start, KernelMap.SCRATCH, at));
    return new Address(add(start, distance), 0);
  }

  /** Calls a helper for what it does, and counts failures for those who ask. */
  void callOrTell(Helper helper, Operand... arguments) {
    if (layout.failures().offset(helper, range).isPresent()) {
      tellIfNegative(helper, call(helper, arguments));
    } else {
      callForEffect(helper, arguments);
    }
  }

  /** Counts a failed call for those who ask. */
  void tellIfNegative(Helper helper, Operand result) {
    if (layout.failures().offset(helper, range).isPresent()) {
      int failed = coldBlock();
      int done = block();
      branch32(Condition.SIGNED_LT, result, new Imm(0), failed, done);
      place(failed);
      tell(helper);
      jump(done);
      place(done);
    }
  }

  /** Counts a call that has failed. */
  void tell(Helper helper) {
    layout
        .failures()
        .offset(helper, range)
        .ifPresent(offset -> emit(new Op.AtomicAdd(perCpu(offset), new Imm(1))));
  }

  /** Counts an event that was lost. */
  void lose(LossCounter.Source source, String detail) {
    LossCounter counter =
        layout
            .lossCounter(source, detail)
            .orElseThrow(() -> new IllegalStateException("no counter " + source + detail));
    emit(new Op.AtomicAdd(perCpu(counter.offset()), new Imm(1)));
  }
}
