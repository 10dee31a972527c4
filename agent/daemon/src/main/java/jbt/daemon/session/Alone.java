package jbt.daemon.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jbt.compiler.plan.Attachment;
import jbt.kernel.LoadedPlan;
import jbt.v1.Mode;
import jbt.v1.ProbeResult;

/** The probes of test and bench, which nothing in the kernel starts. */
final class Alone {
  private static final long BENCH_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private Alone() {}

  /**
   * Runs those of the mode one after another, in the order of the script.
   *
   * @param filter of their names
   */
  static List<ProbeResult> run(Mode mode, NameFilter filter, LoadedPlan loaded, Tracing tracing) {
    List<ProbeResult> results = new ArrayList<>();
    for (Attachment attachment : loaded.plan().attachments()) {
      switch (attachment.point()) {
        case Attachment.Point.Test test
            when mode == Mode.MODE_TEST && filter.finds(attachment, test.name()) ->
            results.add(test(test.name(), attachment, loaded, tracing));
        case Attachment.Point.Bench bench
            when mode == Mode.MODE_BENCH && filter.finds(attachment, bench.name()) ->
            results.add(bench(bench.name(), attachment, loaded, tracing));
        default -> {}
      }
    }
    return results;
  }

  private static ProbeResult test(
      String name, Attachment attachment, LoadedPlan loaded, Tracing tracing) {
    long began = System.nanoTime();
    int code = loaded.runAlone(attachment);
    long took = System.nanoTime() - began;
    Aside said = tracing.readAside();
    return ProbeResult.newBuilder()
        .setName(name)
        .setCode(code == 0 && said.hasError() ? 1 : code)
        .setRuns(1)
        .setDurationNs(took)
        .setOutput(said.text())
        .build();
  }

  private static ProbeResult bench(
      String name, Attachment attachment, LoadedPlan loaded, Tracing tracing) {
    LoadedPlan.ProgramStatistics ran = loaded.runRepeatedly(attachment, BENCH_NS);
    tracing.readAside();
    return ProbeResult.newBuilder()
        .setName(name)
        .setRuns(ran.runs())
        .setDurationNs(ran.runTimeNs())
        .build();
  }
}
