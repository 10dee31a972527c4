package jbt.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifyTest {
  @Test
  void sendsOneDatagram(@TempDir Path folder) {
    String path = folder.resolve("notify").toString();
    byte[] address = ("\1\0" + path + "\0").getBytes(StandardCharsets.US_ASCII);
    int socket = Calls.socket(1, 2, 0);
    try (Memory memory = new Memory(address.length);
        Memory received = new Memory(64)) {
      memory.write(0, address, 0, address.length);
      assertThat(Calls.bind(socket, memory, address.length)).isZero();
      Notify.send(path, "READY=1\nSTATUS=up");
      long length = Calls.recv(socket, received, 64, 0);
      assertThat(new String(received.getByteArray(0, (int) length), StandardCharsets.US_ASCII))
          .isEqualTo("READY=1\nSTATUS=up");
    } finally {
      Calls.close(socket);
    }
  }

  @Test
  void saysWhyItCannot(@TempDir Path folder) {
    String path = folder.resolve("nobody").toString();
    assertThatThrownBy(() -> Notify.send(path, "READY=1"))
        .hasMessage("sendto " + path + ": No such file or directory");
  }

  private static final class Calls {
    static {
      Native.register(Calls.class, NativeLibrary.getProcess());
    }

    static native int socket(int domain, int type, int protocol);

    static native int bind(int socket, Pointer address, int length);

    static native long recv(int socket, Pointer bytes, long length, int flags);

    static native int close(int fd);
  }
}
