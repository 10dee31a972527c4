package jbt.compiler.lang;

/**
 * A piece of the script: from {@code start} to {@code end} (exclusive), as offsets in characters.
 */
public record SourceRange(int start, int end) {
  /** Of what is not about a piece of the script; behind all others. */
  public static final SourceRange NOWHERE = new SourceRange(Integer.MAX_VALUE, Integer.MAX_VALUE);

  public SourceRange {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("range " + start + ".." + end);
    }
  }

  public boolean holds(SourceRange other) {
    return start <= other.start && other.end <= end;
  }

  /** The smallest range that holds both. */
  public SourceRange to(SourceRange other) {
    return new SourceRange(Math.min(start, other.start), Math.max(end, other.end));
  }
}
