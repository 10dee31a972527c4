package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import jbt.compiler.types.Btf;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Perf;
import jbt.kernel.sys.SystemCallException;

/** Which types of probes this kernel can have, found out by trying. */
final class ProbeTypes {
  private static final byte MOVE_IMMEDIATE = (byte) 0xb7;
  private static final byte EXIT = (byte) 0x95;
  private static final long SECOND = 1_000_000_000;
  private static final int WRITES = 2;

  /** All kernels have it, and none calls it while its host runs. */
  private static final String FUNCTION = "kernel_halt";

  private final HostTarget target;

  ProbeTypes(HostTarget target) {
    this.target = target;
  }

  Map<String, Answer> all() {
    Map<String, Answer> answers = new LinkedHashMap<>();
    Answer kprobe = target.feature(Feature.KPROBE);
    answers.put("kprobe", kprobe);
    answers.put("kretprobe", kprobe);
    Answer uprobe = yes(EventSources.has("uprobe"));
    answers.put("uprobe", uprobe);
    answers.put("uretprobe", uprobe);
    answers.put("usdt", uprobe);
    answers.put("tracepoint", tracepoints());
    answers.put("rawtracepoint", yes(target.kernelTypes().isPresent()));
    answers.put("fentry", function(false));
    answers.put("fexit", function(true));
    answers.put("iter", iterator());
    Answer timer = opens(() -> Perf.software(Perf.CPU_CLOCK, SECOND, 0));
    answers.put("interval", timer);
    answers.put("profile", timer);
    answers.put("software", timer);
    answers.put("hardware", opens(() -> Perf.hardware(0, SECOND, 0)));
    answers.put("watchpoint", opens(() -> Perf.breakpoint(Long.BYTES, 1, WRITES, 0)));
    return answers;
  }

  private static Answer yes(boolean is) {
    return is ? Answer.YES : Answer.NO;
  }

  private Answer tracepoints() {
    try {
      return yes(!target.tracepoints().isEmpty());
    } catch (SystemCallException e) {
      return refused(e);
    }
  }

  private static Answer opens(Supplier<Fd> event) {
    try (Fd _ = event.get()) {
      return Answer.YES;
    } catch (SystemCallException e) {
      return refused(e);
    }
  }

  private static Answer refused(SystemCallException e) {
    return switch (e.errno()) {
      case SystemCallException.EPERM, SystemCallException.EACCES -> Answer.NOT_KNOWN;
      default -> Answer.NO;
    };
  }

  private Answer function(boolean returns) {
    Optional<Integer> type = type(FUNCTION);
    if (type.isEmpty()) {
      return target.kernelTypes().isPresent() ? Answer.NOT_KNOWN : Answer.NO;
    }
    Bpf.AttachTo to =
        returns ? Bpf.AttachTo.exit(type.get(), -1) : Bpf.AttachTo.entry(type.get(), -1);
    try (Fd program = load(to);
        Fd _ = Bpf.attachRawEvent(program)) {
      return Answer.YES;
    } catch (SystemCallException e) {
      // Whoever may load the one may load the other: then it is the kernel that refuses.
      return iterator() == Answer.YES ? Answer.NO : refused(e);
    }
  }

  private Answer iterator() {
    Optional<Integer> type = type("bpf_iter_task");
    if (type.isEmpty()) {
      return Answer.NO;
    }
    try (Fd _ = load(Bpf.AttachTo.iterator(type.get()))) {
      return Answer.YES;
    } catch (SystemCallException e) {
      return refused(e);
    }
  }

  private Optional<Integer> type(String function) {
    return target.kernelTypes().flatMap(types -> types.kernel().find(Btf.Kind.FUNC, function));
  }

  /** A program that returns 0. */
  private static Fd load(Bpf.AttachTo to) {
    ByteBuffer code = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    code.put(0, MOVE_IMMEDIATE).put(8, EXIT);
    return Bpf.load(Bpf.PROGRAM_TYPE_TRACING, to, code.array(), List.of(), "jbt_probe");
  }
}
