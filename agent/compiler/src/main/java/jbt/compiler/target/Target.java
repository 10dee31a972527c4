package jbt.compiler.target;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import jbt.compiler.types.KernelTypes;

/** The host that a script is compiled for. Answers must not change while it is compiled. */
public interface Target {
  /** What the builtin {@code host} gives. */
  String hostName();

  /** Processor numbers are below this. */
  int possibleCpus();

  /** The events of tracefs as {@code category:event}, in no particular order. */
  List<String> tracepoints();

  /** The format of one event, or empty if there is no such event. */
  Optional<TracepointFormat> tracepoint(String category, String event);

  /** What the kernel defines; empty if it tells nothing of its types (BTF). */
  default Optional<KernelTypes> kernelTypes() {
    return Optional.empty();
  }

  /** Who it is that tells nothing of the kernel's types, and what is wrong. */
  default String withoutTypes() {
    return "This kernel has no type information (BTF)";
  }

  /** Its programs and libraries. */
  default Binaries binaries() {
    return Binaries.NONE;
  }

  /** What can be traced of its kernel. */
  default KernelFunctions functions() {
    return KernelFunctions.NONE;
  }

  /** What the host's configuration says of itself. */
  default Optional<String> label(String name) {
    return Optional.empty();
  }

  /** Address of a function or, where the kernel tells them, of a variable. */
  default OptionalLong kernelSymbol(String name) {
    return OptionalLong.empty();
  }

  /** Id of a control group, by the path of its folder. */
  default OptionalLong controlGroup(String path) {
    return OptionalLong.empty();
  }

  /**
   * Where the kernel's word for what kind of system call a thread is in is, from the start of its
   * task_struct: arch/x86/include/asm/thread_info.h, {@code status}. Empty where it is not known.
   */
  default OptionalInt threadStatus() {
    return OptionalInt.empty();
  }

  /** Its kernel's version as LINUX_VERSION_CODE has it; empty if it is not known. */
  default OptionalInt kernelVersion() {
    return OptionalInt.empty();
  }

  Answer feature(Feature feature);

  /** What a feature test can say. */
  enum Answer {
    YES,
    NO,
    NOT_KNOWN
  }

  /** Kernel features that change what is compiled. */
  enum Feature {
    /** bpf_get_attach_cookie for perf events (Linux 5.15). */
    ATTACH_COOKIE,
    /** bpf_loop (5.17). */
    LOOP,
    /** bpf_map_lookup_percpu_elem (5.19). */
    LOOKUP_PERCPU,
    /** bpf_task_pt_regs (5.15). */
    TASK_PT_REGS,
    /** BPF_MAP_TYPE_RINGBUF (5.8). */
    RING_BUFFER,
    /** bpf_ktime_get_boot_ns (5.8). */
    BOOT_CLOCK,
    /** bpf_override_return: CONFIG_BPF_KPROBE_OVERRIDE. */
    OVERRIDE,
    /** bpf_probe_write_user. */
    WRITE_USER,
    /** Programs of tracepoints and samples may call bpf_task_from_pid (6.12). */
    TASK_FROM_PID,
    /** Helpers take a pointer that another leads to. */
    WALKED_POINTERS,
    /** BPF_TRACE_UPROBE_MULTI (6.6): many places of a program by one link. */
    UPROBE_MULTI,
    /** Probes in the kernel's code (CONFIG_KPROBE_EVENTS). */
    KPROBE,
    /** BPF_TRACE_KPROBE_MULTI (5.18, CONFIG_FPROBE): many functions by one link. */
    KPROBE_MULTI,
    /**
     * fentry and fexit, and their programs run to their end: a kernel that preempts them
     * (CONFIG_PREEMPT) leaves out what other tasks would run of the same program meanwhile.
     */
    WHOLE_FUNCTION_PROBES,
    /**
     * Values that the kernel keeps with each thread (BPF_MAP_TYPE_TASK_STORAGE), for programs that
     * interrupt others, too (6.4).
     */
    TASK_STORAGE,
    /** Instructions that divide with signs (6.6). */
    SIGNED_DIVISION,
    /** Programs with a stack frame of 64 bytes or more have one apart from the kernel's (6.13). */
    PRIVATE_STACKS
  }
}
