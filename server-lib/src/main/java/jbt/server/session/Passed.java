package jbt.server.session;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Collectors that a request has come through. Those that list each other would go on for ever. */
final class Passed {
  private static final int MOST = 8;

  private Passed() {}

  /** Whether it is not to be passed on. */
  static boolean tooMany(int passed) {
    return passed >= MOST;
  }

  static StatusRuntimeException refusal() {
    return Status.FAILED_PRECONDITION
        .withDescription(
            "the request has come through " + MOST + " collectors: do they list each other?")
        .asRuntimeException();
  }
}
