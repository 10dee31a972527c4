package jbt.server.session;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import jbt.server.channels.Dialer;
import jbt.server.merge.Most;
import jbt.server.targets.Inventory;
import jbt.server.targets.Selected;
import jbt.server.targets.TargetException;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.HostDescription;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;

/**
 * Questions without a session, put to many targets. What a target can't answer is told in its
 * place; the others go on.
 */
public final class Questions {
  private final Inventory inventory;
  private final Dialer dialer;
  private final int limit;

  /**
   * @param limit targets asked at once
   */
  public Questions(Inventory inventory, Dialer dialer, int limit) {
    this.inventory = inventory;
    this.dialer = dialer;
    this.limit = limit;
  }

  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    FanOut<ListProbesReply> fanOut =
        new FanOut<>(
            (selected, to) ->
                dialer
                    .dial(selected.target())
                    .listProbes(
                        request.toBuilder()
                            .clearHosts()
                            .addAllHosts(below(selected))
                            .setPassed(request.getPassed() + 1)
                            .build(),
                        to),
            (reply, host) -> reply.toBuilder().setHost(host).build(),
            (host, problem) ->
                ListProbesReply.newBuilder()
                    .setHost(host)
                    .setFailure(problem.failure())
                    .setMessage(problem.text())
                    .build(),
            replies,
            Most.PROBES);
    run(fanOut, request.getPassed(), request.getHostsList(), replies);
  }

  /** One reply with all hosts. */
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    FanOut<DescribeReply> fanOut =
        new FanOut<>(
            (selected, to) ->
                dialer
                    .dial(selected.target())
                    .describe(
                        request.toBuilder()
                            .clearHosts()
                            .addAllHosts(below(selected))
                            .setPassed(request.getPassed() + 1)
                            .build(),
                        to),
            Questions::named,
            (host, problem) ->
                one(
                    HostDescription.newBuilder()
                        .setHost(host)
                        .setFailure(problem.failure())
                        .setMessage(problem.text())),
            new Joined(replies),
            Most.DESCRIPTION);
    run(fanOut, request.getPassed(), request.getHostsList(), replies);
  }

  private <R extends MessageLite> void run(
      FanOut<R> fanOut, int passed, List<String> hosts, StreamObserver<R> replies) {
    if (Passed.tooMany(passed)) {
      replies.onError(Passed.refusal());
      return;
    }
    try {
      fanOut.run(inventory.select(hosts), limit);
    } catch (TargetException e) {
      replies.onError(Status.NOT_FOUND.withDescription(e.getMessage()).asRuntimeException());
    }
  }

  private static List<String> below(Selected selected) {
    return selected.target().isCollector() ? selected.hosts() : List.of();
  }

  private static DescribeReply named(DescribeReply reply, String host) {
    return reply.getHostsCount() == 0 ? reply : one(reply.getHosts(0).toBuilder().setHost(host));
  }

  private static DescribeReply one(HostDescription.Builder host) {
    return DescribeReply.newBuilder().addHosts(host).build();
  }

  /** Many replies become the one that the call has. */
  private static final class Joined implements StreamObserver<DescribeReply> {
    private final StreamObserver<DescribeReply> to;
    private final DescribeReply.Builder all = DescribeReply.newBuilder();

    Joined(StreamObserver<DescribeReply> to) {
      this.to = to;
    }

    @Override
    public void onNext(DescribeReply reply) {
      all.mergeFrom(reply);
    }

    @Override
    public void onError(Throwable error) {
      to.onError(error);
    }

    @Override
    public void onCompleted() {
      to.onNext(all.build());
      to.onCompleted();
    }
  }
}
