package jbt.compiler.random;

import java.util.List;
import java.util.Map;
import jbt.compiler.interpreter.Bytes;

/** A script that has run, wherever it was. */
public interface Run {
  /**
   * The contents of a map in its last generation: for each key as stored (without generation, with
   * the bucket for a keyed histogram) the words of the value, folded over processors.
   */
  Map<Bytes, List<Long>> contents(int map);

  /** What was sent to a ring. */
  List<byte[]> records(int ring);

  long[] losses();
}
