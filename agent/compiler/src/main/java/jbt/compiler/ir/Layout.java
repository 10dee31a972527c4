package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.Globals;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Generations;
import jbt.compiler.plan.ScriptMap.HotKeys;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.plan.Site;
import jbt.compiler.target.Target;
import jbt.compiler.types.Type;

/**
 * Where everything of a script is in kernel memory.
 *
 * @param nodes of each program
 * @param failures counters of failed calls, which come as code is made
 * @param stacks place in the plan of the map of stacks, -1 where the script takes none
 * @param unwind the same of the map of kind UNWIND
 * @param packets the same of the map of kind PACKETS
 * @param calls whether the kernel can be asked to call the rounds of loops
 * @param dividesSigned whether the kernel has instructions that divide with signs
 * @param cpuMask processor numbers are at most this; one less than a power of two
 * @param cpuShift binary logarithm of the globals' stride
 */
record Layout(
    Checked checked,
    List<Nodes> nodes,
    Globals globals,
    List<KernelMap> hashes,
    List<ScriptMap> maps,
    List<LossCounter> lossCounters,
    Failures failures,
    int stacks,
    int unwind,
    int packets,
    boolean calls,
    boolean dividesSigned,
    int cpuMask,
    int cpuShift) {
  /** Place of the first hash map in the plan, behind the four that every plan has. */
  static final int FIRST_HASH = 4;

  /**
   * Generations of a hash that may wait for user space. Rounds of a millisecond wait some 20 of
   * them for their grace period; a bound keeps a clear in a hot event from filling the map.
   */
  static final int WAITING_GENERATIONS = 256;

  /** Full generations of an unkeyed tseries that there is room for. */
  private static final int SERIES_GENERATIONS = 8;

  /** Generations of an unkeyed map that has slots. */
  static final int SLOTS = 4;

  /**
   * Of the ring for text and values: at a poll of 20 ms it holds more than 3 million records a
   * second of 64 bytes.
   */
  private static final int DATA_RING_BYTES = 4 << 20;

  /** Of the ring for prints, clears and exit: 5,000 records. */
  private static final int CONTROL_RING_BYTES = 256 << 10;

  /** What a ring takes that nobody writes to: the smallest that the kernel makes. */
  private static final int UNUSED_RING_BYTES = 4096;

  private static final int WORD = 8;

  private static final int START_TIME = 0;
  private static final int EXIT_CODE = 8;
  private static final int WALL_OFFSET = 16;
  private static final int EXITED = 24;
  private static final int LINE = 64;

  /** In a processor's area. */
  private static final int GATE = 0;

  /**
   * One more than the number of the program whose last print found no room: its clear does nothing.
   */
  static final int UNPRINTED = GATE + WORD;

  /** Two lines: processors fetch them in pairs. */
  private static final int LEAST_STRIDE = 128;

  /**
   * What a program touches of memory costs by the page: a system call makes processors forget where
   * pages are.
   */
  private static final int PAGE = 4096;

  /** Of a processor's slots for the hot keys of one map. */
  private static final int HOT_BYTES = PAGE;

  /** The same for the first map, if it finds room in the page of the gate. */
  private static final int NEAR_HOT_BYTES = PAGE / 2;

  /** Keys that take longer to compare than to look up have no slots. */
  private static final int LONGEST_HOT_KEY = 32;

  /** The same for keys with a text of that much room. */
  private static final int LONGEST_HOT_TEXT = ScriptMap.SHORT + 24;

  /** Of a processor's slots for such keys, of which there tend to be many. */
  private static final int HOT_TEXT_BYTES = 2 * PAGE;

  /** Maps that have slots: a bound for a processor's area. */
  private static final int MOST_HOT_MAPS = 8;

  /** What losses of stacks are called. */
  static final String STACKS = "stacks";

  static Layout of(Checked checked, Target target) {
    return new Builder(checked, target).build();
  }

  /** Whether the verifier needs code that is easier for it. */
  boolean careful() {
    return calls && checked.circumstances().careful();
  }

  private static final class Builder {
    private final Checked checked;
    private final Target target;
    private final List<Nodes> nodes;
    private final List<KernelMap> hashes = new ArrayList<>();
    private final List<ScriptMap> maps = new ArrayList<>();
    private final List<LossCounter> counters = new ArrayList<>();

    /** Places of maps whose hot keys have slots, if there is room. */
    private final BitSet hot = new BitSet();

    /** Shared data, behind start time, exit code and their like. */
    private int shared = LINE;

    private int perCpu = UNPRINTED + WORD;
    private int hotMaps;

    /**
     * What the verifier must see behind the last histogram: a bucket is known to it by its mask.
     */
    private int behind;

    Builder(Checked checked, Target target) {
      this.checked = checked;
      this.target = target;
      this.nodes = checked.probes().stream().map(Nodes::of).toList();
    }

    Layout build() {
      count(LossCounter.Source.RING_FULL, "");
      count(LossCounter.Source.CONTROL_RING_FULL, "");
      BitSet read = Reads.maps(checked.maps(), nodes);
      BitSet ofThreads = ThreadMaps.of(checked, nodes, target);
      int threads = threads(ofThreads.cardinality());
      for (int i = 0; i < checked.maps().size(); i++) {
        MapDecl map = checked.maps().get(i);
        if (ofThreads.get(i)) {
          int place = ofThreads.get(0, i).cardinality() * WORD;
          count(LossCounter.Source.UPDATE_REFUSED, map.name());
          add(map, new Storage.Threads(threads, place), false);
        } else {
          add(map, read.get(i));
        }
      }
      int stacks = stacks();
      int unwind = unwind();
      hot.stream().forEach(map -> maps.set(map, withHotKeys(maps.get(map))));
      Optional<Source> asked =
          checked.circumstances().failures() ? Optional.of(checked.source()) : Optional.empty();
      Failures failures = new Failures(asked, perCpu);
      perCpu += Failures.room(asked);
      int cpus = powerOfTwo(target.possibleCpus());
      int packets = packets(cpus);
      int stride = powerOfTwo(Math.max(LEAST_STRIDE, perCpu));
      int cpuArea = align(shared, Math.min(stride, PAGE));
      Globals globals =
          new Globals(
              cpuArea + cpus * stride + behind,
              GATE,
              START_TIME,
              WALL_OFFSET,
              EXIT_CODE,
              EXITED,
              cpuArea,
              stride);
      return new Layout(
          checked,
          nodes,
          globals,
          List.copyOf(hashes),
          List.copyOf(maps),
          List.copyOf(counters),
          failures,
          stacks,
          unwind,
          packets,
          has(Target.Feature.LOOP),
          has(Target.Feature.SIGNED_DIVISION),
          cpus - 1,
          Integer.numberOfTrailingZeros(stride));
    }

    private boolean has(Target.Feature feature) {
      return target.feature(feature) == Target.Answer.YES;
    }

    private void count(LossCounter.Source source, String detail) {
      count(source, detail, "");
    }

    private void count(LossCounter.Source source, String detail, String warning) {
      counters.add(new LossCounter(source, detail, warning, perCpu));
      perCpu += WORD;
    }

    private int stacks() {
      int frames = nodes.stream().mapToInt(Reads::longestStack).max().orElse(0);
      if (frames == 0) {
        return -1;
      }
      hashes.add(
          new KernelMap(
              STACKS,
              KernelMap.Kind.STACKS,
              2 * WORD,
              Stacks.elementSize(frames),
              Stacks.MOST_STACKS,
              false));
      count(LossCounter.Source.MAP_FULL, STACKS);
      return FIRST_HASH + hashes.size() - 1;
    }

    /** All maps that are kept with threads are in one of the kernel. */
    private int threads(int words) {
      if (words == 0) {
        return -1;
      }
      hashes.add(new KernelMap("threads", KernelMap.Kind.THREADS, 4, words * WORD, 0, false));
      return FIRST_HASH + hashes.size() - 1;
    }

    private int unwind() {
      if (Reads.unwound(nodes).isEmpty()) {
        return -1;
      }
      hashes.add(
          new KernelMap("unwind", KernelMap.Kind.UNWIND, 4, 2 * WORD, Unwinding.MOST_ROWS, true));
      return FIRST_HASH + hashes.size() - 1;
    }

    private int packets(int cpus) {
      if (!Reads.packets(nodes)) {
        return -1;
      }
      hashes.add(new KernelMap("packets", KernelMap.Kind.PACKETS, 4, 4, cpus, false));
      return FIRST_HASH + hashes.size() - 1;
    }

    private void add(MapDecl map, boolean read) {
      boolean oneWord = !(map.value() instanceof Value.Plain(Type type)) || scalar(type);
      boolean together = map.value() instanceof Value.Plain || (counter(map) && read);
      Storage storage;
      boolean generational = map.cleared();
      boolean series = map.value() instanceof Value.Tseries;
      boolean plainKey = map.key().isEmpty() && !series;
      if (plainKey && oneWord && !map.deleted() && !(together && map.cleared())) {
        storage = together ? shared() : slots(map);
      } else {
        // Without a key the generation is one: there is always at least that in it.
        generational |= plainKey;
        storage = hash(map, together, generational);
        // What makes room for other keys is not in the slots.
        if (!together && !read && !map.lru() && !map.deleted() && !map.key().isEmpty()) {
          hot.set(maps.size());
        }
        count(LossCounter.Source.MAP_FULL, map.name(), Failures.mapFull(map, checked.source()));
        count(LossCounter.Source.UPDATE_REFUSED, map.name());
      }
      if (storage instanceof Storage.Slots && words(map) == 2 && minMax(map)) {
        count(LossCounter.Source.UPDATE_REFUSED, map.name());
      }
      add(map, storage, generational);
    }

    private void add(MapDecl map, Storage storage, boolean generational) {
      maps.add(
          new ScriptMap(
              map.name(),
              map.key(),
              map.value(),
              storage,
              generational ? Optional.of(generations()) : Optional.empty(),
              map.hostBound(),
              map.printed()));
    }

    private Generations generations() {
      Generations generations = new Generations(shared, shared + WORD);
      shared += 2 * WORD;
      return generations;
    }

    private Storage shared() {
      shared = align(shared, LINE) + LINE;
      return new Storage.Shared(shared - LINE, WORD);
    }

    private Storage slots(MapDecl map) {
      int generations = map.cleared() ? SLOTS : 1;
      int size = (words(map) + (ScriptMap.flagged(map.value()) ? 1 : 0)) * WORD;
      int offset = perCpu;
      behind = Math.max(behind, (powerOfTwo(words(map)) - words(map)) * WORD);
      perCpu += generations * size;
      return new Storage.Slots(offset, size, generations);
    }

    private Storage.Hash hash(MapDecl map, boolean together, boolean generational) {
      Optional<Storage.Hash> shorter = Optional.empty();
      for (int longest : List.of(ScriptMap.SHORT, ScriptMap.MIDDLE)) {
        List<Type> key = shortened(map, longest);
        if (!key.equals(map.key())) {
          shorter = Optional.of(hash(map, longest, key, together, generational, shorter));
        }
      }
      return hash(map, Integer.MAX_VALUE, map.key(), together, generational, shorter);
    }

    private static List<Type> shortened(MapDecl map, int longest) {
      return map.key().stream().map(part -> ScriptMap.shortened(part, longest)).toList();
    }

    private Storage.Hash hash(
        MapDecl map,
        int longest,
        List<Type> key,
        boolean together,
        boolean generational,
        Optional<Storage.Hash> shorter) {
      int keySize = key.stream().mapToInt(Type::storedSize).sum();
      keySize += (bucketInKey(map) ? WORD : 0) + (generational ? WORD : 0);
      hashes.add(
          new KernelMap(
              kernelName(map.name()),
              kind(map, together),
              keySize,
              (bucketsInValue(map) ? powerOfTwo(words(map)) : words(map)) * WORD,
              entries(map, generational),
              false));
      int kernelMap = FIRST_HASH + hashes.size() - 1;
      return new Storage.Hash(kernelMap, generational, Optional.empty(), longest, shorter);
    }

    /** An old generation's keys stay until user space has read them: room for two lives. */
    private static int entries(MapDecl map, boolean generational) {
      if (!map.key().isEmpty()) {
        return map.maxEntries() * (generational ? 2 : 1);
      }
      return map.value() instanceof Value.Tseries series
          ? series.slots() * (generational ? SERIES_GENERATIONS : 1)
          : 2 * WAITING_GENERATIONS;
    }

    private static KernelMap.Kind kind(MapDecl map, boolean together) {
      if (map.lru() && !map.key().isEmpty()) {
        return together ? KernelMap.Kind.LRU_HASH : KernelMap.Kind.LRU_PERCPU_HASH;
      }
      return together ? KernelMap.Kind.HASH : KernelMap.Kind.PERCPU_HASH;
    }

    /** A map with its slots, which come behind everything else in an area. */
    private ScriptMap withHotKeys(ScriptMap map) {
      return map.storage() instanceof Storage.Hash hash
          ? new ScriptMap(
              map.name(),
              map.key(),
              map.value(),
              withHotKeys(hash, map.key().stream().anyMatch(Type.Str.class::isInstance)),
              map.generations(),
              map.hostBound(),
              map.printed())
          : map;
    }

    private Storage.Hash withHotKeys(Storage.Hash hash, boolean text) {
      Optional<Storage.Hash> shorter = hash.shorter().map(texts -> withHotKeys(texts, text));
      Optional<HotKeys> hotKeys = shorter.isPresent() ? Optional.empty() : hotKeys(hash, text);
      return new Storage.Hash(
          hash.kernelMap(), hash.generational(), hotKeys, hash.longest(), shorter);
    }

    private Optional<HotKeys> hotKeys(Storage.Hash hash, boolean text) {
      KernelMap kernelMap = hashes.get(hash.kernelMap() - FIRST_HASH);
      int keySize = kernelMap.keySize() - (hash.generational() ? WORD : 0);
      int longest = text ? LONGEST_HOT_TEXT : LONGEST_HOT_KEY;
      if (keySize > longest || keySize % WORD != 0 || hotMaps == MOST_HOT_MAPS) {
        return Optional.empty();
      }
      hotMaps++;
      int slotSize = powerOfTwo(WORD + keySize + kernelMap.valueSize());
      int bytes = align(perCpu, NEAR_HOT_BYTES) < PAGE ? NEAR_HOT_BYTES : HOT_BYTES;
      boolean many = keySize > LONGEST_HOT_KEY;
      int offset = align(perCpu, many ? PAGE : bytes);
      perCpu = offset + (many ? HOT_TEXT_BYTES : bytes);
      return Optional.of(new HotKeys(offset, (perCpu - offset) / slotSize, slotSize, keySize));
    }
  }

  /** All maps of the plan but the scratch memory's size, which the programs decide. */
  List<KernelMap> kernelMaps(int scratchBytes) {
    boolean data = checked.sites().stream().anyMatch(Layout::onDataRing);
    boolean control = checked.sites().stream().anyMatch(site -> !onDataRing(site));
    List<KernelMap> all = new ArrayList<>();
    all.add(array("globals", globals.size(), true));
    all.add(ring("data_ring", data ? DATA_RING_BYTES : UNUSED_RING_BYTES));
    all.add(ring("control_ring", control ? CONTROL_RING_BYTES : UNUSED_RING_BYTES));
    all.add(array("scratch", Math.max(WORD, scratchBytes), false));
    all.addAll(hashes);
    return all;
  }

  static KernelMap noPrograms() {
    return new KernelMap("none", KernelMap.Kind.PROGRAM_ARRAY, 4, 4, 1, false);
  }

  /** A quarter of the data ring. */
  static int dataRingQuarter() {
    return DATA_RING_BYTES / 4;
  }

  /** Bytes of the control ring behind which there is no room for prints, but for their clears. */
  static int roomForPrints() {
    return CONTROL_RING_BYTES / 2;
  }

  Optional<LossCounter> lossCounter(LossCounter.Source source, String detail) {
    for (LossCounter counter : lossCounters) {
      if (counter.source() == source && counter.detail().equals(detail)) {
        return Optional.of(counter);
      }
    }
    return Optional.empty();
  }

  /** 8-byte words of a value in kernel memory. */
  static int words(MapDecl map) {
    return switch (map.value()) {
      case Value.Plain(Type type) -> type.storedSize() / WORD;
      case Value.Counter counter -> 1;
      case Value.Count count -> 1;
      case Value.Sum sum -> 1;
      case Value.Min min -> 2;
      case Value.Max max -> 2;
      case Value.Avg avg -> 2;
      case Value.Stats stats -> 2;
      case Value.Hist hist -> map.key().isEmpty() ? hist.buckets() : 1;
      case Value.Lhist lhist -> map.key().isEmpty() ? lhist.buckets() : 1;
      case Value.Tseries series -> 3;
    };
  }

  private static boolean bucketsInValue(MapDecl map) {
    return map.key().isEmpty()
        && (map.value() instanceof Value.Hist || map.value() instanceof Value.Lhist);
  }

  static boolean bucketInKey(MapDecl map) {
    return switch (map.value()) {
      case Value.Tseries series -> true;
      case Value.Hist hist -> !map.key().isEmpty();
      case Value.Lhist lhist -> !map.key().isEmpty();
      default -> false;
    };
  }

  /** Whether values of the type are one word that registers hold. */
  static boolean scalar(Type type) {
    return switch (type) {
      case Type.Int i -> true;
      case Type.Bool bool -> true;
      case Type.Pointer pointer -> true;
      case Type.ProbeName probeName -> true;
      case Type.Symbolic symbolic -> symbolic.meaning().words() == 1;
      case Type.None none -> false;
      case Type.Str str -> false;
      case Type.Struct s -> false;
      case Type.Array array -> false;
      case Type.Buffer buffer -> false;
      case Type.Tuple tuple -> false;
    };
  }

  static int powerOfTwo(int least) {
    return least <= 1 ? 1 : Integer.highestOneBit(least - 1) << 1;
  }

  private static boolean counter(MapDecl map) {
    return map.value() instanceof Value.Counter;
  }

  private static boolean minMax(MapDecl map) {
    return map.value() instanceof Value.Min || map.value() instanceof Value.Max;
  }

  private static boolean onDataRing(Site site) {
    return switch (site) {
      case Site.Printf printf -> true;
      case Site.Time time -> true;
      case Site.Value value -> true;
      case Site.Packet packet -> true;
      case Site.Print print -> false;
      case Site.Clear clear -> false;
      case Site.Zero zero -> false;
      case Site.Exit exit -> false;
    };
  }

  private static KernelMap array(String name, int valueSize, boolean mmapable) {
    return new KernelMap(name, KernelMap.Kind.ARRAY, 4, valueSize, 1, mmapable);
  }

  private static KernelMap ring(String name, int bytes) {
    return new KernelMap(name, KernelMap.Kind.RING_BUFFER, 0, 0, bytes, false);
  }

  /** At most 15 characters, and no other than those of names. */
  private static String kernelName(String name) {
    String text = "AT_" + name.substring(1);
    return text.length() <= 15 ? text : text.substring(0, 15);
  }

  private static int align(int offset, int to) {
    return (offset + to - 1) / to * to;
  }
}
