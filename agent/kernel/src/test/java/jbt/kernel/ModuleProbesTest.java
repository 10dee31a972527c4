package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Probes in modules that come after the start: those of sockets between virtual machines. */
@Tag("kernel")
class ModuleProbesTest {
  /**
   * Connects to a port where nobody listens: one packet asks, what answers it is made elsewhere.
   */
  private static final String CONNECT =
      """
      import socket as s
      try: s.socket(s.AF_VSOCK, s.SOCK_STREAM).connect((1, 1234))
      except OSError: pass
      """;

  @BeforeEach
  void load() throws Exception {
    for (String module : List.of("vsock", "vmw_vsock_virtio_transport_common", "vsock_loopback")) {
      KernelModules.need(module);
    }
  }

  private static ScriptSession connect(String script) throws Exception {
    ScriptSession session = ScriptSession.start(script);
    CProgram.output(List.of("/usr/bin/python3", "-c", CONNECT));
    session.stop();
    return session;
  }

  @Test
  @Covers("rawtracepoint, module")
  void rawTracepoints() throws Exception {
    try (ScriptSession session =
        connect(
            """
            rawtracepoint:virtio_transport_alloc_pkt /comm == "python3"/ {
              @[args.dst_port, args.dst_cid, args.len] = count();
            }
            rawtracepoint:vmw_vsock_virtio_transport_common:virtio_transport_alloc_*
            /comm == "python3"/ { @all = count(); }
            """)) {
      assertThat(session.words("@", 1234L, 1L, 0L)).containsExactly(1L);
      assertThat(session.words("@all")).containsExactly(1L);
    }
  }

  @Test
  @Covers({"kprobe, module", "kretprobe, module"})
  void functions() throws Exception {
    Kernels.needKprobes();
    try (ScriptSession session =
        connect(
            """
            kprobe:vsock:vsock_connect /comm == "python3"/ { @calls = count(); }
            kprobe:vsock:vsock_con* /comm == "python3"/ { @[func] = count(); }
            kretprobe:vsock_connect /comm == "python3"/ { @failed[(int32)retval] = count(); }
            """)) {
      assertThat(session.words("@calls")).containsExactly(1L);
      assertThat(session.words("@", "vsock_connect")).containsExactly(1L);
      assertThat(session.rows("@failed")).hasSize(1);
    }
  }

  @Test
  @Covers({"fentry, module", "fexit, module"})
  void functionsByType() throws Exception {
    Kernels.needFunctionProbes();
    try (ScriptSession session =
        connect(
            """
            fentry:vsock:vsock_connect /comm == "python3"/ { @length[args.addr_len] = count(); }
            fexit:vsock_connect /comm == "python3"/ { @failed[retval < 0] = count(); }
            """)) {
      assertThat(session.words("@length", 16L)).containsExactly(1L);
      assertThat(session.words("@failed", 1L)).containsExactly(1L);
    }
  }
}
