package jbt.daemon;

import java.util.Optional;
import jbt.kernel.sys.Notify;
import jbt.kernel.sys.SystemCallException;
import org.jspecify.annotations.Nullable;

/** Whoever started this process as a service and wants to hear of it, see sd_notify(3). */
public final class ServiceManager {
  private ServiceManager() {}

  /**
   * Tells the state, if anybody wants to know.
   *
   * @param state for example {@code READY=1}
   * @return why that was not possible
   */
  public static Optional<String> tell(String state) {
    @Nullable String socket = System.getenv("NOTIFY_SOCKET");
    if (socket == null || socket.isEmpty()) {
      return Optional.empty();
    }
    try {
      Notify.send(socket, state);
      return Optional.empty();
    } catch (SystemCallException | IllegalArgumentException e) {
      return Optional.of("can't tell the service manager: " + e.getMessage());
    }
  }
}
