package jbt.transport;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/** A listening socket that closes connections for which there is no room, before any handshake. */
public final class AdmittingChannel extends NioServerSocketChannel {
  private final Connections connections;

  public AdmittingChannel(Connections connections) {
    this.connections = connections;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int before = accepted.size();
    int read = super.doReadMessages(accepted);
    for (int i = accepted.size() - 1; i >= before; i--) {
      if (accepted.get(i) instanceof Channel connection && !connections.admit(connection)) {
        accepted.remove(i);
        connection.unsafe().closeForcibly();
      }
    }
    return read;
  }
}
