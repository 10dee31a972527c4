package jbt.server.service;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.HexFormat;
import java.util.function.Consumer;
import jbt.transport.PeerGate;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.Start;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;

/** One line for each start and end of a session: who, which hosts, which script, how it ended. */
final class Journal implements TracerGrpc.AsyncService {
  private static final int MAX_TEXT = 400;

  private final TracerGrpc.AsyncService service;
  private final Consumer<String> lines;

  Journal(TracerGrpc.AsyncService service, Consumer<String> lines) {
    this.service = service;
    this.lines = lines;
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    String who = String.valueOf(PeerGate.PEER.get());
    StreamObserver<TraceRequest> requests = service.trace(replies);
    return new StreamObserver<>() {
      private String session = "without start";

      @Override
      public void onNext(TraceRequest request) {
        if (request.hasStart()) {
          Start start = request.getStart();
          session = "session " + HexFormat.of().formatHex(start.getSession().toByteArray());
          lines.accept(
              "start: %s, %s, hosts %s, script %s"
                  .formatted(
                      session,
                      who,
                      plain(String.join(",", start.getHostsList())),
                      plain(start.getScript())));
        }
        requests.onNext(request);
      }

      @Override
      public void onError(Throwable error) {
        lines.accept(
            "end: %s, %s, %s".formatted(session, who, Status.fromThrowable(error).getCode()));
        requests.onError(error);
      }

      @Override
      public void onCompleted() {
        lines.accept("end: %s, %s, complete".formatted(session, who));
        requests.onCompleted();
      }
    };
  }

  /** On one line, without control characters, not too long. */
  static String plain(String text) {
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .limit(MAX_TEXT)
        .forEach(c -> plain.appendCodePoint(Character.isISOControl(c) || c == 0x2028 ? ' ' : c));
    return text.length() > MAX_TEXT ? plain + "..." : plain.toString();
  }

  @Override
  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    service.listProbes(request, replies);
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    service.describe(request, replies);
  }
}
