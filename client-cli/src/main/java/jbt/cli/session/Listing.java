package jbt.cli.session;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import jbt.cli.render.Bytes;
import jbt.server.targets.FoldedNames;
import jbt.v1.Failure;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** Attach points that match a pattern, each once; one that not all hosts have says which do. */
public final class Listing implements StreamObserver<ListProbesReply> {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Map<String, List<String>> probes = new TreeMap<>();
  private final List<ListProbesReply> failures = new ArrayList<>();
  private final Set<String> answered = new HashSet<>();
  private @Nullable Throwable failure;

  private Listing() {}

  /**
   * Asks and prints.
   *
   * @param request with the hosts that are named; without for this host
   * @return the exit code
   */
  public static int run(TracerGrpc.AsyncService service, ListProbesRequest request, Screen screen)
      throws InterruptedException {
    Listing listing = new Listing();
    service.listProbes(request, listing);
    listing.done.await();
    return listing.print(request.getHostsCount() > 1, request.getPattern(), screen);
  }

  private synchronized int print(boolean many, String pattern, Screen screen)
      throws InterruptedException {
    Outbox outbox = new Outbox(screen.out(), screen.err(), () -> {});
    Bytes lines = new Bytes(1 << 16);
    for (Map.Entry<String, List<String>> probe : probes.entrySet()) {
      // Further lines tell of its arguments.
      int end = probe.getKey().indexOf('\n');
      lines.add(end < 0 ? probe.getKey() : probe.getKey().substring(0, end));
      if (many && probe.getValue().size() < answered.size()) {
        lines.add(" (only " + FoldedNames.fold(probe.getValue()) + ")");
      }
      lines.add(end < 0 ? "" : probe.getKey().substring(end));
      lines.add('\n');
    }
    outbox.offer(lines, Long.MAX_VALUE / 1_000_000);
    Notices notices = new Notices(many, screen.errTerminal());
    for (ListProbesReply reply : failures) {
      notices.add(
          reply.getHost(),
          Broken.told(many, reply.getHost(), reply.getFailure(), reply.getMessage()));
    }
    outbox.note(notices.take());
    if (probes.isEmpty() && failures.isEmpty() && failure == null && !pattern.isEmpty()) {
      outbox.note(Bytes.of("nothing matches " + pattern + "\n"));
    }
    return outbox.finish(code(outbox, many));
  }

  private int code(Outbox outbox, boolean many) {
    if (failure != null) {
      return Broken.report(outbox, failure, answered.isEmpty());
    }
    int code = Outcome.OK;
    if (probes.isEmpty()
        && !failures.isEmpty()
        && failures.stream().allMatch(reply -> isOfScript(reply.getFailure()))) {
      return Outcome.USAGE;
    }
    for (ListProbesReply reply : failures) {
      code |=
          reply.getFailure() == Failure.FAILURE_CONNECTION
              ? Outcome.SOME_UNREACHABLE
              : Outcome.SOME_FAILED;
    }
    return code == Outcome.OK && many && probes.isEmpty() ? Outcome.NO_MATCH : code;
  }

  private static boolean isOfScript(Failure failure) {
    return failure == Failure.FAILURE_SCRIPT || failure == Failure.FAILURE_NO_MATCH;
  }

  @Override
  public synchronized void onNext(ListProbesReply reply) {
    if (reply.getFailure() != Failure.FAILURE_NONE) {
      failures.add(reply);
      return;
    }
    answered.add(reply.getHost());
    for (String probe : reply.getProbeList()) {
      probes.computeIfAbsent(probe, p -> new ArrayList<>()).add(reply.getHost());
    }
  }

  @Override
  public void onError(Throwable t) {
    synchronized (this) {
      failure = Status.fromThrowable(t).asException();
    }
    done.countDown();
  }

  @Override
  public void onCompleted() {
    done.countDown();
  }
}
