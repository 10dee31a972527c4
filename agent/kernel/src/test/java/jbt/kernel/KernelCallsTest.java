package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Mode;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import jbt.compiler.types.Btf;
import jbt.kernel.sys.KernelFolder;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls that need something particular of the kernel. */
@Tag("kernel")
class KernelCallsTest {
  private static void need(Feature feature, String what) {
    Assumptions.assumeTrue(FeatureProbes.probe(feature) == Answer.YES, "this kernel lacks " + what);
  }

  @Test
  void looksUpNamesOfProcesses() throws Exception {
    need(Feature.TASK_FROM_PID, "bpf_task_from_pid in tracepoints");
    String script =
        """
        tracepoint:syscalls:sys_enter_getppid /pid == PID/ {
          @own = sum(comm(tid) == comm ? 1 : 0); @none = sum(comm(0x7ffffff0) == "" ? 1 : 0);
          @[comm(tid)] = count();
        }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      Thread load = new Thread(() -> Workload.getppid(7), "named-load");
      load.start();
      load.join();
      session.stop();
      assertThat(session.words("@own")).containsExactly(7L);
      assertThat(session.words("@none")).containsExactly(7L);
      assertThat(session.words("@", "named-load")).containsExactly(7L);
    }
  }

  @Test
  void namesThePathsOfOpenFiles() throws Exception {
    String script =
        """
        iter:task_file { if (ctx.task->pid == PID && ctx.fd == 0) {
          @[path(&ctx.file->f_path)] = count(); @short[path(&ctx.file->f_path, 2)] = count();
          let $file; if (cpu == 0) { $file = ctx.file; } else { $file = ctx.file; }
          @held[path(&$file->f_path)] = count();
          @fits[path(&ctx.file->f_path, FITS)] = count();
          @cut[path(&ctx.file->f_path, FITS - 1)] = count(); } }
        """;
    String input = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
    Assumptions.assumeTrue(input.startsWith("/"), "the input is no file");
    String fits = Integer.toString(input.length() + 1);
    try (ScriptSession session = ScriptSession.start(script.replace("FITS", fits))) {
      session.loaded().iterate();
      session.stop();
      assertThat(session.words("@", input)).containsExactly(1L);
      assertThat(session.words("@short", "")).containsExactly(1L);
      assertThat(session.words("@held", input)).containsExactly(1L);
      assertThat(session.words("@fits", input)).containsExactly(1L);
      assertThat(session.words("@cut", "")).containsExactly(1L);
    }
  }

  @Test
  void namesThePathThatAPointerOfAPointerLeadsTo() throws Exception {
    need(Feature.WALKED_POINTERS, "a verifier that trusts pointers which another leads to");
    String script =
        """
        iter:task { if (ctx.task->pid == PID) { @[path(ctx.task->mm->exe_file->f_path)] = count(); } }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      session.loaded().iterate();
      session.stop();
      String program = Path.of("/proc/self/exe").toRealPath().toString();
      assertThat(session.words("@", program)).containsExactly(1L);
    }
  }

  @Test
  void findsVariablesOfProcessors() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      Assumptions.assumeTrue(
          target.kernelSymbol("runqueues").isPresent(), "this kernel tells of no variables");
    }
    String script =
        """
        tracepoint:syscalls:sys_enter_getppid /pid == PID/ {
          @here = sum(percpu_kaddr("runqueues")->cpu == cpu ? 1 : 0);
          @there = sum(percpu_kaddr("runqueues", LAST)->cpu == LAST ? 1 : 0);
          @nowhere = sum(percpu_kaddr("runqueues", 100000) == 0 ? 1 : 0);
        }
        """
            .replace("LAST", Cpus.online().getLast().toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      Workload.getppid(5);
      session.stop();
      assertThat(session.words("@here")).containsExactly(5L);
      assertThat(session.words("@there")).containsExactly(5L);
      assertThat(session.words("@nowhere")).containsExactly(5L);
    }
  }

  @Test
  void tellsSocketsApart() throws Exception {
    Kernels.needFunctionProbes();
    String script = "fentry:tcp_sendmsg /pid == PID/ { @[socket_cookie(args.sk)] = count(); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      send(3);
      send(4);
      session.stop();
      Map<List<Object>, Row> rows = session.rows("@");
      assertThat(rows.values().stream().map(row -> row.words().getFirst()))
          .containsExactlyInAnyOrder(3L, 4L);
      assertThat(rows).doesNotContainKey(List.of(0L));
    }
  }

  private static void send(int times) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < times; i++) {
        out.write(i);
      }
    }
  }

  private static Plan unsafe(String script) throws CompileException {
    Circumstances all =
        new Circumstances(
            Mode.TRACE, Unsafe.ALLOWED, Unsafe.ALLOWED, OptionalInt.empty(), OptionalInt.empty());
    Parameters parameters = new Parameters(all);
    return Compiler.compile(script, "test", parameters, new HostTarget("here"));
  }

  @Test
  void callsFunctionsOfTheKernel() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      Assumptions.assumeTrue(
          target.kernelTypes().orElseThrow().kernel().find(Btf.Kind.FUNC, "bpf_strlen").isPresent(),
          "this kernel lacks bpf_strlen");
    }
    String script =
        """
        rawtracepoint:sys_enter /pid == PID/ {
          @length = max(bpf_strlen("four")); $s = "of a variable"; @of = max(bpf_strlen($s)); }
        """
            .replace("PID", Long.toString(ProcessHandle.current().pid()));
    Plan plan = unsafe(script);
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      loaded.openGate();
      Workload.getppid(1);
      loaded.closeGate();
      assertThat(Row.of(plan, loaded.read(0, 0)).values())
          .extracting(Row::words)
          .containsExactly(List.of(4L));
      assertThat(Row.of(plan, loaded.read(1, 0)).values())
          .extracting(Row::words)
          .containsExactly(List.of(13L));
    }
    assertThatThrownBy(() -> ScriptSession.start(script))
        .hasMessageContaining("bpf_strlen() is an unsafe function being used in safe mode");
  }

  @Test
  void writesMemoryOfTheProcess() throws Exception {
    try (Memory memory = new Memory(32)) {
      memory.clear();
      long at = Pointer.nativeValue(memory);
      String script =
          """
          tracepoint:syscalls:sys_enter_getppid /pid == %d/ {
            write_user(uptr(%d), "abcdef", 3); write_user(uptr(%d), 0x0102030405060708, 8);
            write_user(uptr(%d), pton("1.2.3.4"), 4); write_user(uptr(%d), uptr(%d), 2);
          }
          """
              .formatted(ProcessHandle.current().pid(), at, at + 8, at + 16, at + 24, at);
      if (FeatureProbes.probe(Feature.WRITE_USER) == Answer.NO) {
        assertThatThrownBy(() -> unsafe(script))
            .hasMessageContaining("write_user() needs bpf_probe_write_user");
        return;
      }
      try (LoadedPlan loaded = LoadedPlan.load(unsafe(script))) {
        loaded.attach();
        loaded.openGate();
        Workload.getppid(1);
        loaded.closeGate();
      }
      assertThat(memory.getString(0)).isEqualTo("abc");
      assertThat(memory.getLong(8)).isEqualTo(0x0102030405060708L);
      assertThat(memory.getByteArray(16, 8)).containsExactly(1, 2, 3, 4, 0, 0, 0, 0);
      assertThat(memory.getString(24)).isEqualTo("ab");
    }
  }

  @Test
  void writesToTheTracePipe() throws Exception {
    String token = "jbt" + System.nanoTime();
    String script =
        """
        tracepoint:syscalls:sys_enter_getppid /pid == PID/ {
          debugf("%s %%d %%s %%x 100%%%%", -5, str("text"), 0x123456789abcdef); }
        """
            .formatted(token);
    try (ScriptSession session = ScriptSession.start(script);
        KernelFolder tracefs = KernelFolder.tracefs()) {
      Workload.getppid(1);
      session.stop();
      String trace = Files.readString(tracefs.root().resolve("trace"));
      assertThat(trace).contains(token + " -5 text 123456789abcdef 100%");
    }
  }
}
