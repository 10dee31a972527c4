package jbt.daemon.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Names of the flags with which the kernel allocates pages (gfp_t), as it prints them itself. The
 * bits have been the same since Linux 5.0: include/linux/gfp_types.h.
 */
final class AllocationFlags {
  private record Flag(String name, long bits) {}

  private static final long HIGHMEM = 1 << 1;
  private static final long MOVABLE = 1 << 3;
  private static final long IO = 1 << 6;
  private static final long FS = 1 << 7;
  private static final long DIRECT_RECLAIM = 1 << 10;
  private static final long KSWAPD_RECLAIM = 1 << 11;
  private static final long NOWARN = 1 << 13;
  private static final long COMP = 1 << 18;
  private static final long NOMEMALLOC = 1 << 19;
  private static final long HARDWALL = 1 << 20;
  private static final long ACCOUNT = 1 << 22;

  private static final long KERNEL = DIRECT_RECLAIM | KSWAPD_RECLAIM | IO | FS;
  private static final long USER = KERNEL | HARDWALL;
  private static final long HIGHUSER_MOVABLE = USER | HIGHMEM | MOVABLE;
  private static final long TRANSHUGE_LIGHT =
      (HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~(DIRECT_RECLAIM | KSWAPD_RECLAIM);

  /** What has most bits stands first: a flag is named once. */
  private static final List<Flag> FLAGS =
      List.of(
          new Flag("GFP_TRANSHUGE", TRANSHUGE_LIGHT | DIRECT_RECLAIM),
          new Flag("GFP_TRANSHUGE_LIGHT", TRANSHUGE_LIGHT),
          new Flag("GFP_HIGHUSER_MOVABLE", HIGHUSER_MOVABLE),
          new Flag("GFP_HIGHUSER", USER | HIGHMEM),
          new Flag("GFP_USER", USER),
          new Flag("GFP_KERNEL_ACCOUNT", KERNEL | ACCOUNT),
          new Flag("GFP_KERNEL", KERNEL),
          new Flag("GFP_NOFS", KERNEL & ~FS),
          new Flag("GFP_ATOMIC", 1 << 5 | KSWAPD_RECLAIM),
          new Flag("GFP_NOIO", DIRECT_RECLAIM | KSWAPD_RECLAIM),
          new Flag("GFP_NOWAIT", KSWAPD_RECLAIM | NOWARN),
          new Flag("GFP_DMA", 1),
          new Flag("__GFP_HIGHMEM", HIGHMEM),
          new Flag("GFP_DMA32", 1 << 2),
          new Flag("__GFP_MOVABLE", MOVABLE),
          new Flag("__GFP_RECLAIMABLE", 1 << 4),
          new Flag("__GFP_HIGH", 1 << 5),
          new Flag("__GFP_IO", IO),
          new Flag("__GFP_FS", FS),
          new Flag("__GFP_ZERO", 1 << 8),
          new Flag("__GFP_DIRECT_RECLAIM", DIRECT_RECLAIM),
          new Flag("__GFP_KSWAPD_RECLAIM", KSWAPD_RECLAIM),
          new Flag("__GFP_WRITE", 1 << 12),
          new Flag("__GFP_NOWARN", NOWARN),
          new Flag("__GFP_RETRY_MAYFAIL", 1 << 14),
          new Flag("__GFP_NOFAIL", 1 << 15),
          new Flag("__GFP_NORETRY", 1 << 16),
          new Flag("__GFP_MEMALLOC", 1 << 17),
          new Flag("__GFP_COMP", COMP),
          new Flag("__GFP_NOMEMALLOC", NOMEMALLOC),
          new Flag("__GFP_HARDWALL", HARDWALL),
          new Flag("__GFP_THISNODE", 1 << 21),
          new Flag("__GFP_ACCOUNT", ACCOUNT));

  private AllocationFlags() {}

  /** Names with a bar between; bits without a name follow as a number. */
  static String text(long flags) {
    if (flags == 0) {
      return "none";
    }
    List<String> names = new ArrayList<>();
    long left = flags;
    for (Flag flag : FLAGS) {
      if ((left & flag.bits) == flag.bits) {
        names.add(flag.name);
        left &= ~flag.bits;
      }
    }
    if (left != 0) {
      names.add("0x" + Long.toHexString(left));
    }
    return String.join("|", names);
  }
}
