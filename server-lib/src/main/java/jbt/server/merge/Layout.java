package jbt.server.merge;

import jbt.v1.MapSchema;

/** Which columns of {@link jbt.v1.Rows} hold the values of a map. */
enum Layout {
  ONE_WORD,
  TWO_WORDS,
  BUCKETS,
  VALUES;

  static Layout of(MapSchema map) {
    return switch (map.getKind()) {
      case VALUE_COUNTER, VALUE_COUNT, VALUE_SUM -> ONE_WORD;
      case VALUE_MIN, VALUE_MAX, VALUE_AVG, VALUE_STATS -> TWO_WORDS;
      case VALUE_HIST, VALUE_LHIST -> BUCKETS;
      case VALUE_TSERIES -> VALUES;
      case VALUE_PLAIN ->
          switch (map.getValue().getKind()) {
            case TYPE_INT, TYPE_BOOL, TYPE_POINTER -> ONE_WORD;
            case TYPE_NONE, TYPE_STRING, TYPE_TUPLE, TYPE_ARRAY, TYPE_BUFFER, UNRECOGNIZED ->
                VALUES;
          };
      case UNRECOGNIZED -> throw new MalformedException("unknown kind of map " + map.getName());
    };
  }

  /** Words a row. */
  int words() {
    return switch (this) {
      case ONE_WORD -> 1;
      case TWO_WORDS -> 2;
      case BUCKETS, VALUES -> 0;
    };
  }
}
