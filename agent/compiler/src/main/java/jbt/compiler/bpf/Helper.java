package jbt.compiler.bpf;

import java.util.Locale;

/** Functions of the kernel, by their numbers in linux/bpf.h, with the number of arguments. */
public enum Helper implements Callee {
  MAP_LOOKUP_ELEM(1, 2),
  MAP_UPDATE_ELEM(2, 4),
  MAP_DELETE_ELEM(3, 2),
  PROBE_READ(4, 3),
  KTIME_GET_NS(5, 0),
  TRACE_PRINTK(6, 5),
  GET_PRANDOM_U32(7, 0),
  GET_SMP_PROCESSOR_ID(8, 0),
  TAIL_CALL(12, 3),
  GET_CURRENT_PID_TGID(14, 0),
  GET_CURRENT_UID_GID(15, 0),
  GET_CURRENT_COMM(16, 2),
  GET_CURRENT_TASK(35, 0),
  PROBE_WRITE_USER(36, 3),
  PROBE_READ_STR(45, 3),
  GET_SOCKET_COOKIE(46, 1),
  GET_NUMA_NODE_ID(42, 0),
  OVERRIDE_RETURN(58, 2),
  GET_STACK(67, 4),
  GET_CURRENT_CGROUP_ID(80, 0),
  SEND_SIGNAL_THREAD(117, 1),
  JIFFIES64(118, 0),
  KTIME_GET_TAI_NS(208, 0),
  SEND_SIGNAL(109, 1),
  SKB_OUTPUT(111, 5),
  PROBE_READ_USER(112, 3),
  PROBE_READ_KERNEL(113, 3),
  PROBE_READ_USER_STR(114, 3),
  PROBE_READ_KERNEL_STR(115, 3),
  KTIME_GET_BOOT_NS(125, 0),
  RINGBUF_OUTPUT(130, 4),
  RINGBUF_RESERVE(131, 3),
  RINGBUF_SUBMIT(132, 2),
  RINGBUF_DISCARD(133, 2),
  RINGBUF_QUERY(134, 2),
  D_PATH(147, 3),
  PER_CPU_PTR(153, 2),
  THIS_CPU_PTR(154, 1),
  TASK_STORAGE_GET(156, 4),
  GET_CURRENT_TASK_BTF(158, 0),
  FOR_EACH_MAP_ELEM(164, 4),
  GET_ATTACH_COOKIE(174, 1),
  TASK_PT_REGS(175, 1),
  LOOP(181, 4),
  MAP_LOOKUP_PERCPU_ELEM(195, 3);

  private final int id;
  private final int arguments;

  Helper(int id, int arguments) {
    this.id = id;
    this.arguments = arguments;
  }

  public int id() {
    return id;
  }

  @Override
  public int arguments() {
    return arguments;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
