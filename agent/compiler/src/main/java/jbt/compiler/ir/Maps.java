package jbt.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.HotKeys;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.types.Type;

/** Look-ups and changes of the script's maps. */
final class Maps {
  private static final Imm ZERO = new Imm(0);

  /** Flags of bpf_map_update_elem. */
  private static final Imm ANY = new Imm(0);

  private static final Imm NO_EXIST = new Imm(1);

  /** Flag of bpf_task_storage_get. */
  private static final Imm CREATE = new Imm(1);

  private static final int E2BIG = 7;

  private final Lowering lowering;
  private final Body body;
  private final Keys keys;
  private final Map<Integer, Reg> generations = new HashMap<>();

  Maps(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
    this.keys = new Keys(lowering);
  }

  Keys keys() {
    return keys;
  }

  private MapDecl declaration(int map) {
    return lowering.checked().maps().get(map);
  }

  ScriptMap scriptMap(int map) {
    return body.layout().maps().get(map);
  }

  /**
   * Reads the generations that the program needs in several places, so that all of them see the
   * same one: those of the predicate before it, the others behind it.
   */
  void readGenerations(boolean predicate) {
    for (int map = 0; map < lowering.checked().maps().size(); map++) {
      if (scriptMap(map).generations().isPresent()
          && predicate == Reads.inPredicate(lowering.probe(), map)
          && Reads.touches(lowering.nodes(), map) > (lowering.routines().loops() ? 0 : 1)) {
        if (lowering.routines().several()) {
          int place = body.keepScratch(8);
          lowering.generationPlaces().put(map, place);
          body.storeWord(body.scratchAt(place), loadGeneration(map));
        } else {
          generations.put(map, body.move(loadGeneration(map)));
        }
      }
    }
  }

  private Reg loadGeneration(int map) {
    return body.load(Size.DOUBLE, body.global(generationWords(map).generation()));
  }

  private ScriptMap.Generations generationWords(int map) {
    return scriptMap(map).generations().orElseThrow();
  }

  /** The generation of a map that this run works on; 0 where it has none. */
  Operand generation(int map) {
    if (scriptMap(map).generations().isEmpty()) {
      return ZERO;
    }
    Integer place = lowering.generationPlaces().get(map);
    if (place != null) {
      return body.load(Size.DOUBLE, body.scratchAt(place));
    }
    Reg known = generations.get(map);
    return known != null ? known : loadGeneration(map);
  }

  /**
   * Moves the generation on, if no other processor does at the same time and user space has kept
   * up; what comes later in this run goes to the new one. Returns the outcome's number.
   *
   * @param from what {@link #generation} gave
   */
  Operand moveOn(int map, Operand from) {
    int bound =
        scriptMap(map).storage() instanceof Storage.Slots
            ? Layout.SLOTS
            : Layout.WAITING_GENERATIONS;
    Reg outcome = body.move(new Imm(1));
    int free = body.block();
    int done = body.block();
    Reg acknowledged = body.load(Size.DOUBLE, body.global(generationWords(map).acknowledged()));
    Reg next = body.add(from, new Imm(1));
    Reg waiting = body.binary(AluOperation.SUB, next, acknowledged);
    body.branch(Condition.LT, waiting, new Imm(bound), free, done);
    body.place(free);
    Reg seen = body.register();
    Address word = body.global(generationWords(map).generation());
    body.emit(new Op.CompareExchange(seen, word, from, next));
    int moved = body.block();
    int overtaken = body.block();
    body.branch(Condition.EQ, seen, from, moved, overtaken);
    body.place(moved);
    body.set(outcome, ZERO);
    remember(map, next);
    body.jump(done);
    body.place(overtaken);
    body.set(outcome, new Imm(2));
    remember(map, seen);
    body.place(done);
    return outcome;
  }

  private void remember(int map, Operand generation) {
    Integer place = lowering.generationPlaces().get(map);
    Reg known = generations.get(map);
    if (place != null) {
      body.storeWord(body.scratchAt(place), generation);
    } else if (known != null) {
      body.set(known, generation);
    }
  }

  /** The kernel's map of a map with keys. */
  Storage.Hash hash(int map) {
    if (!(scriptMap(map).storage() instanceof Storage.Hash hash)) {
      throw new IllegalArgumentException("not in a hash: " + declaration(map));
    }
    return hash;
  }

  /** The address of the value of a key, 0 where it is missing. */
  Reg lookup(int map, List<Expr> key) {
    Reg found = body.register();
    keys.each(map, key, Optional.empty(), (hash, place) -> lookup(found, hash, place));
    return found;
  }

  private void lookup(Reg found, Storage.Hash hash, Address key) {
    Operand address = body.addressOf(key);
    body.callInto(found, Helper.MAP_LOOKUP_ELEM, new MapRef(hash.kernelMap()), address);
  }

  /**
   * Changes the value of a key in place; a missing key is inserted as zero first.
   *
   * @param bucket of a histogram
   */
  private void update(int map, List<Expr> key, Optional<Operand> bucket, Consumer<Address> change) {
    boolean inKey = Layout.bucketInKey(declaration(map));
    Optional<Operand> within = inKey ? Optional.empty() : bucket;
    switch (scriptMap(map).storage()) {
      case Storage.Shared shared -> {
        change.accept(body.global(shared.offset()));
        flag(map, body.global(shared.offset()));
      }
      case Storage.Slots slots -> {
        Address value = word(slot(map, slots), within);
        change.accept(value);
        flag(map, value);
      }
      case Storage.Threads threads ->
          ofThread(
              threads,
              change,
              () -> body.lose(LossCounter.Source.UPDATE_REFUSED, declaration(map).name()));
      case Storage.Hash hash -> {
        Reg value = body.register();
        int done = body.block();
        keys.each(
            map,
            key,
            inKey ? bucket : Optional.empty(),
            (in, place) -> findOrInsert(map, in, place, value, done));
        change.accept(word(new Address(value, 0), within));
        body.place(done);
      }
    }
  }

  /** Works on the word of the current thread; otherwise where the kernel has no memory for one. */
  private void ofThread(Storage.Threads threads, Consumer<Address> there, Runnable otherwise) {
    // Made also where it is only read, so that one call is enough for a whole run.
    Reg values =
        body.call(
            Helper.TASK_STORAGE_GET,
            new MapRef(threads.kernelMap()),
            body.call(Helper.GET_CURRENT_TASK_BTF),
            ZERO,
            CREATE);
    int found = body.block();
    int refused = body.coldBlock();
    int done = body.block();
    body.branch(Condition.NE, values, ZERO, found, refused);
    body.place(found);
    there.accept(new Address(values, threads.offset()));
    body.jump(done);
    body.place(refused);
    otherwise.run();
    body.jump(done);
    body.place(done);
  }

  /** Goes on where the value of the key is; at {@code lost} if there is no room for the key. */
  private void findOrInsert(int map, Storage.Hash hash, Address key, Reg value, int lost) {
    Optional<HotSlots> hot = hash.hotKeys().map(slots -> hotSlots(hash, slots, key));
    int absent = body.coldBlock();
    int there = body.block();
    int found = there;
    if (hot.isPresent()) {
      found = body.coldBlock();
      int hit = body.block();
      int miss = body.coldBlock();
      hot.get().branch(hit, miss);
      body.place(hit);
      body.set(value, body.addressOf(hot.get().value()));
      body.jump(there);
      body.place(miss);
    }
    lookup(value, hash, key);
    body.branch(Condition.EQ, value, ZERO, absent, found);
    if (hot.isPresent()) {
      body.place(found);
      hot.get().take(there);
    }
    body.place(absent);
    Reg error = insertZero(hash, key);
    int refused = body.coldBlock();
    lookup(value, hash, key);
    body.branch(Condition.EQ, value, ZERO, refused, found);
    body.place(refused);
    loseByError(map, error);
    body.jump(lost);
    body.place(there);
  }

  /** Tells that the value at an address in global data was set, where the value doesn't. */
  private void flag(int map, Address value) {
    if (ScriptMap.flagged(declaration(map).value())) {
      body.storeWord(value.plus(8), new Imm(1));
    }
  }

  private HotSlots hotSlots(Storage.Hash hash, HotKeys slots, Address key) {
    if (!hash.generational()) {
      return new HotSlots(body, slots, key, ZERO);
    }
    // From the key: a second load of the map's generation might give the next one.
    return new HotSlots(body, slots, key.plus(8), body.load(Size.DOUBLE, key));
  }

  private Address slot(int map, Storage.Slots slots) {
    return slot(map, slots, body.perCpu(slots.offset()));
  }

  /** The slot of the generation, from the address of a processor's first one. */
  Address slot(int map, Storage.Slots slots, Address first) {
    if (slots.generations() == 1) {
      return first;
    }
    Reg number = body.binary(AluOperation.AND, generation(map), new Imm(slots.generations() - 1));
    Reg distance = body.binary(AluOperation.MUL, number, new Imm(slots.size()));
    return new Address(body.add(first.base(), distance), first.offset());
  }

  private Address word(Address first, Optional<Operand> index) {
    return index
        .map(
            number -> {
              Reg distance = body.binary(AluOperation.LSH, number, new Imm(3));
              return new Address(body.add(first.base(), distance), first.offset());
            })
        .orElse(first);
  }

  private Reg insertZero(Storage.Hash hash, Address key) {
    int size = body.layout().hashes().get(hash.kernelMap() - Layout.FIRST_HASH).valueSize();
    Body.Mark mark = body.mark();
    Address zero = body.exactMemory(size);
    lowering.expressions().zero(zero, size);
    Reg error =
        body.call(
            Helper.MAP_UPDATE_ELEM,
            new MapRef(hash.kernelMap()),
            body.addressOf(key),
            body.addressOf(zero),
            NO_EXIST);
    body.release(mark);
    return error;
  }

  /** Older kernels leave the upper half of the result undefined. */
  private void loseByError(int map, Operand error) {
    String name = declaration(map).name();
    int full = body.coldBlock();
    int refused = body.coldBlock();
    int done = body.coldBlock();
    body.branch32(Condition.EQ, error, new Imm(-E2BIG), full, refused);
    body.place(full);
    body.lose(LossCounter.Source.MAP_FULL, name);
    body.jump(done);
    body.place(refused);
    body.lose(LossCounter.Source.UPDATE_REFUSED, name);
    body.place(done);
  }

  void aggregate(Stmt.Aggregate s) {
    if (scriptMap(s.map()).storage() instanceof Storage.Slots slots) {
      // Asked for first, the processor's number takes no register that a call would have to keep.
      body.perCpu(slots.offset());
    }
    Operand value = s.value().map(lowering.expressions()::scalar).orElse(ZERO);
    Aggregation aggregation = new Aggregation(lowering, declaration(s.map()));
    Optional<Operand> bucket = aggregation.bucket(value);
    update(s.map(), s.key(), bucket, address -> aggregation.change(address, value));
  }

  void add(Stmt.AddMap s) {
    Operand value = lowering.expressions().scalar(s.value());
    update(
        s.map(), s.key(), Optional.empty(), address -> body.emit(new Op.AtomicAdd(address, value)));
  }

  /** {@code ++} and {@code --}; {@code wanted}: the value of the expression is needed. */
  Operand step(Expr.StepMap e, boolean wanted) {
    Imm by = new Imm(e.by());
    if (!wanted) {
      update(
          e.map(), e.key(), Optional.empty(), address -> body.emit(new Op.AtomicAdd(address, by)));
      return ZERO;
    }
    Reg old = body.move(ZERO);
    update(
        e.map(),
        e.key(),
        Optional.empty(),
        address -> {
          Reg before = body.register();
          body.emit(new Op.AtomicFetch(before, AtomicOperation.ADD, address, by));
          body.set(old, before);
        });
    Operand result = e.prefix() ? body.add(old, by) : old;
    return lowering.expressions().narrowed(result, e.type());
  }

  /** The value of a key, 0 where it is missing. */
  Operand read(Expr.MapValue e) {
    Operand value =
        switch (scriptMap(e.map()).storage()) {
          case Storage.Shared shared -> body.load(Size.DOUBLE, body.global(shared.offset()));
          case Storage.Hash hash -> {
            Reg found = lookup(e.map(), e.key());
            Reg result = body.move(ZERO);
            int there = body.block();
            int missing = body.block();
            int done = body.block();
            body.branch(Condition.NE, found, ZERO, there, missing);
            body.place(there);
            body.set(result, body.load(Size.DOUBLE, new Address(found, 0)));
            body.jump(done);
            body.place(missing);
            body.tell(Helper.MAP_LOOKUP_ELEM);
            body.place(done);
            yield result;
          }
          case Storage.Threads threads -> {
            Reg result = body.move(ZERO);
            ofThread(threads, at -> body.set(result, body.load(Size.DOUBLE, at)), () -> {});
            yield result;
          }
          case Storage.Slots slots ->
              throw new IllegalArgumentException("not readable: " + declaration(e.map()));
        };
    return lowering.expressions().narrowed(value, e.type());
  }

  /** Copies the value of a key, zeros where it is missing. */
  void read(Expr.MapValue e, Address to) {
    int size = Layout.words(declaration(e.map())) * 8;
    Reg found = lookup(e.map(), e.key());
    int there = body.block();
    int missing = body.block();
    int done = body.block();
    body.branch(Condition.NE, found, ZERO, there, missing);
    body.place(there);
    lowering.expressions().copyWords(new Address(found, 0), to, size);
    body.jump(done);
    body.place(missing);
    lowering.expressions().zero(to, size);
    body.tell(Helper.MAP_LOOKUP_ELEM);
    body.place(done);
  }

  /** Puts the parts of a key in memory, a 1 and its value; zeros where it is missing. */
  void read(Stmt.PrintMap s, Address to) {
    int size = Layout.words(declaration(s.map())) * 8;
    Address there = to.plus(scriptMap(s.map()).keyBytes());
    lowering.expressions().zero(there, 8 + size);
    SourceRange range = body.at(s.what());
    keys.each(
        s.map(),
        s.key(),
        Optional.empty(),
        (hash, place) -> {
          Reg found = body.register();
          lookup(found, hash, place);
          keys.copyParts(s.map(), hash, place, to);
          int present = body.block();
          int missing = body.block();
          int done = body.block();
          body.branch(Condition.NE, found, ZERO, present, missing);
          body.place(present);
          body.storeWord(there, new Imm(1));
          lowering.expressions().copyWords(new Address(found, 0), there.plus(8), size);
          body.jump(done);
          body.place(missing);
          body.tell(Helper.MAP_LOOKUP_ELEM);
          body.place(done);
        });
    body.at(range);
  }

  void set(Stmt.SetMap s) {
    MapDecl declaration = declaration(s.map());
    if (!(declaration.value() instanceof ScriptMap.Value.Plain(Type type))) {
      throw new IllegalArgumentException("not to be set: " + declaration);
    }
    if (Layout.scalar(type)) {
      setWord(s, lowering.expressions().scalar(s.value()));
      return;
    }
    if (type instanceof Type.Str text && HeldTexts.held(text)) {
      setText(s, text);
      return;
    }
    int size = type.storedSize();
    Address value = body.memory(size);
    lowering.expressions().store(s.value(), type, value);
    boolean compared = size <= HeldTexts.START && Reads.steady(s.value());
    Shortcut shortcut =
        compared
            ? (hash, key, there) -> unlessThere(hash, key, value, size, there)
            : (hash, key, there) -> {};
    put(s, shortcut, () -> value);
  }

  /**
   * Of a long text the start does not tell whether it is there already, and one that is read at
   * another place each time mostly is not.
   */
  private void setText(Stmt.SetMap s, Type.Str type) {
    HeldTexts texts = lowering.heldTexts();
    HeldTexts.Held value =
        Optional.of(s.value())
            .filter(expr -> expr.type().storedSize() == type.storedSize())
            .flatMap(texts::held)
            .orElseGet(() -> texts.made(s.value(), type));
    Shortcut shortcut =
        (hash, key, there) -> {
          if (Reads.differs(s.value())) {
            return;
          }
          int shorter = body.block();
          int other = body.block();
          body.branch(Condition.EQ, texts.behind(value), ZERO, shorter, other);
          body.place(shorter);
          unlessThere(hash, key, value.start(), HeldTexts.START, there);
          body.place(other);
        };
    put(s, shortcut, () -> new Address(texts.padded(value), 0));
  }

  /** Goes to a block where a key has its value already. */
  private interface Shortcut {
    void unlessThere(Storage.Hash hash, Address key, int there);
  }

  /** What is deleted from time to time is mostly not there. */
  private void put(Stmt.SetMap s, Shortcut shortcut, Supplier<Address> value) {
    keys.each(
        s.map(),
        s.key(),
        Optional.empty(),
        (hash, key) -> {
          int done = body.block();
          if (!declaration(s.map()).deleted()) {
            shortcut.unlessThere(hash, key, done);
          }
          replace(s.map(), hash, key, value.get());
          body.place(done);
        });
  }

  /**
   * Goes to a block where a key has a value already: to compare takes a fraction of what a
   * replacement does. What another processor puts there meanwhile counts as put there later.
   */
  private void unlessThere(Storage.Hash hash, Address key, Address value, int bytes, int there) {
    int other = body.block();
    int same = body.block();
    Reg found = body.register();
    lookup(found, hash, key);
    body.branch(Condition.NE, found, ZERO, same, other);
    body.place(same);
    for (int offset = 0; offset < bytes; offset += 8) {
      int next = offset + 8 < bytes ? body.block() : there;
      Reg old = body.load(Size.DOUBLE, new Address(found, offset));
      Reg word = body.load(Size.DOUBLE, value.plus(offset));
      body.branch(Condition.EQ, old, word, next, other);
      if (next != there) {
        body.place(next);
      }
    }
    body.place(other);
  }

  /**
   * A word is stored in place, which is several times faster than a replacement; but where keys are
   * deleted, the place can have become another key's meanwhile.
   */
  private void setWord(Stmt.SetMap s, Operand word) {
    switch (scriptMap(s.map()).storage()) {
      case Storage.Shared shared -> {
        body.storeWord(body.global(shared.offset()), word);
        flag(s.map(), body.global(shared.offset()));
      }
      case Storage.Hash hash -> {
        keys.each(
            s.map(), s.key(), Optional.empty(), (in, place) -> setWord(s.map(), in, place, word));
      }
      case Storage.Threads threads ->
          update(s.map(), s.key(), Optional.empty(), at -> body.storeWord(at, word));
      case Storage.Slots slots ->
          throw new IllegalArgumentException("not to be set: " + declaration(s.map()));
    }
  }

  private void setWord(int map, Storage.Hash hash, Address key, Operand word) {
    int done = body.block();
    if (!declaration(map).deleted()) {
      int absent = body.coldBlock();
      int there = body.block();
      Reg found = body.register();
      lookup(found, hash, key);
      body.branch(Condition.EQ, found, ZERO, absent, there);
      body.place(there);
      body.storeWord(new Address(found, 0), word);
      body.jump(done);
      body.place(absent);
    }
    Address value = body.exactMemory(8);
    body.storeWord(value, word);
    replace(map, hash, key, value);
    body.place(done);
  }

  private void replace(int map, Storage.Hash hash, Address key, Address value) {
    Reg error =
        body.call(
            Helper.MAP_UPDATE_ELEM,
            new MapRef(hash.kernelMap()),
            body.addressOf(key),
            body.addressOf(value),
            ANY);
    int failed = body.coldBlock();
    int done = body.block();
    body.branch32(Condition.NE, error, ZERO, failed, done);
    body.place(failed);
    loseByError(map, error);
    body.jump(done);
    body.place(done);
  }

  /** A missing key is no loss. A keyed histogram has a key for each bucket. */
  void delete(Stmt.Delete s) {
    if (scriptMap(s.map()).storage() instanceof Storage.Threads threads) {
      ofThread(threads, at -> body.storeWord(at, ZERO), () -> {});
      return;
    }
    boolean oneKey = !Layout.bucketInKey(declaration(s.map()));
    delete(
        s,
        error -> {
          if (oneKey) {
            body.tellIfNegative(Helper.MAP_DELETE_ELEM, error);
          }
        });
  }

  /** {@code outcome} gets the result of each call of bpf_map_delete_elem. */
  void delete(Stmt.Delete s, Consumer<Reg> outcome) {
    MapDecl declaration = declaration(s.map());
    if (!Layout.bucketInKey(declaration)) {
      keys.each(
          s.map(), s.key(), Optional.empty(), (hash, key) -> outcome.accept(delete(hash, key)));
      return;
    }
    int buckets = new Aggregation(lowering, declaration).buckets();
    keys.each(
        s.map(),
        s.key(),
        Optional.of(ZERO),
        (hash, key) -> {
          for (int bucket = 0; bucket < buckets; bucket++) {
            body.storeWord(key.plus(keys.size(hash) - 8), new Imm(bucket));
            outcome.accept(delete(hash, key));
          }
        });
  }

  private Reg delete(Storage.Hash hash, Address key) {
    return body.call(Helper.MAP_DELETE_ELEM, new MapRef(hash.kernelMap()), body.addressOf(key));
  }
}
