package jbt.cli.session;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import jbt.cli.render.Bytes;
import jbt.server.targets.FoldedNames;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.Failure;
import jbt.v1.HostDescription;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** What hosts can do: a line a fact, and where hosts differ who has which. */
public final class Description implements StreamObserver<DescribeReply> {
  private final CountDownLatch done = new CountDownLatch(1);
  private final List<HostDescription> hosts = new ArrayList<>();
  private @Nullable Throwable failure;

  private Description() {}

  /**
   * Asks and prints.
   *
   * @param hosts named ones; empty for this host
   * @return the exit code
   */
  public static int run(TracerGrpc.AsyncService service, List<String> hosts, Screen screen)
      throws InterruptedException {
    Description description = new Description();
    service.describe(DescribeRequest.newBuilder().addAllHosts(hosts).build(), description);
    description.done.await();
    return description.print(hosts.size() > 1, screen);
  }

  private synchronized int print(boolean many, Screen screen) throws InterruptedException {
    Outbox outbox = new Outbox(screen.out(), screen.err(), () -> {});
    Notices notices = new Notices(many, screen.errTerminal());
    Map<String, Map<String, Map<String, List<String>>>> facts = new LinkedHashMap<>();
    int code = Outcome.OK;
    for (HostDescription host : hosts) {
      if (host.getFailure() == Failure.FAILURE_NONE) {
        add(facts, host);
      } else {
        notices.add(
            host.getHost(),
            Broken.told(many, host.getHost(), host.getFailure(), host.getMessage()));
        code |=
            host.getFailure() == Failure.FAILURE_CONNECTION
                ? Outcome.SOME_UNREACHABLE
                : Outcome.SOME_FAILED;
      }
    }
    Bytes out = new Bytes(4096);
    facts.forEach((section, values) -> section(out, section, values));
    outbox.offer(out, Long.MAX_VALUE / 1_000_000);
    outbox.note(notices.take());
    if (failure != null) {
      code = Broken.report(outbox, failure, hosts.isEmpty());
    }
    return outbox.finish(code);
  }

  private static void section(
      Bytes out, String name, Map<String, Map<String, List<String>>> values) {
    out.add(out.isEmpty() ? "" : "\n").add(name).add('\n');
    values.forEach(
        (fact, hosts) -> {
          out.add("  ").add(fact).add(": ");
          String separator = "";
          for (Map.Entry<String, List<String>> value : hosts.entrySet()) {
            out.add(separator).add(value.getKey());
            if (hosts.size() > 1) {
              out.add(" (").add(FoldedNames.fold(value.getValue())).add(")");
            }
            separator = ", ";
          }
          out.add('\n');
        });
  }

  /** Section, fact, value, hosts. */
  private static void add(
      Map<String, Map<String, Map<String, List<String>>>> facts, HostDescription host) {
    add(facts, host, "System", "version", host.getVersion());
    add(facts, host, "System", "kernel", host.getKernel());
    add(facts, host, "System", "architecture", host.getArchitecture());
    add(facts, host, "System", "processors", Integer.toString(host.getCpus()));
    new TreeMap<>(host.getLabelsMap())
        .forEach((name, value) -> add(facts, host, "Labels", name, value));
    host.getProbeTypesList()
        .forEach(type -> add(facts, host, "Probe types", type.getName(), type.getText()));
    new TreeMap<>(host.getFeaturesMap())
        .forEach((name, value) -> add(facts, host, "Kernel features", name, value));
    host.getHelpersList()
        .forEach(helper -> add(facts, host, "Kernel helpers", helper.getName(), helper.getText()));
  }

  private static void add(
      Map<String, Map<String, Map<String, List<String>>>> facts,
      HostDescription host,
      String section,
      String fact,
      String value) {
    facts
        .computeIfAbsent(section, name -> new LinkedHashMap<>())
        .computeIfAbsent(fact, name -> new TreeMap<>())
        .computeIfAbsent(value, name -> new ArrayList<>())
        .add(host.getHost());
  }

  @Override
  public synchronized void onNext(DescribeReply reply) {
    hosts.addAll(reply.getHostsList());
  }

  @Override
  public synchronized void onError(Throwable error) {
    failure = error;
    done.countDown();
  }

  @Override
  public void onCompleted() {
    done.countDown();
  }
}
