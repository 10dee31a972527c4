package jbt.server.channels;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;

/** The service at the other end of a channel. */
record Remote(TracerGrpc.TracerStub stub) implements TracerGrpc.AsyncService {
  private static final long DESCRIBE_SECONDS = 5;
  private static final long LIST_SECONDS = 30;

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    return stub.trace(replies);
  }

  @Override
  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    stub.withDeadlineAfter(LIST_SECONDS, TimeUnit.SECONDS).listProbes(request, replies);
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    stub.withDeadlineAfter(DESCRIBE_SECONDS, TimeUnit.SECONDS).describe(request, replies);
  }
}
