package jbt.compiler.interpreter;

import java.util.HashMap;
import java.util.Map;

/** What the machine's kernel answers; a test sets it before a run. */
public final class Environment {
  public int pid = 1000;
  public int tid = 1001;

  /** How often somebody has asked for those two. */
  int timesAsked;

  public int uid = 10;
  public int gid = 20;
  public String comm = "test";

  /** Of CLOCK_BOOTTIME; each question lets one nanosecond pass. */
  public long time = 1_000_000;

  public int random = 4;
  public long cookie;

  /** Address of the current task_struct. */
  public long task;

  /** Addresses of the functions that are being called. */
  public long[] stack = {};

  /** Zero-terminated texts of the traced side by their addresses. */
  public final Map<Long, byte[]> texts = new HashMap<>();
}
