package jbt.kernel.dwarf;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How functions on x86-64 are given values: which go to general registers, in the order of the
 * parameters. The rules of C and C++ are those of the System V ABI and the Itanium C++ ABI; Rust
 * has its own, of which only the plain cases are settled.
 */
final class Passing {
  private static final int RUST = 0x1c;
  private static final int GO = 0x16;

  private static final int FORMAL_PARAMETER = 0x05;
  private static final int SUBPROGRAM = 0x2e;
  private static final int VARIANTS = 0x33;

  /** DW_CC_pass_by_reference: the caller passes the address of a copy. */
  private static final int BY_REFERENCE = 4;

  private static final int FLOAT = 4;
  private static final int COMPLEX = 3;
  private static final int DEFAULTED_IN_CLASS = 1;

  /** More than there are: nobody knows where the parameter is, nor what follows. */
  static final int UNKNOWN = 99;

  private static final int WORD = 8;
  private static final int MOST_BYTES = 2 * WORD;
  private static final int DEEPEST = 16;

  private final Entries entries;
  private final EntryTypes types;
  private final Map<Integer, Boolean> references = new HashMap<>();

  Passing(Entries entries, EntryTypes types) {
    this.entries = entries;
    this.types = types;
  }

  /** Whether functions of a unit's language are called by rules that are known. */
  boolean known(Unit unit) {
    return language(unit) != GO;
  }

  private long language(Unit unit) {
    Entry root = entries.at(unit, unit.entries());
    return root == null ? -1 : root.number(Entries.LANGUAGE);
  }

  /** Whether what a function returns is put where its first, hidden parameter points. */
  boolean returnedInMemory(@Nullable Entry type) {
    Entry whole = whole(type);
    return whole != null && (byReference(whole) || whole.number(Entries.BYTE_SIZE) > MOST_BYTES);
  }

  /** Whether the caller passes the address of a struct where one is written. */
  boolean byReference(@Nullable Entry type) {
    Entry whole = whole(type);
    if (whole == null) {
      return false;
    }
    if (language(whole.unit) == RUST) {
      return whole.number(Entries.BYTE_SIZE) > MOST_BYTES;
    }
    return whole.has(Entries.CALLING_CONVENTION)
        ? whole.number(Entries.CALLING_CONVENTION) == BY_REFERENCE
        : isCopiedByCode(whole, 0);
  }

  /** The struct, class or union that a type is. */
  private @Nullable Entry whole(@Nullable Entry type) {
    Entry plain = types.plain(type);
    return plain != null && types.isStruct(plain) ? types.whole(plain) : null;
  }

  /**
   * Whether objects of a class can't be copied as bytes, for compilers that don't say: it, its base
   * or a member has a destructor or a constructor for copies of its own, or virtual functions.
   */
  private boolean isCopiedByCode(Entry struct, int depth) {
    Boolean known = references.get(struct.offset);
    if (known != null || depth > DEEPEST) {
      return known != null && known;
    }
    boolean found = false;
    for (Entry child : types.children(struct)) {
      String name = child.text(Entries.NAME);
      boolean part = types.isPart(child);
      boolean table = part && name != null && name.startsWith("_vptr");
      Entry inner = part ? whole(element(entries.referred(child, Entries.TYPE))) : null;
      found |=
          table
              || (inner != null && isCopiedByCode(inner, depth + 1))
              || (child.tag == SUBPROGRAM && name != null && isOwnCopy(struct, child, name));
    }
    references.put(struct.offset, found);
    return found;
  }

  private boolean isOwnCopy(Entry struct, Entry function, String name) {
    boolean own =
        !function.has(Entries.ARTIFICIAL)
            && !function.has(Entries.DELETED)
            && function.number(Entries.DEFAULTED) != DEFAULTED_IN_CLASS;
    String written = struct.text(Entries.NAME);
    return own
        && written != null
        && (name.startsWith("~")
            || (written.split("<", 2)[0].equals(name) && takesOnly(struct, function)));
  }

  /** Whether a constructor has one parameter, a reference to its own class. */
  private boolean takesOnly(Entry struct, Entry function) {
    int count = 0;
    boolean itself = false;
    for (Entry parameter : types.children(function)) {
      if (parameter.tag == FORMAL_PARAMETER && !parameter.has(Entries.ARTIFICIAL)) {
        count++;
        Entry type = types.plain(entries.referred(parameter, Entries.TYPE));
        Entry target =
            type != null && types.isReference(type)
                ? types.plain(entries.referred(type, Entries.TYPE))
                : null;
        itself = target != null && target.offset == struct.offset;
      }
    }
    return count == 1 && itself;
  }

  /** Of arrays, also of arrays, what they hold. */
  private @Nullable Entry element(@Nullable Entry type) {
    Entry at = types.plain(type);
    for (int depth = 0; at != null && types.isArray(at) && depth < DEEPEST; depth++) {
      at = types.plain(entries.referred(at, Entries.TYPE));
    }
    return at;
  }

  /** General registers that a parameter of a type takes, if there are as many left. */
  int registers(@Nullable Entry type) {
    Entry plain = types.plain(type);
    if (plain == null) {
      return 0;
    }
    if (!types.isStruct(plain)) {
      long size = plain.number(Entries.BYTE_SIZE, WORD);
      return isFloat(plain) ? 0 : Math.clamp((size + WORD - 1) / WORD, 1, 2);
    }
    Entry struct = types.whole(plain);
    long size = struct.number(Entries.BYTE_SIZE, 0);
    if (byReference(struct)) {
      return 1;
    }
    if (size > MOST_BYTES) {
      return 0;
    }
    Words words = new Words();
    place(struct, 0, words, 0);
    if (words.unknown) {
      return UNKNOWN;
    }
    return language(struct.unit) == RUST
        ? ofRust(words, size)
        : words.inMemory ? 0 : words.general();
  }

  /** Rust passes two numbers on their own, and more of them as one if they fit. */
  private static int ofRust(Words words, long size) {
    if (words.leaves <= 2) {
      return words.generalLeaves;
    }
    return size <= WORD ? 1 : UNKNOWN;
  }

  private static boolean isFloat(Entry type) {
    long encoding = type.number(Entries.ENCODING);
    return encoding == FLOAT || encoding == COMPLEX;
  }

  /** What is known of the two words of a small struct. */
  private static final class Words {
    final boolean[] general = new boolean[2];
    boolean inMemory;
    boolean unknown;
    int leaves;
    int generalLeaves;

    int general() {
      return (general[0] ? 1 : 0) + (general[1] ? 1 : 0);
    }
  }

  private void place(@Nullable Entry written, long offset, Words words, int depth) {
    Entry type = types.plain(written);
    if (type == null || depth > DEEPEST) {
      words.unknown = true;
    } else if (types.isStruct(type)) {
      placeMembers(types.whole(type), offset, words, depth);
    } else if (types.isArray(type)) {
      Entry element = element(type);
      long size = element == null ? 0 : element.number(Entries.BYTE_SIZE, WORD);
      // Rust takes no array for numbers.
      words.leaves += 2;
      for (int i = 0; i < types.count(type) && offset + i * size < MOST_BYTES && size > 0; i++) {
        place(element, offset + i * size, words, depth + 1);
      }
    } else {
      long size = type.number(Entries.BYTE_SIZE, WORD);
      words.leaves++;
      words.generalLeaves += isFloat(type) ? 0 : 1;
      words.inMemory |= size > WORD && isFloat(type);
      words.inMemory |= size > 0 && offset % Math.min(size, WORD) != 0;
      for (long at = offset; !isFloat(type) && at < offset + size && at < MOST_BYTES; at += WORD) {
        words.general[(int) at / WORD] = true;
      }
    }
  }

  private void placeMembers(Entry struct, long offset, Words words, int depth) {
    for (Entry child : types.children(struct)) {
      words.unknown |= child.tag == VARIANTS;
      if (types.isPart(child)) {
        long bit = child.number(Entries.DATA_BIT_OFFSET, 0);
        boolean field = child.has(Entries.BIT_SIZE);
        // Bits are given to the word that they lie in.
        long at = offset + child.number(Entries.MEMBER_LOCATION, 0) + bit / 8;
        if (field && at < MOST_BYTES) {
          words.general[(int) at / WORD] = true;
        } else if (!field) {
          place(entries.referred(child, Entries.TYPE), at, words, depth + 1);
        }
      }
    }
  }
}
