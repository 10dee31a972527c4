package jbt.daemon.server;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.function.Consumer;
import jbt.transport.Places;
import org.jspecify.annotations.Nullable;

/** Tells of requests that were refused before any handler saw them: too long, or no messages. */
final class BrokenRequests extends ServerStreamTracer.Factory {
  private final Consumer<String> refused;

  BrokenRequests(Consumer<String> refused) {
    this.refused = refused;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new ServerStreamTracer() {
      private @Nullable Attributes connection;

      @Override
      public void serverCallStarted(ServerCallInfo<?, ?> call) {
        connection = call.getAttributes();
      }

      @Override
      public void streamClosed(Status status) {
        switch (status.getCode()) {
          case RESOURCE_EXHAUSTED, INTERNAL, UNKNOWN, UNIMPLEMENTED ->
              refused.accept(
                  "a request for "
                      + method
                      + " from "
                      + Places.of(
                          connection == null
                              ? null
                              : connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                      + ": "
                      + status.getCode()
                      + ", "
                      + status.getDescription());
          default -> {}
        }
      }
    };
  }
}
