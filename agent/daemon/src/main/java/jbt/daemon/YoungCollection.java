package jbt.daemon;

import java.lang.ref.WeakReference;

/** A collection of garbage among the newest objects, which Java has no call for. */
final class YoungCollection {
  private static final int PIECE = 32 << 10;

  /** More than there is room for new objects in any agent. */
  private static final int MOST = 16 << 20;

  private YoungCollection() {}

  /**
   * Uses the room for new objects up, so that it is empty afterwards. A script takes much of it to
   * be compiled: the collection would come then, when most of it is in use and somebody waits.
   */
  static void make() {
    WeakReference<Object> newest = new WeakReference<>(new Object());
    for (int used = 0; used < MOST && newest.get() != null; ) {
      used += new byte[PIECE].length;
    }
  }
}
