package jbt.server.merge;

import jbt.v1.Rows;

/**
 * The most that one target may send. A host can be stolen: whatever it says, it must exhaust
 * neither the collector nor the client, whose heaps have 512 MiB. The bounds are far above what a
 * script can make a true agent send; beyond them the target is failed, and the others go on.
 *
 * <p>Lines and values are bounded by what waits for the reader, and counted when dropped.
 */
public final class Most {
  /** A script of 256 KiB names fewer maps; the kernel allows 64 a program. */
  public static final int MAPS = 4096;

  /** Print sites, and value sites: a script of 256 KiB has no room for more calls. */
  public static final int SITES = 32 << 10;

  /** Tuples of tuples: the script's nesting is bounded lower, and decoding recurses. */
  public static final int DEPTH = 64;

  /** Bytes of a schema. */
  public static final int SCHEMA = 4 << 20;

  /** Bytes of a report: errors quote lines of the script, each of 256 KiB at most. */
  public static final int REPORT = 4 << 20;

  /** Bytes of the dumps of a host: bytecode of hundreds of programs. */
  public static final int DUMP = 16 << 20;

  /** Epochs of a host: agents that were started again. A session has one, and seldom a second. */
  public static final int EPOCHS = 16;

  /** Memory that the newest partials of a host keep: half a million keys. */
  public static final long KEPT = 64 << 20;

  /**
   * Memory of a target's parts of rounds that wait for other hosts. Above it the oldest need wait
   * no longer: they leave, and what comes late amends them.
   */
  public static final long WAITING = 64 << 20;

  /** Times the above, for a collector with so many hosts: what it sends is merged already. */
  public static final int HOSTS = 4;

  /**
   * Ranges of slots that are remembered of a target, of all its print sites, and of what has left.
   * Slots nearly follow each other. Above it the oldest gaps close: a part that comes so late is
   * taken for a repeated one.
   */
  public static final int RANGES = 64 << 10;

  /** Rounds whose amendments are counted one by one. */
  public static final int AMENDED = 64 << 10;

  /** Bytes of the probes that match a pattern: the functions of a kernel are a tenth of it. */
  public static final int PROBES = 32 << 20;

  /** Bytes of a host's description: those of thousands are one message. */
  public static final int DESCRIPTION = 64 << 10;

  /** What an entry costs beside its bytes: objects, and places in tables. */
  private static final int ENTRY = 96;

  private Most() {}

  /** Says "more than 16 epochs" by an exception when more were sent. */
  public static void count(long sent, long most, String what) {
    if (sent > most) {
      throw new ExcessException("more than " + most + " " + what);
    }
  }

  /** Says "more than 4096 KiB of reports" by an exception when more were sent. */
  public static void bytes(long sent, long most, String what) {
    if (sent > most) {
      throw new ExcessException("more than " + (most >> 10) + " KiB of " + what);
    }
  }

  /**
   * The memory of a message with rows, folded or not, in bytes.
   *
   * @param size of the message on the wire
   */
  public static long memory(int size, Rows rows) {
    long cells = rows.getWordCount() + (long) rows.getBucketCount();
    int bucket = 0;
    for (int row = 0; row < rows.getRowBucketsCount(); row++) {
      // A row of a fold has all buckets up to its last.
      int top = 0;
      int end = bucket + rows.getRowBuckets(row);
      for (; bucket < end; bucket++) {
        top = Math.max(top, rows.getBucket(bucket));
      }
      cells += top;
    }
    return size + (rows.getCount() + 4L) * ENTRY + cells * Long.BYTES;
  }
}
