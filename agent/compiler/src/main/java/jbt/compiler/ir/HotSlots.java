package jbt.compiler.ir;

import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.ScriptMap.HotKeys;

/**
 * Code that finds a key's slot of {@link HotKeys} in place of a look-up. The address of a slot
 * follows from the key alone, while a look-up goes through four places in memory, each known by the
 * one before; where a system call has made the processor forget its page tables that is most of a
 * program's time.
 *
 * <p>A program that interrupts another on the same processor does no harm: a slot's key never
 * changes in a generation, and who finds a slot half taken uses the hash.
 */
final class HotSlots {
  private static final Imm FREE = new Imm(HotKeys.FREE);

  /** The golden ratio's fraction as 64 bits: spreads numbers that follow each other. */
  private static final Imm SPREAD = new Imm(0x9E3779B97F4A7C15L);

  private final Body body;
  private final Address key;
  private final int keySize;

  private final Operand taken;
  private final Address slot;

  /**
   * Finds the slot.
   *
   * @param key without generation
   */
  HotSlots(Body body, HotKeys hot, Address key, Operand generation) {
    this.body = body;
    this.key = key;
    this.keySize = hot.keySize();
    Address area = body.perCpu(hot.offset());
    this.taken =
        generation instanceof Imm(long g) ? new Imm(g + 1) : body.add(generation, new Imm(1));
    Reg hash = body.binary(AluOperation.MUL, body.load(Size.DOUBLE, key), SPREAD);
    for (int at = 8; at < keySize; at += 8) {
      Reg mixed = body.binary(AluOperation.XOR, hash, body.load(Size.DOUBLE, key.plus(at)));
      hash = body.binary(AluOperation.MUL, mixed, SPREAD);
    }
    int bits = Integer.numberOfTrailingZeros(hot.slots());
    int shift = Integer.numberOfTrailingZeros(hot.slotSize());
    Reg number = body.binary(AluOperation.RSH, hash, new Imm(64 - bits));
    Reg distance = body.binary(AluOperation.LSH, number, new Imm(shift));
    this.slot = new Address(body.add(area.base(), distance), area.offset());
  }

  /** Goes on in one of two blocks; in the first, {@link #value} is the key's. */
  void branch(int found, int notFound) {
    Reg difference = body.binary(AluOperation.XOR, body.load(Size.DOUBLE, slot), taken);
    for (int at = 0; at < keySize; at += 8) {
      Reg there = body.load(Size.DOUBLE, slot.plus(8 + at));
      Reg other = body.binary(AluOperation.XOR, there, body.load(Size.DOUBLE, key.plus(at)));
      difference = body.binary(AluOperation.OR, difference, other);
    }
    body.branch(Condition.EQ, difference, new Imm(0), found, notFound);
  }

  Address value() {
    return slot.plus(8 + keySize);
  }

  /** Takes the slot for the key, which is in the hash, if the slot is free; goes on in a block. */
  void take(int next) {
    int free = body.coldBlock();
    int mine = body.coldBlock();
    body.branch(Condition.EQ, body.load(Size.DOUBLE, slot), FREE, free, next);
    body.place(free);
    Reg before = body.register();
    body.emit(new Op.CompareExchange(before, slot, FREE, new Imm(HotKeys.TAKING)));
    body.branch(Condition.EQ, before, FREE, mine, next);
    body.place(mine);
    for (int at = 0; at < keySize; at += 8) {
      body.storeWord(slot.plus(8 + at), body.load(Size.DOUBLE, key.plus(at)));
    }
    // An exchange, unlike a store, comes after the key for whoever reads.
    body.emit(new Op.AtomicFetch(body.register(), AtomicOperation.EXCHANGE, slot, taken));
    body.jump(next);
  }
}
