package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.ir.HeldTexts.Held;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.types.Type;

/**
 * Keys of the script's maps in memory. A key whose texts can be long is made for the hash of short
 * ones; only where a text turns out to be longer it is made anew, for one of the other hashes.
 */
final class Keys {
  private static final Imm ZERO = new Imm(0);

  /**
   * Short texts in keys are in the stack frame: it costs to touch a page of scratch memory, see
   * {@link Layout}.
   */
  private static final int LARGEST_SHORT = 2 * ScriptMap.SHORT + 16;

  /** The same for one text of the next hash. */
  private static final int LARGEST_MIDDLE = ScriptMap.MIDDLE + 24;

  private final Lowering lowering;
  private final Body body;

  Keys(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  private MapDecl declaration(int map) {
    return lowering.checked().maps().get(map);
  }

  /** Puts the key parts of a map in memory, in the form in which they are stored. */
  void storeParts(int map, List<Expr> key, Address to) {
    int offset = 0;
    for (int i = 0; i < key.size(); i++) {
      Type type = declaration(map).key().get(i);
      lowering.expressions().store(key.get(i), type, to.plus(offset));
      offset += type.storedSize();
    }
  }

  /** Copies the parts of a key of one of the hashes, in the form in which they are declared. */
  void copyParts(int map, Storage.Hash hash, Address key, Address to) {
    int from = prefix(hash);
    int offset = 0;
    for (Type type : declaration(map).key()) {
      Type stored = ScriptMap.shortened(type, hash.longest());
      lowering.expressions().copy(key.plus(from), stored, to.plus(offset), type);
      from += stored.storedSize();
      offset += type.storedSize();
    }
  }

  /**
   * Makes code for a key in each of the hashes in which it can be, of which one runs; goes on
   * behind it.
   *
   * @param bucket of a histogram
   * @param use is called with the hash and where the key is
   */
  void each(
      int map, List<Expr> key, Optional<Operand> bucket, BiConsumer<Storage.Hash, Address> use) {
    List<Storage.Hash> hashes = lowering.maps().hash(map).all();
    Storage.Hash first = hashes.getFirst();
    if (hashes.size() == 1) {
      use.accept(first, whole(map, first, key, bucket));
      return;
    }
    int longer = body.coldBlock();
    int done = body.block();
    Made made = new Made(first, keyPlace(first, key, bucket), body.block());
    if (first.generational()) {
      body.storeWord(made.key, lowering.maps().generation(map));
    }
    List<Part> parts = parts(map, key, made.key.plus(prefix(first)));
    parts.forEach(part -> branch(part.behind, longer));
    for (Part part : parts) {
      if (!part.from.equals(part.place)) {
        Type shortened = ScriptMap.shortened(part.type, first.longest());
        lowering.expressions().copy(part.from, part.made, part.place, shortened);
      }
    }
    Builtins.Known known = lowering.builtins().known();
    use(made, bucket, use);
    body.jump(done);
    lowering.builtins().restore(known);
    body.place(longer);
    body.rarely(() -> longer(hashes, made, parts, bucket, use, done));
    lowering.builtins().restore(known);
    body.place(done);
  }

  /**
   * A key for one of the hashes.
   *
   * @param block where it is used
   */
  private record Made(Storage.Hash hash, Address key, int block) {}

  /** Goes on in the block where the key is used. */
  private void use(Made made, Optional<Operand> bucket, BiConsumer<Storage.Hash, Address> use) {
    body.place(made.block);
    bucket.ifPresent(number -> body.storeWord(made.key.plus(size(made.hash) - 8), number));
    use.accept(made.hash, made.key);
  }

  /** A text that is held is the key for short texts itself, if it is alone. */
  private Address keyPlace(Storage.Hash hash, List<Expr> key, Optional<Operand> bucket) {
    if (key.size() == 1 && bucket.isEmpty() && !hash.generational()) {
      Optional<Held> held = lowering.heldTexts().held(key.getFirst());
      if (held.isPresent()) {
        return held.get().start();
      }
    }
    return body.memory(size(hash), LARGEST_SHORT);
  }

  private Address whole(int map, Storage.Hash hash, List<Expr> key, Optional<Operand> bucket) {
    if (!hash.generational() && bucket.isEmpty() && key.size() == 1 && isComm(key.getFirst())) {
      if (declaration(map).key().getFirst().storedSize() == Builtins.COMM_BYTES) {
        return lowering.builtins().comm();
      }
    }
    int start = hash.generational() ? 8 : 0;
    int size = size(hash);
    boolean text = declaration(map).key().stream().anyMatch(type -> !Layout.scalar(type));
    Address place = text ? body.memory(size) : body.exactMemory(size);
    if (hash.generational()) {
      body.storeWord(place, lowering.maps().generation(map));
    }
    storeParts(map, key, place.plus(start));
    bucket.ifPresent(number -> body.storeWord(place.plus(size - 8), number));
    return place;
  }

  private static boolean isComm(Expr expr) {
    return expr instanceof Expr.BuiltinValue b && b.builtin() == Builtin.COMM;
  }

  /** Bytes of a key in the kernel's map. */
  int size(Storage.Hash hash) {
    return body.layout().hashes().get(hash.kernelMap() - Layout.FIRST_HASH).keySize();
  }

  /** Bytes of the generation in a key. */
  private static int prefix(Storage.Hash hash) {
    return hash.generational() ? 8 : 0;
  }

  /**
   * A part of a key of which a text can be long.
   *
   * @param from where it is, of a text that has to be read only the beginning
   * @param made its type there
   * @param behind for each of its texts a byte that is 0 if it is short
   * @param source of a text that has to be read
   * @param held of a text that is held
   * @param place in the key for the hash of short texts
   * @param type as the map is declared
   */
  private record Part(
      Address from,
      Type made,
      List<Reg> behind,
      Optional<Texts.Source> source,
      Optional<Held> held,
      Address place,
      Type type) {}

  /** Puts every part in its place that can only be short, and of others what has to be read. */
  private List<Part> parts(int map, List<Expr> key, Address place) {
    List<Part> parts = new ArrayList<>();
    Address to = place;
    for (int i = 0; i < key.size(); i++) {
      Expr expr = key.get(i);
      Type type = declaration(map).key().get(i);
      Type shortened = ScriptMap.shortened(type, ScriptMap.SHORT);
      if (ScriptMap.shortened(expr.type(), ScriptMap.SHORT).equals(expr.type())) {
        lowering.expressions().store(expr, shortened, to);
        parts.add(new Part(to, shortened, List.of(), Optional.empty(), Optional.empty(), to, type));
      } else {
        Optional<Held> held = lowering.heldTexts().held(expr);
        Optional<Texts.Source> source =
            held.isPresent() ? Optional.empty() : lowering.texts().source(expr);
        Address from =
            held.isPresent()
                ? held.get().start()
                : source.isPresent()
                    ? start(source.get(), ScriptMap.SHORT, to)
                    : lowering.expressions().place(expr);
        List<Reg> behind = behind(from, expr.type(), ScriptMap.SHORT);
        parts.add(new Part(from, expr.type(), behind, source, held, to, type));
      }
      to = to.plus(shortened.storedSize());
    }
    return parts;
  }

  /** Reads as much of a text as tells whether it is longer, if possible to its place. */
  private Address start(Texts.Source source, int longest, Address place) {
    Texts.Source start = source.start(longest + 1);
    // What is written behind the place is where the next part comes.
    int bytes = longest + 8;
    Address to = start.room() <= bytes ? place : body.inScratch(start.room());
    lowering.expressions().zero(to, bytes);
    lowering.texts().read(start, to);
    return to;
  }

  /** A byte of each text that is 0 if it is not longer. */
  private List<Reg> behind(Address at, Type type, int longest) {
    if (type instanceof Type.Str(int size) && size > longest) {
      return List.of(body.load(Size.BYTE, at.plus(longest)));
    }
    List<Reg> all = new ArrayList<>();
    if (type instanceof Type.Tuple tuple) {
      int offset = 0;
      for (Type part : tuple.parts()) {
        all.addAll(behind(at.plus(offset), part, longest));
        offset += part.storedSize();
      }
    }
    return all;
  }

  /** Goes to a block if one of the bytes is not 0. */
  private void branch(List<Reg> behind, int longer) {
    for (Reg text : behind) {
      int next = body.block();
      body.branch(Condition.NE, text, ZERO, longer, next);
      body.place(next);
    }
  }

  /** Makes the key for each of the hashes of longer texts, of which one is used. */
  private void longer(
      List<Storage.Hash> hashes,
      Made first,
      List<Part> parts,
      Optional<Operand> bucket,
      BiConsumer<Storage.Hash, Address> use,
      int done) {
    Body.Mark mark = body.mark();
    Builtins.Known known = lowering.builtins().known();
    List<Made> shorter = new ArrayList<>(List.of(first));
    for (Storage.Hash hash : hashes.subList(1, hashes.size())) {
      boolean last = hash.equals(hashes.getLast());
      int longer = last ? done : body.block();
      Address place = body.memory(room(hash, parts) - 8, LARGEST_MIDDLE);
      Made made = new Made(hash, place, body.block());
      make(made, first, parts, longer);
      if (parts.stream().anyMatch(part -> part.source.isPresent())) {
        shorter.forEach(other -> ifShorter(made, other, parts));
      }
      use(made, bucket, use);
      lowering.builtins().restore(known);
      if (!last) {
        body.jump(done);
        body.place(longer);
        shorter.add(made);
      }
    }
    body.release(mark);
  }

  /** Bytes of memory that a key is made in: texts may be read beyond its end. */
  private int room(Storage.Hash hash, List<Part> parts) {
    int room = size(hash);
    int at = prefix(hash);
    for (Part part : parts) {
      int bytes = ScriptMap.shortened(part.type, hash.longest()).storedSize();
      int read = part.source.map(source -> whole(source, hash).room()).orElse(0);
      room = Math.max(room, at + Math.max(bytes + 8, read));
      at += bytes;
    }
    return (room + 7) & ~7;
  }

  /** One byte more than the hash takes tells that a text is longer. */
  private static Texts.Source whole(Texts.Source source, Storage.Hash hash) {
    return hash.longest() < source.limit() ? source.start(hash.longest() + 1) : source;
  }

  /** Goes to a block where one of the texts is too long. */
  private void make(Made made, Made first, List<Part> parts, int longer) {
    if (made.hash.generational()) {
      body.storeWord(made.key, body.load(Size.DOUBLE, first.key));
    }
    Address to = made.key.plus(prefix(made.hash));
    List<Reg> behind = new ArrayList<>();
    for (Part part : parts) {
      Type type = ScriptMap.shortened(part.type, made.hash.longest());
      if (part.source.isPresent()) {
        Texts.Source source = whole(part.source.get(), made.hash);
        lowering.expressions().zero(to, type.storedSize() + 8);
        lowering.texts().read(source, to);
        if (source.limit() > type.storedSize()) {
          behind.add(body.load(Size.BYTE, to.plus(made.hash.longest())));
        }
      } else {
        Address from =
            part.held.map(held -> lowering.heldTexts().whole(part.made, held)).orElse(part.from);
        behind.addAll(behind(from, part.made, made.hash.longest()));
        lowering.expressions().copy(from, part.made, to, type);
      }
      to = to.plus(type.storedSize());
    }
    branch(behind, longer);
  }

  /**
   * A text that is read anew can have become a shorter one: where all are, makes the key for their
   * hash of it and goes to where that is used.
   */
  private void ifShorter(Made made, Made other, List<Part> parts) {
    int longer = body.block();
    Address from = made.key.plus(prefix(made.hash));
    for (Part part : parts) {
      Type type = ScriptMap.shortened(part.type, made.hash.longest());
      branch(behind(from, type, other.hash.longest()), longer);
      from = from.plus(type.storedSize());
    }
    from = made.key.plus(prefix(made.hash));
    Address to = other.key.plus(prefix(other.hash));
    for (Part part : parts) {
      Type type = ScriptMap.shortened(part.type, made.hash.longest());
      Type shortened = ScriptMap.shortened(part.type, other.hash.longest());
      lowering.expressions().copy(from, type, to, shortened);
      from = from.plus(type.storedSize());
      to = to.plus(shortened.storedSize());
    }
    body.jump(other.block);
    body.place(longer);
  }
}
