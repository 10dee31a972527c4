package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.KernelFolder;
import jbt.kernel.sys.SystemCallException;

/** Where the lines of {@code debugf()} go. */
final class TracePipe {
  private static final Instruction LINE = new Instruction.Call(Helper.TRACE_PRINTK);

  private TracePipe() {}

  /**
   * Opens it, if one of the programs writes there. The kernel does that too when it loads such a
   * program, but some kernels (6.18 is one) only some time later: first lines would be lost.
   */
  static void open(List<Program> programs) {
    if (programs.stream().noneMatch(one -> one.code().instructions().contains(LINE))) {
      return;
    }
    try (KernelFolder tracefs = KernelFolder.tracefs()) {
      Path event = tracefs.root().resolve("events/bpf_trace/bpf_trace_printk/enable");
      Files.writeString(event, "1");
    } catch (IOException | SystemCallException _) {
      // Who may not do that, or has no such event, has what the kernel does.
    }
  }
}
