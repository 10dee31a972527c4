package jbt.daemon;

import jbt.v1.Limits;

/**
 * What sessions may use on this host. A request can only lower it.
 *
 * @param durationNs from the opening of the gate
 * @param probes attach points of one session
 * @param mapBytes kernel memory of one session's maps
 * @param sessions at the same time
 * @param unsafe a script may do something to the host, if its request says so
 * @param files a script may read files without that
 */
public record Policy(
    long durationNs, int probes, long mapBytes, int sessions, boolean unsafe, boolean files) {
  /** Bytes that a script may have. */
  public static final int SCRIPT_BYTES = 256 << 10;

  /** Of an agent whose config says nothing else. */
  public static final Policy DEFAULT = new Policy(24 * 3600 * 1_000_000_000L, 1024, 256L << 20, 32);

  /** For scripts that only look on. */
  public Policy(long durationNs, int probes, long mapBytes, int sessions) {
    this(durationNs, probes, mapBytes, sessions, false, false);
  }

  /** These limits, or the asked ones where they are lower. */
  public Policy lowered(Limits asked) {
    return new Policy(
        asked.getDurationNs() > 0 ? Math.min(durationNs, asked.getDurationNs()) : durationNs,
        asked.getProbes() > 0 ? (int) Math.min(probes, asked.getProbes() & 0xffff_ffffL) : probes,
        asked.getMapBytes() > 0 ? Math.min(mapBytes, asked.getMapBytes()) : mapBytes,
        sessions,
        unsafe,
        files);
  }
}
