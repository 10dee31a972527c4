package jbt.compiler.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.types.Type;

/**
 * A map of the script and where its contents are.
 *
 * <p>A key in kernel memory is, for a map with generations, the generation as u64, then the parts
 * in order, each {@link Type#storedSize} bytes; for a keyed hist or lhist and for every tseries the
 * bucket number as u64 comes last. What the kernel does with a key takes time by the byte, and most
 * texts are short: keys without a text of more than {@link #SHORT} bytes are in a hash of their
 * own, in which texts take that much room, and others without one of more than {@link #MIDDLE} in
 * another.
 *
 * <p>A value in kernel memory is in 8-byte words: COUNT, SUM and COUNTER one word that is added to;
 * AVG and STATS total, count; MIN and MAX an order-preserving word and a flag that is 1 when it is
 * set, see {@link #minMax}; HIST and LHIST without key one word a bucket; TSERIES see {@link
 * Value.Tseries}; PLAIN the stored type. In global data a flag that is 1 when it is set follows a
 * value that is {@link #flagged}.
 *
 * @param name with its "@"
 * @param generations present where the script clears or zeroes the map, and where a map without key
 *     is in a hash, whose key is then the generation alone
 * @param hostBound some key part means something on one host only
 * @param printed the script has a print of it
 */
public record ScriptMap(
    String name,
    List<Type> key,
    Value value,
    Storage storage,
    Optional<Generations> generations,
    boolean hostBound,
    boolean printed) {
  /** Bytes of the texts in keys that have a hash of their own. */
  public static final int SHORT = 64;

  /** The same of longer ones. */
  public static final int MIDDLE = 256;

  public ScriptMap {
    key = List.copyOf(key);
  }

  /** A part of a key, or a part of it, as it is in the hash for texts of so many bytes. */
  public static Type shortened(Type part, int longest) {
    return switch (part) {
      case Type.Str text -> new Type.Str(Math.min(text.size(), longest));
      case Type.Tuple tuple ->
          tuple.with(tuple.parts().stream().map(each -> shortened(each, longest)).toList());
      default -> part;
    };
  }

  /** Bytes of a key's parts as the script declares them. */
  public int keyBytes() {
    return key.stream().mapToInt(Type::storedSize).sum();
  }

  /** What a map holds. */
  public sealed interface Value {
    record Plain(Type type) implements Value {}

    /** An integer written only by {@code ++ -- += -=}. */
    record Counter(boolean signed) implements Value {}

    record Count() implements Value {}

    record Sum(boolean signed) implements Value {}

    record Min(boolean signed) implements Value {}

    record Max(boolean signed) implements Value {}

    record Avg(boolean signed) implements Value {}

    record Stats(boolean signed) implements Value {}

    /** {@code bits}: 2^bits buckets for each power of two. */
    record Hist(int bits) implements Value {
      public int buckets() {
        // Negatives, the exact values 0..2^(bits+1)-1, then 2^bits for each further power of two up
        // to 2^62.
        return 1 + (2 << bits) + (62 - bits) * (1 << bits);
      }
    }

    /**
     * What became of values in each of the last {@code slots} intervals of the wall clock. Interval
     * n, counted from 1970, is in bucket n modulo {@code slots}: a word that is n + 1 (0 as long as
     * there is nothing, -1 while an older one makes room), then the two words of {@code fold}.
     */
    record Tseries(long intervalNs, int slots, Fold fold, boolean signed) implements Value {
      /** How the values of an interval become one, and the two words that hold it. */
      public enum Fold {
        /** The value, and when it was set in nanoseconds since 1970. */
        LAST,
        /** The sum, nothing. */
        SUM,
        /** Total, count. */
        AVG,
        /** As those of MIN. */
        MIN,
        /** As those of MAX. */
        MAX
      }
    }

    record Lhist(long min, long max, long step) implements Value {
      public int buckets() {
        return (int) ((max - min - 1) / step) + 3;
      }
    }
  }

  /** Where the values are. */
  public sealed interface Storage {
    /**
     * Per-CPU slots in the global data of a map without key: in each processor's area at {@code
     * offset}, {@code generations} slots of {@code size} bytes; generation g uses slot g modulo
     * {@code generations}. The merged value is the fold over processors.
     *
     * @param generations 4 where the map is cleared or zeroed, else 1
     */
    record Slots(int offset, int size, int generations) implements Storage {}

    /** One value in the global data shared by all processors: PLAIN values without key. */
    record Shared(int offset, int size) implements Storage {}

    /**
     * A word at {@code offset} of the value that each thread has in a kernel map of kind THREADS,
     * zero where the thread is no key. User space reads none of them.
     */
    record Threads(int kernelMap, int offset) implements Storage {}

    /**
     * A kernel hash map, per-CPU or not as its kind says.
     *
     * @param generational the key begins with the generation as u64
     * @param hotKeys where a part of the values of some keys is; absent for most maps that programs
     *     read, and for those that they delete from
     * @param longest bytes that a text in its keys has at most
     * @param shorter where keys are whose texts are all shorter; present where they can be longer
     */
    record Hash(
        int kernelMap,
        boolean generational,
        Optional<HotKeys> hotKeys,
        int longest,
        Optional<Hash> shorter)
        implements Storage {
      /** All hashes of the map, that of the shortest texts first. */
      public List<Hash> all() {
        List<Hash> all = new ArrayList<>(shorter.map(Hash::all).orElse(List.of()));
        all.add(this);
        return all;
      }
    }
  }

  /**
   * Slots in each processor's area of the global data, in front of a per-CPU hash. A key has one
   * slot in which it can be; the first key that a processor meets there takes it and keeps it. Its
   * value is the fold of the hash's and all processors' slots. Every key of a slot is in the hash,
   * too, so that a full map is full in the same way.
   *
   * <p>A slot is in 8-byte words: {@link #FREE}, {@link #TAKING} or the generation (0 where the map
   * has none) plus 1; the key as in the hash, without generation; the value as in the hash.
   *
   * @param offset in the area
   * @param slots a power of two
   * @param slotSize a power of two
   * @param keySize bytes of the key
   */
  public record HotKeys(int offset, int slots, int slotSize, int keySize) {
    /** State of a slot whose words are all zero. */
    public static final long FREE = 0;

    /** State of a slot whose key is not complete yet. */
    public static final long TAKING = -1;
  }

  /**
   * Where the generation words of a cleared or zeroed map are in the global data: {@code
   * generation} u64, the current one, starts at 0; {@code acknowledged} u64, the oldest one whose
   * contents user space has not yet taken and emptied. A clear moves the generation on from g to g
   * + 1 by compare-and-exchange if g + 1 - acknowledged is less than the number of slots (for a
   * hash 256); otherwise it joins the next clear.
   */
  public record Generations(int generation, int acknowledged) {}

  /**
   * Whether what a map holds for a key has to be put together of what each processor has, also
   * where programs read it. If not, a print of one key sends its value.
   */
  public static boolean folds(Value value) {
    return switch (value) {
      case Value.Plain p -> false;
      case Value.Counter c -> false;
      case Value.Count c -> true;
      case Value.Sum s -> true;
      case Value.Min m -> true;
      case Value.Max m -> true;
      case Value.Avg a -> true;
      case Value.Stats s -> true;
      case Value.Hist h -> true;
      case Value.Lhist l -> true;
      case Value.Tseries t -> true;
    };
  }

  /** Whether a value that is there can look like one that is not. */
  public static boolean flagged(Value value) {
    return switch (value) {
      case Value.Plain p -> true;
      case Value.Counter c -> true;
      case Value.Sum s -> true;
      case Value.Count c -> false;
      case Value.Min m -> false;
      case Value.Max m -> false;
      case Value.Avg a -> false;
      case Value.Stats s -> false;
      case Value.Hist h -> false;
      case Value.Lhist l -> false;
      case Value.Tseries t -> false;
    };
  }

  /** The stored word of a value of MIN or MAX: both keep the largest stored word, unsigned. */
  public static long minMax(Value value, long v) {
    return switch (value) {
      case Value.Max max -> max.signed() ? v ^ Long.MIN_VALUE : v;
      case Value.Min min -> ~(min.signed() ? v ^ Long.MIN_VALUE : v);
      default -> throw new IllegalArgumentException("no min or max: " + value);
    };
  }
}
