package jbt.server.channels;

import io.grpc.Status;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import jbt.server.targets.Target;
import jbt.v1.Failure;
import jbt.v1.HostState;

/**
 * Why a call to a target failed, as a person reads it.
 *
 * @param state of a host that has not been attached yet
 * @param text one line, without the host's name
 */
public record Problem(HostState state, Failure failure, String text) {
  /** Sorts the end of a call. */
  public static Problem of(Throwable error, Target target) {
    Status status = Status.fromThrowable(error);
    String said = status.getDescription() == null ? "" : firstLine(status.getDescription());
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> unreachable(status, said, target);
      case PERMISSION_DENIED, UNAUTHENTICATED ->
          new Problem(
              HostState.HOST_REFUSED,
              Failure.FAILURE_IDENTITY,
              "refused our identity" + (said.isEmpty() ? "" : ": " + said));
      case RESOURCE_EXHAUSTED, FAILED_PRECONDITION ->
          new Problem(HostState.HOST_REFUSED, Failure.FAILURE_POLICY, orElse(said, "refused"));
      case UNIMPLEMENTED ->
          new Problem(
              HostState.HOST_FAILED,
              Failure.FAILURE_INTERNAL,
              "does not speak this protocol (" + target.place() + ")");
      case NOT_FOUND, INVALID_ARGUMENT ->
          new Problem(HostState.HOST_FAILED, Failure.FAILURE_NO_MATCH, orElse(said, "not found"));
      case OK, CANCELLED, UNKNOWN, ALREADY_EXISTS, ABORTED, OUT_OF_RANGE, INTERNAL, DATA_LOSS ->
          new Problem(
              HostState.HOST_FAILED,
              Failure.FAILURE_INTERNAL,
              "the session failed: " + orElse(said, status.getCode().name()));
    };
  }

  /** A target that has said nothing at all. */
  public static Problem silent(Target target, long seconds) {
    return connection("no answer within " + seconds + " s (" + target.place() + ")");
  }

  private static Problem unreachable(Status status, String said, Target target) {
    boolean tls = false;
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      // Netty wraps certificate errors into SSL exceptions; the inner one has the words.
      if (t instanceof CertificateException) {
        return identity(firstLine(String.valueOf(t.getMessage())));
      }
      tls |= t instanceof SSLException;
    }
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      if (t instanceof UnknownHostException || t instanceof UnresolvedAddressException) {
        return connection("unknown host name (" + target.address() + ")");
      } else if (t instanceof FirstByte.ReadTimeout silence) {
        return silent(target, silence.seconds());
      } else if (t instanceof NoRouteToHostException) {
        return connection("no route to host (" + target.place() + ")");
      } else if (t instanceof ConnectException) {
        String message = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
        String what = message.contains("refused") ? "connection refused" : "no connection";
        return message.contains("timed out")
            ? silent(target, Channels.CONNECT_MILLIS / 1000)
            : connection(what + " (" + target.place() + ")");
      }
    }
    if (tls) {
      return identity(alert(status, target));
    }
    return connection(broken(status, said) + " (" + target.place() + ")");
  }

  /** What became of a connection that stood. */
  private static String broken(Status status, String said) {
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      if (t instanceof ClosedChannelException) {
        return "connection closed";
      } else if (String.valueOf(t.getMessage()).contains("reset by peer")) {
        return "connection reset";
      }
    }
    String text = said.toLowerCase(Locale.ROOT);
    if (text.contains("keepalive")) {
      return "no answer any more";
    } else if (text.contains("closed") || text.contains("goaway")) {
      return "connection closed";
    }
    // What Netty says of an error without a text of its own.
    return text.equals("io exception") ? "connection lost" : orElse(said, "connection lost");
  }

  /** Of TLS errors without a certificate of theirs to blame: mostly, ours was refused. */
  private static String alert(Status status, Target target) {
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (message.contains("not an SSL/TLS record")) {
        return "does not speak TLS (" + target.place() + ")";
      } else if (message.contains("fatal alert")) {
        return "refused our certificate ("
            + message.substring(message.lastIndexOf(':') + 1).strip()
            + ")";
      }
    }
    return "no secure connection (" + target.place() + ")";
  }

  private static Problem identity(String text) {
    return new Problem(HostState.HOST_UNREACHABLE, Failure.FAILURE_IDENTITY, text);
  }

  private static Problem connection(String text) {
    return new Problem(HostState.HOST_UNREACHABLE, Failure.FAILURE_CONNECTION, text);
  }

  private static String orElse(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").strip();
  }
}
