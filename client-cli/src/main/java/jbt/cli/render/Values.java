package jbt.cli.render;

import com.google.protobuf.ByteString;
import java.util.List;
import jbt.server.merge.Datum;
import jbt.v1.Type;

/** Arithmetic and order of decoded values, as printing needs them. */
final class Values {
  private Values() {}

  /** The value of a map element that was never set. */
  static Datum zero(Type type) {
    return switch (type.getKind()) {
      case TYPE_STRING -> new Datum.Text(type.getZeroBytes());
      case TYPE_TUPLE ->
          new Datum.Tuple(
              type.getPartsList().stream().map(Values::zero).toList(), type.getNamesList());
      case TYPE_BUFFER -> new Datum.Buffer(ByteString.EMPTY);
      case TYPE_ARRAY -> new Datum.Array(List.of());
      case TYPE_BOOL -> new Datum.Bool(false);
      case TYPE_POINTER -> new Datum.Pointer(0);
      case TYPE_INT, TYPE_NONE, UNRECOGNIZED -> new Datum.Int(0, type.getSigned());
    };
  }

  static String decimal(long bits, boolean signed) {
    return signed ? Long.toString(bits) : Long.toUnsignedString(bits);
  }

  static long divide(long bits, long divisor, boolean signed) {
    return signed && divisor > 0 ? bits / divisor : Long.divideUnsigned(bits, divisor);
  }

  /** Integers are divided, everything else stays. */
  static Datum divide(Datum value, long divisor) {
    return value instanceof Datum.Int(long bits, boolean signed)
        ? new Datum.Int(divide(bits, divisor, signed), signed)
        : value;
  }

  /** Lists by their first difference, a shorter one first. */
  static int compare(List<Datum> a, List<Datum> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** Integers by value, text by bytes. Values of two kinds never meet in one place of a key. */
  static int compare(Datum a, Datum b) {
    return switch (a) {
      case Datum.Int x when b instanceof Datum.Int y ->
          x.signed() && y.signed()
              ? Long.compare(x.bits(), y.bits())
              : Long.compareUnsigned(x.bits(), y.bits());
      case Datum.Bool x when b instanceof Datum.Bool y -> Boolean.compare(x.value(), y.value());
      case Datum.Pointer x when b instanceof Datum.Pointer y ->
          Long.compareUnsigned(x.address(), y.address());
      case Datum.Text x when b instanceof Datum.Text y ->
          ByteString.unsignedLexicographicalComparator().compare(x.bytes(), y.bytes());
      case Datum.Buffer x when b instanceof Datum.Buffer y ->
          ByteString.unsignedLexicographicalComparator().compare(x.bytes(), y.bytes());
      case Datum.Tuple x when b instanceof Datum.Tuple y -> compare(x.parts(), y.parts());
      case Datum.Array x when b instanceof Datum.Array y -> compare(x.elements(), y.elements());
      case Datum.Int x -> 0;
      case Datum.Bool x -> 0;
      case Datum.Pointer x -> 0;
      case Datum.Text x -> 0;
      case Datum.Buffer x -> 0;
      case Datum.Tuple x -> 0;
      case Datum.Array x -> 0;
    };
  }
}
