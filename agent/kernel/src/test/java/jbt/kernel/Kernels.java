package jbt.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import jbt.compiler.types.Btf;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Perf;
import jbt.kernel.sys.SystemCallException;
import org.junit.jupiter.api.Assumptions;

/** Skips tests on a kernel that lacks what they need, and says what that is. */
public final class Kernels {
  /** Names of features that this kernel is known to lack; absent where nobody said so. */
  static final Optional<Set<String>> LACKS =
      Optional.ofNullable(System.getProperty("kernel.lacks")).map(all -> Set.of(all.split(",")));

  /** How many times longer everything may take: in an emulated machine. */
  static final int PATIENCE = Integer.getInteger("jbt.patience", 1);

  private static final byte MOVE_IMMEDIATE = (byte) 0xb7;
  private static final byte EXIT = (byte) 0x95;

  private static final int WRITE = 2;

  static {
    Native.register(Kernels.class, NativeLibrary.getProcess());
  }

  private Kernels() {}

  static void needKprobes() {
    Assumptions.assumeTrue(
        FeatureProbes.probe(Feature.KPROBE) == Answer.YES,
        "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
  }

  static boolean linksManyUprobes() {
    return FeatureProbes.probe(Feature.UPROBE_MULTI) == Answer.YES;
  }

  /** Whether it counts the runs at tracepoints that it leaves out (Linux 6.7). */
  static boolean countsMissesOfTracepoints() {
    return LACKS.map(lacks -> !lacks.contains("TRACEPOINT_MISSES")).orElse(true);
  }

  static boolean linksManyKprobes() {
    return FeatureProbes.probe(Feature.KPROBE_MULTI) == Answer.YES;
  }

  static void needFunctionProbes() {
    Assumptions.assumeTrue(loadsFunctionProbe(), "this kernel refuses fentry and fexit");
  }

  public static void needWatchpoints() {
    Assumptions.assumeTrue(
        watches(),
        "this machine's processors report no accesses to memory, only single threads do");
  }

  /** Whether an event on all processors counts what this thread writes. */
  private static boolean watches() {
    List<Fd> events = new ArrayList<>();
    try (Memory memory = new Memory(64)) {
      long address = (Pointer.nativeValue(memory) + 7) & ~7L;
      for (int cpu : Cpus.online()) {
        Fd event = Perf.breakpoint(address, 8, WRITE, cpu);
        events.add(event);
        Perf.enable(event);
      }
      new Pointer(address).setLong(0, 1);
      long count = 0;
      for (Fd event : events) {
        if (read(event.number(), memory, Long.BYTES) == Long.BYTES) {
          count += memory.getLong(0);
        }
      }
      return count > 0;
    } finally {
      events.forEach(Fd::close);
    }
  }

  private static native long read(int fd, Pointer bytes, long length);

  private static boolean loadsFunctionProbe() {
    try (HostTarget target = new HostTarget("here")) {
      int type =
          target.kernelTypes().orElseThrow().kernel().find(Btf.Kind.FUNC, "vfs_open").orElseThrow();
      ByteBuffer code = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
      code.put(0, MOVE_IMMEDIATE).put(8, EXIT);
      try (Fd program =
          Bpf.load(
              Bpf.PROGRAM_TYPE_TRACING,
              Bpf.AttachTo.entry(type, -1),
              code.array(),
              List.of(),
              "jbt_probe")) {
        return program.number() >= 0;
      } catch (SystemCallException e) {
        return false;
      }
    }
  }
}
