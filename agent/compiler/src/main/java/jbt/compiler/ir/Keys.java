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
 * ones; only where a text turns out to be longer it is made anew, for the other hash.
 */
final class Keys {
  private static final Imm ZERO = new Imm(0);

  /**
   * Short texts in keys are in the stack frame: it costs to touch a page of scratch memory, see
   * {@link Layout}.
   */
  private static final int LARGEST_IN_FRAME = 2 * ScriptMap.SHORT;

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

  int partsSize(int map) {
    return declaration(map).key().stream().mapToInt(Type::storedSize).sum();
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
    Storage.Hash hash = lowering.maps().hash(map);
    if (hash.shortTexts().isEmpty()) {
      use.accept(hash, whole(map, hash, key, bucket));
      return;
    }
    Storage.Hash shortTexts = hash.shortTexts().get();
    int longer = body.coldBlock();
    int made = body.block();
    int done = body.block();
    Address place = body.memory(size(shortTexts), LARGEST_IN_FRAME);
    if (hash.generational()) {
      body.storeWord(place, lowering.maps().generation(map));
    }
    List<Part> parts = parts(map, key, place.plus(prefix(hash)));
    parts.forEach(part -> branch(part.behind, longer));
    for (Part part : parts) {
      if (!part.from.equals(part.place)) {
        lowering.expressions().copy(part.from, part.made, part.place, part.shortened());
      }
    }
    Builtins.Known known = lowering.builtins().known();
    body.place(made);
    bucket.ifPresent(number -> body.storeWord(place.plus(size(shortTexts) - 8), number));
    use.accept(shortTexts, place);
    body.jump(done);
    lowering.builtins().restore(known);
    body.place(longer);
    body.rarely(
        () -> {
          Body.Mark mark = body.mark();
          Address whole = longer(hash, place, parts, made);
          bucket.ifPresent(number -> body.storeWord(whole.plus(size(hash) - 8), number));
          use.accept(hash, whole);
          body.release(mark);
        });
    lowering.builtins().restore(known);
    body.place(done);
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
   * @param type in the other hash
   */
  private record Part(
      Address from,
      Type made,
      List<Reg> behind,
      Optional<Texts.Source> source,
      Optional<Held> held,
      Address place,
      Type type) {
    Type shortened() {
      return ScriptMap.shortened(type);
    }
  }

  /** Puts every part in its place that can only be short, and of others what has to be read. */
  private List<Part> parts(int map, List<Expr> key, Address place) {
    List<Part> parts = new ArrayList<>();
    Address to = place;
    for (int i = 0; i < key.size(); i++) {
      Expr expr = key.get(i);
      Type type = declaration(map).key().get(i);
      Type shortened = ScriptMap.shortened(type);
      if (ScriptMap.shortened(expr.type()).equals(expr.type())) {
        lowering.expressions().store(expr, shortened, to);
        parts.add(new Part(to, shortened, List.of(), Optional.empty(), Optional.empty(), to, type));
      } else {
        Optional<Held> held = lowering.heldTexts().held(expr);
        Optional<Texts.Source> source =
            held.isPresent() ? Optional.empty() : lowering.texts().source(expr);
        Address from =
            held.isPresent()
                ? held.get().start()
                : source.isPresent() ? start(source.get(), to) : lowering.expressions().place(expr);
        parts.add(new Part(from, expr.type(), behind(from, expr.type()), source, held, to, type));
      }
      to = to.plus(shortened.storedSize());
    }
    return parts;
  }

  /** Reads as much of a text as tells whether it is short, if possible to its place. */
  private Address start(Texts.Source source, Address place) {
    Texts.Source start = source.start(ScriptMap.SHORT + 1);
    // What is written behind the place is where the next part comes.
    int bytes = ScriptMap.SHORT + 8;
    Address to = start.room() <= bytes ? place : body.inScratch(start.room());
    lowering.expressions().zero(to, bytes);
    lowering.texts().read(start, to);
    return to;
  }

  /** A byte of each text that is 0 if it is short. */
  private List<Reg> behind(Address at, Type type) {
    if (type instanceof Type.Str(int size) && size > ScriptMap.SHORT) {
      return List.of(body.load(Size.BYTE, at.plus(ScriptMap.SHORT)));
    }
    List<Reg> all = new ArrayList<>();
    if (type instanceof Type.Tuple tuple) {
      int offset = 0;
      for (Type part : tuple.parts()) {
        all.addAll(behind(at.plus(offset), part));
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

  /**
   * Makes the key for the other hash. A text that is read anew can have become a short one: where
   * all are, goes to a block with the key for the hash of short texts.
   */
  private Address longer(Storage.Hash hash, Address shortTexts, List<Part> parts, int made) {
    int room =
        parts.stream().flatMap(p -> p.source.stream()).mapToInt(Texts.Source::room).max().orElse(0);
    Address place = body.inScratch(size(hash) + room);
    if (hash.generational()) {
      body.storeWord(place, body.load(Size.DOUBLE, shortTexts));
    }
    Address to = place.plus(prefix(hash));
    for (Part part : parts) {
      if (part.source.isPresent()) {
        lowering.expressions().zero(to, part.type.storedSize());
        lowering.texts().read(part.source.get(), to);
      } else {
        Address from =
            part.held.map(held -> lowering.heldTexts().whole(part.made, held)).orElse(part.from);
        lowering.expressions().copy(from, part.made, to, part.type);
      }
      to = to.plus(part.type.storedSize());
    }
    int longer = body.block();
    to = place.plus(prefix(hash));
    for (Part part : parts) {
      branch(behind(to, part.type), longer);
      to = to.plus(part.type.storedSize());
    }
    to = place.plus(prefix(hash));
    for (Part part : parts) {
      lowering.expressions().copy(to, part.type, part.place, part.shortened());
      to = to.plus(part.type.storedSize());
    }
    body.jump(made);
    body.place(longer);
    return place;
  }
}
