package jbt.cli.session;

import io.grpc.Status;
import jbt.cli.render.Bytes;
import org.jspecify.annotations.Nullable;

/** A stream that ended with an error: nothing that one host could report. */
final class Broken {
  private Broken() {}

  /**
   * Says what happened.
   *
   * @param nothingCame it broke before any host was heard of
   * @return the exit code
   */
  static int report(Outbox outbox, Throwable failure, boolean nothingCame) {
    Status status = Status.fromThrowable(failure);
    @Nullable String description = status.getDescription();
    String text = description != null ? description : status.getCode().toString();
    outbox.note(Bytes.of("ERROR: " + text + "\n"));
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND -> Outcome.USAGE;
      case UNAVAILABLE, UNAUTHENTICATED, PERMISSION_DENIED, DEADLINE_EXCEEDED ->
          nothingCame ? Outcome.NO_COLLECTOR : Outcome.SOME_UNREACHABLE;
      default -> Outcome.SOME_FAILED;
    };
  }
}
