package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.interpreter.FixedTarget;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.random.Comparison;
import jbt.compiler.random.Event;
import jbt.compiler.random.Host;
import jbt.compiler.random.MachineRun;
import jbt.compiler.random.RandomScript;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random scripts pass the verifier and do the same in the kernel, in the Java machine and by the
 * rules of the language. From which seed: system property {@code random.seed}; how many scripts:
 * {@code random.scripts}.
 */
@Tag("kernel")
final class RandomScriptsTest {
  private static final int ALL = 2000;
  private static final int SCRIPTS = Integer.getInteger("random.scripts", ALL);

  /** What all scripts are made of at least; each program goes through the verifier. */
  private static final int PROGRAMS = 5800;

  private static final long FIRST_SEED = Long.getLong("random.seed", 1);
  private static final int MOST_FAILURES = 3;
  private static final int LONGEST_PATH = 128;

  private final int processors = Cpus.possible().getLast() + 1;
  private final Target target = new ThisKernel(new FixedTarget(processors, formats()));
  private final ThreadLocal<Host> host = ThreadLocal.withInitial(RandomScriptsTest::thisThread);
  private final ThreadLocal<Memory> path = ThreadLocal.withInitial(() -> new Memory(LONGEST_PATH));
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger programs = new AtomicInteger();

  /** With how many the verifier did not finish at first. */
  private final AtomicInteger again = new AtomicInteger();

  /** A host that scripts see as the machine has it, with what this kernel can do. */
  private record ThisKernel(FixedTarget host) implements Target {
    @Override
    public String hostName() {
      return host.hostName();
    }

    @Override
    public int possibleCpus() {
      return host.possibleCpus();
    }

    @Override
    public List<String> tracepoints() {
      return host.tracepoints();
    }

    @Override
    public Optional<TracepointFormat> tracepoint(String category, String event) {
      return host.tracepoint(category, event);
    }

    @Override
    public Answer feature(Feature feature) {
      return FeatureProbes.probe(feature);
    }
  }

  @Test
  void kernelAndMachineAgree() {
    LongStream.range(FIRST_SEED, FIRST_SEED + SCRIPTS)
        .parallel()
        .filter(seed -> failures.size() < MOST_FAILURES)
        .forEach(this::check);
    assertThat(failures).isEmpty();
    assertThat(again.get()).describedAs("compiled twice").isLessThanOrEqualTo(SCRIPTS / 200);
    assertThat(programs.get()).isGreaterThanOrEqualTo(SCRIPTS < ALL ? SCRIPTS : PROGRAMS);
  }

  private void check(long seed) {
    RandomScript script = RandomScript.of(seed);
    try {
      check(script, Parameters.NONE);
    } catch (CompileException | LoadException | RuntimeException | AssertionError e) {
      if (e instanceof CompileException && e.toString().contains(RandomScript.TOO_LARGE)) {
        return;
      }
      failures.add("%s:%n%s%n%s".formatted(script, script.text(host.get()), e));
    }
  }

  /** As an agent does: with other code where the verifier does not finish with the fastest. */
  private void check(RandomScript script, Parameters parameters)
      throws CompileException, LoadException {
    Host here = host.get();
    long address = Pointer.nativeValue(path.get());
    Plan plan =
        SmallMaps.of(Compiler.compile(script.text(here), script.toString(), parameters, target));
    programs.addAndGet(plan.programs().size());
    RandomScript.Outcome outcome = script.outcome(here, address);
    Comparison.check(
        plan,
        new MachineRun(script, plan, target, here, processors, address),
        outcome,
        "the machine");
    try (KernelRun run = new KernelRun(script, plan, path.get())) {
      Comparison.check(plan, run, outcome, "the kernel");
    } catch (LoadException e) {
      if (e.reason() != LoadException.Reason.VERIFIER || parameters.circumstances().careful()) {
        throw e;
      }
      again.incrementAndGet();
      check(script, parameters.carefully());
    }
  }

  private static Host thisThread() {
    try {
      Path thread = Path.of("/proc/thread-self").toRealPath();
      return new Host(
          (int) ProcessHandle.current().pid(),
          Integer.parseInt(thread.getFileName().toString()),
          0,
          0,
          Files.readString(thread.resolve("comm")).strip(),
          "testhost");
    } catch (IOException e) {
      throw new UncheckedIOException("read what this thread is called", e);
    }
  }

  private static Map<String, TracepointFormat> formats() {
    Map<String, TracepointFormat> formats = new HashMap<>();
    try (HostTarget here = new HostTarget("testhost")) {
      for (String name : Event.FORMATS.keySet()) {
        String[] parts = name.split(":", 2);
        formats.put(name, here.tracepoint(parts[0], parts[1]).orElseThrow());
      }
    }
    return formats;
  }
}
