package jbt.compiler.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks up fields, through anonymous structs and unions. */
public final class Fields {
  /** More than any declaration nests. */
  private static final int DEEPEST = 64;

  /**
   * A field as seen from the struct that was asked.
   *
   * @param member with its offset from the start of that struct
   * @param inUnion it, or an anonymous part that it is in, shares its place with others
   */
  public record Found(Member member, boolean inUnion) {}

  private Fields() {}

  public static Optional<Found> find(Definitions definitions, Type.Struct struct, String name) {
    return find(definitions, struct, name, 0, false, 0);
  }

  private static Optional<Found> find(
      Definitions definitions,
      Type.Struct struct,
      String name,
      int offset,
      boolean inUnion,
      int depth) {
    boolean shared = inUnion || struct.union();
    for (Member member : definitions.members(struct)) {
      if (member.name().equals(name)) {
        return Optional.of(new Found(member.movedBy(offset), shared));
      }
      if (member.name().isEmpty()
          && member.type() instanceof Type.Struct inner
          && depth < DEEPEST) {
        Optional<Found> found =
            find(definitions, inner, name, offset + member.offset(), shared, depth + 1);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** All names that {@link #find} finds. */
  public static List<String> names(Definitions definitions, Type.Struct struct) {
    List<String> names = new ArrayList<>();
    collect(definitions, struct, names, 0);
    return names;
  }

  private static void collect(
      Definitions definitions, Type.Struct struct, List<String> names, int depth) {
    for (Member member : definitions.members(struct)) {
      if (!member.name().isEmpty()) {
        names.add(member.name());
      } else if (member.type() instanceof Type.Struct inner && depth < DEEPEST) {
        collect(definitions, inner, names, depth + 1);
      }
    }
  }
}
