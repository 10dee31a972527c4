package jbt.server.merge;

import java.util.ArrayList;
import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import org.jspecify.annotations.Nullable;

/**
 * The one type that holds the values of two hosts, whose kernels need not agree on widths. The
 * canonical encodings are the same for all widths, so that only what is shown depends on it.
 */
final class TypeUnion {
  private TypeUnion() {}

  /** Null when the two have no type in common. */
  static @Nullable Type of(Type a, Type b) {
    if (a.equals(b)) {
      return a;
    } else if (isWord(a) && isWord(b)) {
      return word(a, b);
    } else if (a.getKind() != b.getKind() || !a.getNamesList().equals(b.getNamesList())) {
      return null;
    }
    List<Type> parts = all(a.getPartsList(), b.getPartsList());
    return parts == null ? null : a.toBuilder().clearParts().addAllParts(parts).build();
  }

  /** A map's schema for both; null when their rows do not add up. */
  static @Nullable MapSchema of(MapSchema a, MapSchema b) {
    if (a.equals(b)) {
      return a;
    }
    boolean sameValues =
        a.getKind() == b.getKind()
            // The keys of one have the host in front, those of the other have not.
            && a.getHostBound() == b.getHostBound()
            && a.getHistBits() == b.getHistBits()
            && a.getLhistMin() == b.getLhistMin()
            && a.getLhistMax() == b.getLhistMax()
            && a.getLhistStep() == b.getLhistStep()
            && a.getIntervalNs() == b.getIntervalNs()
            && a.getIntervals() == b.getIntervals()
            && a.getFold() == b.getFold();
    List<Type> key = all(a.getKeyList(), b.getKeyList());
    Type value = of(a.getValue(), b.getValue());
    if (!sameValues || key == null || value == null) {
      return null;
    }
    return a.toBuilder()
        .clearKey()
        .addAllKey(key)
        .setValue(value)
        .setPrinted(a.getPrinted() || b.getPrinted())
        .build();
  }

  private static @Nullable List<Type> all(List<Type> a, List<Type> b) {
    if (a.size() != b.size()) {
      return null;
    }
    List<Type> all = new ArrayList<>(a.size());
    for (int i = 0; i < a.size(); i++) {
      Type part = of(a.get(i), b.get(i));
      if (part == null) {
        return null;
      }
      all.add(part);
    }
    return all;
  }

  private static boolean isWord(Type type) {
    return switch (type.getKind()) {
      case TYPE_INT, TYPE_BOOL, TYPE_POINTER -> true;
      case TYPE_NONE, TYPE_STRING, TYPE_TUPLE, TYPE_ARRAY, TYPE_BUFFER, UNRECOGNIZED -> false;
    };
  }

  private static Type word(Type a, Type b) {
    return Type.newBuilder()
        .setKind(a.getKind() == b.getKind() ? a.getKind() : TypeKind.TYPE_INT)
        .setSigned(a.getSigned() || b.getSigned())
        .setBytes(Math.max(a.getBytes(), b.getBytes()))
        .build();
  }
}
