package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.KernelTypes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The tools that Debian's package of bpftrace installs, from where it puts them: each must compile,
 * and its programs must be loaded by this kernel. Functions that this kernel can't trace are taken
 * as if it could, so that all blocks are compiled.
 */
@Tag("kernel")
class DebianToolsTest {
  /** Why a tool may be refused: a field that later kernels lack, a number as address, --unsafe. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "runqlen.bt", "struct cfs_rq has no field 'nr_running'",
          "loads.bt", "Failed to resolve kernel symbol: 'avenrun'");

  private static final HostTarget HOST = new HostTarget("here");

  @TestFactory
  Stream<DynamicTest> compileAndLoad() throws Exception {
    List<Path> tools = tools();
    assumeTrue(!tools.isEmpty(), "the package bpftrace is not installed");
    return tools.stream()
        .map(tool -> DynamicTest.dynamicTest(tool.getFileName().toString(), () -> load(tool)));
  }

  private static List<Path> tools() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("dpkg", "-L", "bpftrace").redirectErrorStream(true).start();
    String listed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return listed.lines().filter(file -> file.endsWith(".bt")).sorted().map(Path::of).toList();
  }

  private static void load(Path tool) throws Exception {
    String script = Files.readString(tool);
    // A tool names a function as several kernels call it.
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of("BPFTRACE_MISSING_PROBES", "ignore"),
            new Circumstances(
                Parameters.Mode.TRACE,
                Unsafe.ALLOWED,
                Unsafe.ALLOWED,
                OptionalInt.empty(),
                OptionalInt.empty()));
    Plan plan;
    try {
      plan = Compiler.compile(script, tool.getFileName().toString(), parameters, TARGET);
    } catch (CompileException e) {
      String known = REFUSED.get(tool.getFileName().toString());
      assumeTrue(known == null || !String.valueOf(e.getMessage()).contains(known), known);
      assumeTrue(!e.noMatch(), "this host has none of its probes: " + e.getMessage());
      throw e;
    }
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      assertThat(loaded.losses()).containsOnly(0);
    }
  }

  /** This host, on which every function has a probe. */
  private static final Target TARGET =
      new Target() {
        @Override
        public String hostName() {
          return HOST.hostName();
        }

        @Override
        public int possibleCpus() {
          return HOST.possibleCpus();
        }

        @Override
        public List<String> tracepoints() {
          return HOST.tracepoints();
        }

        @Override
        public Optional<TracepointFormat> tracepoint(String category, String event) {
          return HOST.tracepoint(category, event);
        }

        @Override
        public Optional<KernelTypes> kernelTypes() {
          return HOST.kernelTypes();
        }

        @Override
        public Binaries binaries() {
          return HOST.binaries();
        }

        @Override
        public KernelFunctions functions() {
          return new AllFunctions();
        }

        @Override
        public Answer feature(Feature feature) {
          return feature == Feature.KPROBE ? Answer.YES : HOST.feature(feature);
        }
      };

  /** Those of this host, and whatever is asked for by name. */
  private static final class AllFunctions implements KernelFunctions {
    @Override
    public List<Name> traceable() {
      List<Name> all = new ArrayList<>(HOST.functions().traceable());
      all.add(new Name(KERNEL, "vfs_read"));
      all.add(new Name(KERNEL, "vfs_write"));
      return all;
    }

    @Override
    public Map<String, List<Function>> named(Collection<String> names) {
      Map<String, List<Function>> all = new HashMap<>();
      for (String name : names) {
        all.put(name, List.of(new Function(KERNEL, name, 0x1000, 0x100)));
      }
      return all;
    }

    @Override
    public Optional<Function> at(long address) {
      return HOST.functions().at(address);
    }

    @Override
    public Optional<List<Long>> instructions(Function function) {
      return HOST.functions().instructions(function);
    }
  }
}
