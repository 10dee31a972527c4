package jbt.compiler.check;

import jbt.compiler.lang.SourceRange;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;

/** What a construct of the language needs from the kernel. */
record Features(Feature feature, String needs) {
  static final Features LOOP = new Features(Feature.LOOP, "bpf_loop (Linux 5.17)");
  static final Features LOOKUP_PERCPU =
      new Features(Feature.LOOKUP_PERCPU, "bpf_map_lookup_percpu_elem (Linux 5.19)");
  static final Features TASK_PT_REGS =
      new Features(Feature.TASK_PT_REGS, "bpf_task_pt_regs (Linux 5.15)");
  static final Features OVERRIDE =
      new Features(
          Feature.OVERRIDE, "bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE and kprobes)");

  static final Features WRITE_USER =
      new Features(Feature.WRITE_USER, "bpf_probe_write_user (not locked down: lockdown=none)");
  static final Features TASK_FROM_PID =
      new Features(Feature.TASK_FROM_PID, "bpf_task_from_pid in tracepoints (Linux 6.12)");
  static final Features WALKED_POINTERS =
      new Features(
          Feature.WALKED_POINTERS, "a verifier that trusts pointers which another leads to");

  static boolean has(Round round, Features features) {
    return round.target().feature(features.feature) != Answer.NO;
  }

  /** Tells if the kernel certainly has not what a construct needs. */
  static void need(Round round, Features features, String construct, SourceRange range) {
    if (round.target().feature(features.feature) == Answer.NO) {
      round
          .diagnostics()
          .error(
              range, "%s needs %s, which this kernel lacks".formatted(construct, features.needs));
    }
  }
}
