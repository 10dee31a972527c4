package jbt.transport;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** How addresses are told to people. */
public final class Places {
  private Places() {}

  /** {@code 10.0.0.1:7010}, {@code [::1]:7010}. */
  public static String of(@Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress place)) {
      return address == null ? "nobody known" : address.toString();
    }
    String host = place.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + place.getPort();
  }
}
