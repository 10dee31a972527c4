package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.util.List;

/** A decoded value: a part of a key, or a value that was printed or assigned. */
public sealed interface Datum {
  /** 64 bits, to be read as {@code signed} says. */
  record Int(long bits, boolean signed) implements Datum {}

  record Bool(boolean value) implements Datum {}

  record Pointer(long address) implements Datum {}

  /** A string of the traced system: bytes, in no promised encoding. */
  record Text(ByteString bytes) implements Datum {}

  /** Bytes that are no text. */
  record Buffer(ByteString bytes) implements Datum {}

  /** {@code names} of a record's parts; none for a plain tuple. */
  record Tuple(List<Datum> parts, List<String> names) implements Datum {
    public Tuple {
      parts = List.copyOf(parts);
      names = List.copyOf(names);
    }

    public Tuple(List<Datum> parts) {
      this(parts, List.of());
    }
  }

  record Array(List<Datum> elements) implements Datum {
    public Array {
      elements = List.copyOf(elements);
    }
  }
}
