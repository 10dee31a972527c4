package jbt.kernel.sys;

import java.nio.charset.StandardCharsets;

/** The service manager's notification socket, see sd_notify(3). */
public final class Notify {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  private Notify() {}

  /**
   * Sends one datagram.
   *
   * @param socket value of NOTIFY_SOCKET: a path, or an abstract name after "@"
   * @param state for example {@code READY=1}, lines separated by newlines
   */
  public static void send(String socket, String state) {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    if (path.length == 0 || path.length > 107) {
      throw new IllegalArgumentException("NOTIFY_SOCKET is no socket name: " + socket);
    }
    if (path[0] == '@') {
      path[0] = 0;
    }
    byte[] text = state.getBytes(StandardCharsets.UTF_8);
    try (Fd fd =
            new Fd(
                SystemCallException.check(
                    "socket", Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
        Block address = new Block(2 + path.length);
        Block datagram = Block.of(text)) {
      address.bytes().putShort(0, (short) AF_UNIX);
      address.set(2, path);
      SystemCallException.check(
          "sendto " + socket,
          Libc.sendto(
              fd.number(),
              datagram.memory(),
              text.length,
              MSG_NOSIGNAL,
              address.memory(),
              address.size()));
    }
  }
}
