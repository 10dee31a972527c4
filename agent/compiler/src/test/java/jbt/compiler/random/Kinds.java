package jbt.compiler.random;

/** The kinds that most expressions are of. */
final class Kinds {
  static final Kind INT64 = new Kind.Int(8, true, false);
  static final Kind UINT64 = new Kind.Int(8, false, false);
  static final Kind TEXT = new Kind.Text();
  static final Kind TRUTH = new Kind.Truth(true);

  private Kinds() {}
}
