package jbt.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.Failure;
import jbt.v1.HostDescription;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.NamedText;
import jbt.v1.TracerGrpc;
import org.junit.jupiter.api.Test;

/** What many hosts answer to one question is shown once, with those who differ. */
class ListingTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Screen screen = new Screen(out, err, false, false);

  private static TracerGrpc.AsyncService answering(List<ListProbesReply> replies) {
    return new TracerGrpc.AsyncService() {
      @Override
      public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> to) {
        replies.forEach(to::onNext);
        to.onCompleted();
      }
    };
  }

  private static ListProbesReply probes(String host, String... probes) {
    return ListProbesReply.newBuilder().setHost(host).addAllProbe(List.of(probes)).build();
  }

  private static ListProbesReply failure(String host, Failure failure, String message) {
    return ListProbesReply.newBuilder()
        .setHost(host)
        .setFailure(failure)
        .setMessage(message)
        .build();
  }

  private int list(ListProbesReply... replies) throws InterruptedException {
    ListProbesRequest request =
        ListProbesRequest.newBuilder()
            .addAllHosts(List.of(replies).stream().map(ListProbesReply::getHost).toList())
            .build();
    return Listing.run(answering(List.of(replies)), request, screen);
  }

  @Test
  void fullDiskIsTold() throws Exception {
    OutputStream full = new FailingOutput("No space left on device", 0);
    Screen screen = new Screen(full, err, false, false);
    ListProbesRequest request = ListProbesRequest.getDefaultInstance();
    assertThat(Listing.run(answering(List.of(probes("a", "kprobe:a"))), request, screen))
        .isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("ERROR: cannot write the output: No space left on device\n");
  }

  @Test
  void probesOfManyHosts() throws Exception {
    int code =
        list(
            probes("web01", "kprobe:a", "tracepoint:b:c\n    int x"),
            probes("web02", "tracepoint:b:c\n    int x"),
            probes("web03", "kprobe:a", "tracepoint:b:c\n    int x"));
    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("kprobe:a (only web[01,03])\ntracepoint:b:c\n    int x\n");
  }

  @Test
  void hostsThatDoNotAnswer() throws Exception {
    int code =
        list(
            probes("a", "kprobe:a"),
            failure("b", Failure.FAILURE_CONNECTION, "connection refused"),
            failure("c", Failure.FAILURE_KERNEL, "no tracefs"));
    assertThat(code).isEqualTo(Outcome.SOME_UNREACHABLE | Outcome.SOME_FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("kprobe:a\n");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("b: connection refused\nc: no tracefs\n");
  }

  @Test
  void aScriptWithAnErrorOnAllHostsIsOne() throws Exception {
    String error = "stdin:1:1-2: ERROR: no";
    assertThat(
            list(
                failure("a", Failure.FAILURE_SCRIPT, error),
                failure("b", Failure.FAILURE_SCRIPT, error)))
        .isEqualTo(Outcome.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("a,b: " + error + "\n");
  }

  private static HostDescription description(String host, String kernel, String kprobe) {
    return HostDescription.newBuilder()
        .setHost(host)
        .setVersion("1.2.3")
        .setKernel(kernel)
        .setArchitecture("amd64")
        .setCpus(4)
        .putFeatures("loop", "yes")
        .addProbeTypes(NamedText.newBuilder().setName("kprobe").setText(kprobe))
        .addHelpers(NamedText.newBuilder().setName("ktime_get_ns").setText("yes"))
        .build();
  }

  @Test
  void whatHostsCanDo() throws Exception {
    TracerGrpc.AsyncService service =
        new TracerGrpc.AsyncService() {
          @Override
          public void describe(DescribeRequest request, StreamObserver<DescribeReply> to) {
            to.onNext(
                DescribeReply.newBuilder()
                    .addHosts(description("a", "6.1.0", "no"))
                    .addHosts(description("b", "6.12.0", "yes"))
                    .addHosts(description("c", "6.12.0", "yes"))
                    .addHosts(
                        HostDescription.newBuilder()
                            .setHost("d")
                            .setFailure(Failure.FAILURE_CONNECTION)
                            .setMessage("connection refused"))
                    .build());
            to.onCompleted();
          }
        };
    assertThat(Description.run(service, List.of("a", "b", "c", "d"), screen))
        .isEqualTo(Outcome.SOME_UNREACHABLE);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            System
              version: 1.2.3
              kernel: 6.1.0 (a), 6.12.0 (b,c)
              architecture: amd64
              processors: 4

            Probe types
              kprobe: no (a), yes (b,c)

            Kernel features
              loop: yes

            Kernel helpers
              ktime_get_ns: yes
            """);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("d: connection refused\n");
  }
}
