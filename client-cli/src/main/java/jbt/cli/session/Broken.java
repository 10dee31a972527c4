package jbt.cli.session;

import io.grpc.Status;
import jbt.cli.render.Bytes;
import jbt.v1.Failure;
import org.jspecify.annotations.Nullable;

/** A stream that ended with an error: nothing that one host could report. */
final class Broken {
  private Broken() {}

  /** The message about a host that failed; it has the name of one alone that was not reached. */
  static String told(boolean many, String host, Failure failure, String text) {
    boolean reached = failure != Failure.FAILURE_CONNECTION && failure != Failure.FAILURE_IDENTITY;
    return many || reached || text.isEmpty() ? text : "ERROR: " + host + ": " + text;
  }

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
