package jbt.compiler.ir;

import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.ScriptMap.Value;

/** How the value of an aggregated map changes: always by atomic operations, since programs nest. */
final class Aggregation {
  private static final Imm ZERO = new Imm(0);
  private static final Imm ONE = new Imm(1);

  /**
   * Attempts at a new minimum or maximum. The word belongs to one processor, so that only a program
   * that interrupts this one between two instructions makes an attempt fail.
   */
  private static final int ATTEMPTS = 4;

  /** Four bits for each number from 0 to 15: its binary logarithm, rounded down. */
  private static final long LOG2_OF_NIBBLES = 0x3333333322221100L;

  private final Body body;
  private final MapDecl map;
  private final Series series;

  Aggregation(Lowering lowering, MapDecl map) {
    this.body = lowering.body();
    this.map = map;
    this.series = new Series(lowering, this, map.name());
  }

  /** The bucket of a value, for a histogram. */
  Optional<Operand> bucket(Operand value) {
    return switch (map.value()) {
      case Value.Hist hist -> Optional.of(logarithmic(value, hist.bits()));
      case Value.Lhist lhist -> Optional.of(linear(value, lhist));
      case Value.Tseries tseries -> Optional.of(series.bucket(tseries));
      default -> Optional.empty();
    };
  }

  int buckets() {
    return buckets(map);
  }

  static int buckets(MapDecl map) {
    return switch (map.value()) {
      case Value.Hist hist -> hist.buckets();
      case Value.Lhist lhist -> lhist.buckets();
      case Value.Tseries tseries -> tseries.slots();
      default -> throw new IllegalArgumentException("no histogram: " + map);
    };
  }

  /** Changes the value (of a histogram: of the bucket) at an address. */
  void change(Address address, Operand value) {
    switch (map.value()) {
      case Value.Count count -> add(address, ONE);
      case Value.Hist hist -> add(address, ONE);
      case Value.Lhist lhist -> add(address, ONE);
      case Value.Sum sum -> add(address, value);
      case Value.Avg avg -> addBoth(address, value);
      case Value.Stats stats -> addBoth(address, value);
      case Value.Max max -> extreme(address, ordered(value, max.signed()));
      case Value.Min min ->
          extreme(
              address, body.binary(AluOperation.XOR, ordered(value, min.signed()), new Imm(-1)));
      case Value.Tseries tseries -> series.change(tseries, address, value);
      case Value.Counter counter -> throw new IllegalArgumentException("no aggregation: " + map);
      case Value.Plain plain -> throw new IllegalArgumentException("no aggregation: " + map);
    }
  }

  void add(Address address, Operand value) {
    body.emit(new Op.AtomicAdd(address, value));
  }

  void addBoth(Address address, Operand value) {
    add(address, value);
    add(address.plus(8), ONE);
  }

  /** See {@link jbt.compiler.plan.ScriptMap#minMax}. */
  Operand ordered(Operand value, boolean signed) {
    return signed ? body.binary(AluOperation.XOR, value, new Imm(Long.MIN_VALUE)) : value;
  }

  /** The flag follows the word: a reader between the two sees no value rather than a wrong one. */
  void extreme(Address address, Operand word) {
    int set = body.block();
    int done = body.block();
    Operand seen = body.load(Size.DOUBLE, address);
    for (int i = 0; i < ATTEMPTS; i++) {
      int larger = body.block();
      body.branch(Condition.GE, seen, word, set, larger);
      body.place(larger);
      Reg before = body.register();
      body.emit(new Op.CompareExchange(before, address, seen, word));
      int failed = body.coldBlock();
      body.branch(Condition.EQ, before, seen, set, failed);
      body.place(failed);
      seen = before;
    }
    body.lose(LossCounter.Source.UPDATE_REFUSED, map.name());
    body.jump(done);
    body.place(set);
    body.storeWord(address.plus(8), ONE);
    body.place(done);
  }

  /**
   * With n = 2^bits: 0 for negatives, then the values below 2n one by one, then n buckets for each
   * power of two. For s = max(0, log2(v) - bits) that is 1 + s * n + (v >> s).
   */
  private Operand logarithmic(Operand value, int bits) {
    Reg bucket = body.move(ZERO);
    int positive = body.block();
    int done = body.block();
    body.branch(Condition.SIGNED_GE, value, ZERO, positive, done);
    body.place(positive);
    Operand high = body.binary(AluOperation.RSH, value, new Imm(bits));
    Operand shift = floorLog2(body.binary(AluOperation.OR, high, ONE));
    Operand rest = body.binary(AluOperation.RSH, value, shift);
    Operand before = body.binary(AluOperation.LSH, shift, new Imm(bits));
    body.set(bucket, body.add(body.add(before, rest), ONE));
    body.place(done);
    return masked(bucket);
  }

  /**
   * Of a positive number, by halving the range. The upper halves are told by branches, which are
   * well predicted since magnitudes rarely jump; the lower ones without, since each branch doubles
   * the paths that the verifier walks.
   */
  private Operand floorLog2(Operand number) {
    Reg left = body.move(number);
    Reg log = body.move(ZERO);
    for (int step = 32; step >= 16; step /= 2) {
      int large = body.block();
      int next = body.block();
      body.branch(Condition.GE, left, new Imm(1L << step), large, next);
      body.place(large);
      body.set(left, body.binary(AluOperation.RSH, left, new Imm(step)));
      body.set(log, body.add(log, new Imm(step)));
      body.place(next);
    }
    for (int step = 8; step >= 4; step /= 2) {
      Reg room = body.binary(AluOperation.SUB, new Imm((1L << step) - 1), left);
      Reg large = body.binary(AluOperation.RSH, room, new Imm(63));
      int log2 = Integer.numberOfTrailingZeros(step);
      Reg shift = body.binary(AluOperation.LSH, large, new Imm(log2));
      body.set(left, body.binary(AluOperation.RSH, left, shift));
      body.set(log, body.add(log, shift));
    }
    Reg place = body.binary(AluOperation.LSH, left, new Imm(2));
    Reg entry = body.binary(AluOperation.RSH, new Imm(LOG2_OF_NIBBLES), place);
    return body.add(log, body.binary(AluOperation.AND, entry, new Imm(3)));
  }

  private Operand linear(Operand value, Value.Lhist lhist) {
    Reg bucket = body.move(ZERO);
    int notBelow = body.block();
    int inside = body.block();
    int above = body.block();
    int done = body.block();
    body.branch(Condition.SIGNED_LT, value, new Imm(lhist.min()), done, notBelow);
    body.place(notBelow);
    body.branch(Condition.SIGNED_GE, value, new Imm(lhist.max()), above, inside);
    body.place(inside);
    Operand distance = body.binary(AluOperation.SUB, value, new Imm(lhist.min()));
    Operand number = body.binary(AluOperation.DIV, distance, new Imm(lhist.step()));
    body.set(bucket, body.add(number, ONE));
    body.jump(done);
    body.place(above);
    body.set(bucket, new Imm(lhist.buckets() - 1L));
    body.place(done);
    return masked(bucket);
  }

  /**
   * The mask changes nothing; the verifier takes from it that the bucket is inside memory. For a
   * map with buckets in the key it is not needed.
   */
  private Operand masked(Reg bucket) {
    return map.key().isEmpty()
        ? body.binary(AluOperation.AND, bucket, new Imm(Layout.powerOfTwo(buckets()) - 1L))
        : bucket;
  }
}
