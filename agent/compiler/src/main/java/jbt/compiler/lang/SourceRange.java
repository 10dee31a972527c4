package jbt.compiler.lang;

/**
 * A piece of the script: from {@code start} to {@code end} (exclusive), as offsets in characters.
 */
public record SourceRange(int start, int end) {
  public SourceRange {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("range " + start + ".." + end);
    }
  }

  /** The smallest range that holds both. */
  public SourceRange to(SourceRange other) {
    return new SourceRange(Math.min(start, other.start), Math.max(end, other.end));
  }
}
