package jbt.compiler.check;

import jbt.compiler.lang.SourceRange;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;

/** What a construct of the language needs from the kernel. */
record Features(Feature feature, String needs) {
  static final Features LOOP = new Features(Feature.LOOP, "bpf_loop (Linux 5.17)");
  static final Features LOOKUP_PERCPU =
      new Features(Feature.LOOKUP_PERCPU, "bpf_map_lookup_percpu_elem (Linux 5.19)");
  static final Features OVERRIDE =
      new Features(
          Feature.OVERRIDE, "bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE and kprobes)");

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
