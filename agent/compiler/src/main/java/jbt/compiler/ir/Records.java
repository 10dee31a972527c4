package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.Globals;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.types.Type;

/** Records for user space, see {@link jbt.compiler.plan.Site}. */
final class Records {
  private static final Imm ZERO = new Imm(0);
  private static final int HEADER = 24;

  /** BPF_F_CURRENT_CPU. */
  private static final long THIS_PROCESSOR = 0xffffffffL;

  /** Argument of bpf_ringbuf_query: bytes not read yet. */
  private static final Imm AVAIL_DATA = new Imm(0);

  /** Flags of bpf_ringbuf_submit and bpf_ringbuf_output. */
  private static final Imm WAKE_IF_WAITING = new Imm(0);

  private static final int NO_WAKEUP = 1;
  private static final int FORCE_WAKEUP = 2;

  /** More fields than this are put together in scratch memory, fewer are kept in registers. */
  private static final int MOST_IN_REGISTERS = 8;

  private final Lowering lowering;
  private final Body body;

  Records(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** A record of printf, time or print(value). */
  void data(int site, List<Expr> fields) {
    boolean small =
        fields.size() <= MOST_IN_REGISTERS
            && fields.stream().allMatch(field -> Layout.scalar(field.type()));
    if (small) {
      List<Operand> values = new ArrayList<>();
      fields.forEach(field -> values.add(lowering.expressions().scalar(field)));
      reserved(site, values);
    } else {
      assembled(site, fields);
    }
  }

  private void reserved(int site, List<Operand> values) {
    int size = HEADER + 8 * values.size();
    Reg time = lowering.builtins().time();
    Operand processor = body.processor();
    Reg wakeup = wakeup(size);
    Reg record = body.call(Helper.RINGBUF_RESERVE, ring(KernelMap.DATA_RING), new Imm(size), ZERO);
    int full = body.coldBlock();
    int there = body.block();
    int done = body.block();
    body.branch(Condition.EQ, record, ZERO, full, there);
    body.place(there);
    Address at = new Address(record, 0);
    header(at, site, time, processor);
    for (int i = 0; i < values.size(); i++) {
      body.storeWord(at.plus(HEADER + 8 * i), values.get(i));
    }
    body.callForEffect(Helper.RINGBUF_SUBMIT, record, wakeup);
    body.jump(done);
    body.place(full);
    body.lose(LossCounter.Source.RING_FULL, "");
    body.jump(done);
    body.place(done);
  }

  /** With texts, whose bytes follow the fields one after another. */
  private void assembled(int site, List<Expr> fields) {
    int fixed = HEADER + fields.stream().mapToInt(Records::fieldSize).sum();
    int texts = fields.stream().filter(Records::isText).mapToInt(Texts::room).sum();
    Address record = body.inScratch(fixed + texts);
    Operand used = new Imm(fixed);
    int offset = HEADER;
    for (Expr field : fields) {
      if (isText(field)) {
        Operand length =
            lowering.texts().append(field, new Address(body.add(record.base(), used), 0));
        body.storeWord(record.plus(offset), length);
        used = body.add(used, length);
      } else {
        lowering.expressions().store(field, field.type(), record.plus(offset));
      }
      offset += fieldSize(field);
    }
    header(record, site, lowering.builtins().time(), body.processor());
    Reg wakeup = wakeup(fixed + texts);
    Reg error =
        body.call(
            Helper.RINGBUF_OUTPUT, ring(KernelMap.DATA_RING), body.addressOf(record), used, wakeup);
    loseIfFull(error);
  }

  private void loseIfFull(Reg error) {
    int full = body.coldBlock();
    int done = body.block();
    body.branch32(Condition.NE, error, ZERO, full, done);
    body.place(full);
    body.lose(LossCounter.Source.RING_FULL, "");
    body.jump(done);
    body.place(done);
  }

  /**
   * A packet with its header, of which the kernel copies what is in pieces, too; what comes in
   * front of what is wanted is sent with it. Returns what the helper does.
   */
  Reg packet(int site, Reg packet, Operand whole, Operand kept, Operand skipped) {
    Address record = body.memory(HEADER + 16);
    header(record, site, lowering.builtins().time(), body.processor());
    body.store(Size.WORD, record.plus(20), skipped);
    body.storeWord(record.plus(HEADER), whole);
    body.storeWord(record.plus(HEADER + 8), kept);
    Reg bytes = body.binary(AluOperation.LSH, body.add(kept, skipped), new Imm(32));
    Reg flags = body.binary(AluOperation.OR, bytes, body.move(new Imm(THIS_PROCESSOR)));
    Reg error =
        body.call(
            Helper.SKB_OUTPUT,
            packet,
            ring(body.layout().packets()),
            flags,
            body.addressOf(record),
            new Imm(HEADER + 16));
    loseIfFull(error);
    return body.narrow(error, 4, true);
  }

  private static boolean isText(Expr field) {
    return field.type() instanceof Type.Str || field.type() instanceof Type.Buffer;
  }

  private static int fieldSize(Expr field) {
    return isText(field) ? 8 : field.type().storedSize();
  }

  /**
   * A wake-up costs a hundred times what a record does, so user space polls; it is woken early,
   * once, when the unread bytes pass another quarter of the ring.
   */
  private Reg wakeup(int size) {
    int quarter = Layout.dataRingQuarter();
    Reg unread = body.call(Helper.RINGBUF_QUERY, ring(KernelMap.DATA_RING), AVAIL_DATA);
    Reg flags = body.move(new Imm(NO_WAKEUP));
    int much = body.coldBlock();
    int passing = body.coldBlock();
    int done = body.block();
    body.branch(Condition.GE, unread, new Imm(quarter), much, done);
    body.place(much);
    Reg behind = body.binary(AluOperation.AND, unread, new Imm(quarter - 1L));
    body.branch(Condition.LT, behind, new Imm(size), passing, done);
    body.place(passing);
    body.set(flags, new Imm(FORCE_WAKEUP));
    body.jump(done);
    body.place(done);
    return flags;
  }

  void print(Stmt.PrintMap s) {
    Operand generation = lowering.maps().generation(s.map());
    int bytes = printed(s);
    Address element = body.memory(bytes);
    if (bytes > 0 && byValue(s.map())) {
      lowering.maps().read(s, element);
    } else {
      lowering.maps().keys().storeParts(s.map(), s.key(), element);
    }
    int size = HEADER + 8 + bytes;
    Fill fill =
        at -> {
          body.storeWord(at.plus(HEADER), generation);
          lowering.expressions().copyWords(element, at.plus(HEADER + 8), bytes);
        };
    if (generation instanceof Imm) {
      control(s.site(), size, fill);
    } else {
      // Known before the branch, for what comes behind it.
      lowering.builtins().time();
      Reg unread = body.call(Helper.RINGBUF_QUERY, ring(KernelMap.CONTROL_RING), AVAIL_DATA);
      unless(
          Condition.GT,
          unread,
          new Imm(Layout.roomForPrints()),
          () -> {
            body.storeWord(body.perCpu(Layout.UNPRINTED), ZERO);
            control(s.site(), size, fill);
          },
          () -> body.storeWord(body.perCpu(Layout.UNPRINTED), thisProgram()));
    }
  }

  /** Bytes that a print of one key sends: the key and, if it can be had in one place, its value. */
  private int printed(Stmt.PrintMap s) {
    if (s.key().isEmpty()) {
      return 0;
    }
    int words = byValue(s.map()) ? 1 + Layout.words(lowering.checked().maps().get(s.map())) : 0;
    return lowering.maps().scriptMap(s.map()).keyBytes() + 8 * words;
  }

  private boolean byValue(int map) {
    return !ScriptMap.folds(lowering.maps().scriptMap(map).value());
  }

  /**
   * The record is reserved first: a generation must not move on without user space hearing of it.
   * Where there is no room the contents stay, for a later clear; and so they do where there was
   * none for the program's print, which was to show them. The clear of a print that found room has
   * room, too: prints leave half of the ring free. Of what is kept with threads there is nothing to
   * clear: nobody looks at it any more.
   */
  void clear(int site, int map) {
    if (lowering.maps().scriptMap(map).storage() instanceof Storage.Threads) {
      return;
    }
    Operand generation = body.move(lowering.maps().generation(map));
    lowering.builtins().time();
    Address unprinted = body.perCpu(Layout.UNPRINTED);
    unless(
        Condition.EQ,
        body.load(Size.DOUBLE, unprinted),
        thisProgram(),
        () ->
            control(
                site,
                HEADER + 16,
                at -> {
                  body.storeWord(at.plus(HEADER), generation);
                  body.storeWord(at.plus(HEADER + 8), lowering.maps().moveOn(map, generation));
                }),
        () -> body.storeWord(unprinted, ZERO));
  }

  private Imm thisProgram() {
    return new Imm(lowering.programNumber() + 1L);
  }

  /** Sends a control record, or counts it as lost. */
  private void unless(Condition full, Reg left, Operand right, Runnable send, Runnable otherwise) {
    int refuse = body.coldBlock();
    int accept = body.block();
    int done = body.block();
    body.branch(full, left, right, refuse, accept);
    body.place(refuse);
    otherwise.run();
    body.lose(LossCounter.Source.CONTROL_RING_FULL, "");
    body.jump(done);
    body.place(accept);
    send.run();
    body.jump(done);
    body.place(done);
  }

  /** What a test returns. */
  void result(Expr code) {
    Operand value = lowering.expressions().scalar(code);
    body.store(Size.WORD, body.global(body.layout().globals().exitCode()), value);
  }

  void exit(Stmt.Exit s) {
    Operand code = lowering.expressions().scalar(s.code());
    body.store(Size.WORD, body.global(body.layout().globals().exitCode()), code);
    // An exchange, unlike a store, comes before the gates for whoever opens them.
    Address exited = body.global(body.layout().globals().exited());
    body.emit(
        new Op.AtomicFetch(
            body.register(), AtomicOperation.EXCHANGE, exited, body.move(new Imm(1))));
    closeGates();
    control(s.site(), HEADER + 8, at -> body.storeWord(at.plus(HEADER), code));
  }

  private void closeGates() {
    Globals globals = body.layout().globals();
    int near = Math.max(1, Body.FURTHEST_OFFSET / globals.cpuStride());
    Address first = body.global(0);
    for (int processor = 0; processor <= body.layout().cpuMask(); processor++) {
      if (processor % near == 0) {
        int area = globals.cpuArea() + processor * globals.cpuStride();
        first = body.global(area + globals.gate());
      }
      body.store(Size.WORD, first.plus(processor % near * globals.cpuStride()), ZERO);
    }
  }

  private interface Fill {
    void into(Address record);
  }

  /** These are few: whoever waits for them is woken. */
  private void control(int site, int size, Fill fill) {
    Reg time = lowering.builtins().time();
    Operand processor = body.processor();
    Reg record =
        body.call(Helper.RINGBUF_RESERVE, ring(KernelMap.CONTROL_RING), new Imm(size), ZERO);
    int full = body.coldBlock();
    int there = body.block();
    int done = body.block();
    body.branch(Condition.EQ, record, ZERO, full, there);
    body.place(there);
    Address at = new Address(record, 0);
    header(at, site, time, processor);
    fill.into(at);
    body.callForEffect(Helper.RINGBUF_SUBMIT, record, WAKE_IF_WAITING);
    body.jump(done);
    body.place(full);
    body.lose(LossCounter.Source.CONTROL_RING_FULL, "");
    body.jump(done);
    body.place(done);
  }

  private static MapRef ring(int place) {
    return new MapRef(place);
  }

  private void header(Address at, int site, Operand time, Operand processor) {
    body.storeWord(at, time);
    body.store(Size.WORD, at.plus(8), new Imm(site));
    body.store(Size.WORD, at.plus(12), processor);
    body.storeWord(at.plus(16), new Imm(lowering.programNumber()));
  }
}
