package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.plan.Attachment.Point;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** System calls that are attached by their functions give the events that tracepoints give. */
@Tag("kernel")
class SystemCallAttachTest {
  private static final String PERF = "config = { tracepoint_attach = perf } ";

  /** The registers of the 32-bit ABI hold other numbers, whatever kind of program calls by it. */
  private static final String CALLS =
      """
      #include <sys/syscall.h>
      #include <unistd.h>

      static long compat(long number, long argument) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "memory");
        return result;
      }

      int main(void) {
        for (long i = 0; i < 300; i++) syscall(SYS_getppid);
        for (long i = 0; i < 70; i++) compat(64, 0); /* getppid */
        for (long i = 0; i < 200; i++) syscall(SYS_getpgid, i % 4 ? 0x100000000 : -5L);
        for (long i = 0; i < 30; i++) compat(132, 1); /* getpgid */
        /* In memory that the process has touched, as programs wait for no page. */
        char name[] = "/run/jbt-none";
        for (long i = 0; i < 10; i++) syscall(SYS_openat, 0x7ffffff9c, name, 0x900000041, 0700);
        for (long i = 0; i < 5; i++) syscall(SYS_pread64, -1, 0x7000L, 9L, (1L << 40) + i);
        for (long i = 0; i < 7; i++) syscall(SYS_mmap, 0x1000L, 4096L, 3L, 0L, -1L, 0x7000L + i);
        return 0;
      }
      """;

  private static final String FIRST =
      """
      tracepoint:syscalls:sys_enter_getppid /comm == "jbt-calls"/ { @parents[probe] = count(); }
      tracepoint:syscalls:sys_enter_getpgid /comm == "jbt-calls"/ { @groups[args.pid] = count(); }
      tracepoint:syscalls:sys_enter_openat
      /comm == "jbt-calls" && str(args.filename) == "/run/jbt-none"/ {
        @opened[str(args.filename), args.dfd, args.flags, args.mode] = count();
      }
      """;

  private static final String SECOND =
      """
      tracepoint:syscalls:sys_enter_pread64 /comm == "jbt-calls" && args.fd == 0xffffffff/ {
        @read[(uint64)args.buf, args.count, args.pos] = count();
      }
      tracepoint:syscalls:sys_enter_mmap /comm == "jbt-calls" && args.addr == 0x1000/ {
        @mapped[args.addr, args.len, args.prot, args.flags, args.fd, args.off] = count();
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void functionProbes() {
    Kernels.needFunctionProbes();
  }

  /** What is in the maps in the end, as text. */
  private Map<String, String> traced(String script, int direct, String... maps) throws Exception {
    Path calls = CProgram.compile(folder, "jbt-calls", CALLS, "-O1");
    try (ScriptSession session = ScriptSession.start(script)) {
      assertThat(
              session.plan().attachments().stream()
                  .filter(attachment -> attachment.point() instanceof Point.DirectFunction))
          .hasSize(direct);
      CProgram.output(List.of(calls.toString()));
      session.stop();
      assertThat(session.loaded().losses()).containsOnly(0);
      assertThat(session.loaded().recursionMisses().orElse(0)).isZero();
      Map<String, String> all = new TreeMap<>();
      for (String map : maps) {
        Map<String, List<Long>> rows = new TreeMap<>();
        session.rows(map).forEach((key, row) -> rows.put(key.toString(), row.words()));
        all.put(map, rows.toString());
      }
      return all;
    }
  }

  @Test
  void ofThisAbiOnly() throws Exception {
    String[] maps = {"@parents", "@groups", "@opened"};
    Map<String, String> function = traced(FIRST, 3, maps);
    assertThat(function)
        .isEqualTo(traced(PERF + FIRST, 0, maps))
        .isEqualTo(
            Map.of(
                "@parents",
                "{[tracepoint:syscalls:sys_enter_getppid]=[300]}",
                "@groups",
                "{[-5]=[50], [0]=[150]}",
                "@opened",
                "{[/run/jbt-none, -100, 65, 448]=[10]}"));
  }

  @Test
  void withAllArguments() throws Exception {
    String[] maps = {"@read", "@mapped"};
    Map<String, String> function = traced(SECOND, 2, maps);
    assertThat(function).isEqualTo(traced(PERF + SECOND, 0, maps));
    assertThat(function.get("@read"))
        .contains("[28672, 9, 1099511627776]=[1]", "[28672, 9, 1099511627780]=[1]");
    assertThat(function.get("@mapped")).contains("28672]=[1]", "28678]=[1]");
  }
}
