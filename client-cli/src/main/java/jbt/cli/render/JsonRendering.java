package jbt.cli.render;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.server.merge.Datum;
import jbt.v1.FailedCall;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Mode;
import jbt.v1.ProbeResult;

/**
 * bpftrace's JSON, a record a line. With several hosts a record of one host says which, a merged
 * one how many hosts are in it and how many should be.
 */
public final class JsonRendering implements Rendering {
  /** File, line, column, message; the macros that it is expanded from are left out. */
  private static final Pattern PLACE =
      Pattern.compile(
          "(.*?):(\\d+):(\\d+)-\\d+: (?:ERROR|WARNING): (.*?)"
              + "(?:\n[^\n]*: (?:ERROR|WARNING): expanded from\n.*)?\n?",
          Pattern.DOTALL);

  private final boolean many;
  private final boolean perHost;
  private final boolean quiet;

  public JsonRendering(boolean many, boolean perHost, boolean quiet) {
    this.many = many;
    this.perHost = perHost;
    this.quiet = quiet;
  }

  @Override
  public void attached(Bytes out, int probes) {
    if (!quiet) {
      out.add("{\"type\": \"attached_probes\", \"count\": ")
          .add(probes)
          .add(", \"data\": {\"probes\": ")
          .add(probes)
          .add("}}\n");
    }
  }

  @Override
  public void lines(Bytes out, Lines lines) {
    ByteString text = lines.getText();
    int from = 0;
    for (int i = 0; i < lines.getLengthCount(); i++) {
      int to = Math.min(text.size(), from + lines.getLength(i));
      ByteString line = text.substring(from, to);
      if (Rendering.hasPlace(lines.getKind())) {
        trouble(out, lines.getKind(), line);
      } else {
        start(out, Rendering.type(lines.getKind()));
        JsonMap.string(out, data(lines.getKind(), line).toByteArray());
      }
      end(out, lines.getHost());
      from = to;
    }
  }

  /** Without the end of the line that only people need behind what the script asked for. */
  private static ByteString data(LineKind kind, ByteString line) {
    boolean ended = kind == LineKind.LINE_JOIN || kind == LineKind.LINE_SYSTEM;
    int last = line.size() - 1;
    return ended && last >= 0 && line.byteAt(last) == '\n' ? line.substring(0, last) : line;
  }

  /** Place and message apart. */
  private static void trouble(Bytes out, LineKind kind, ByteString line) {
    out.add("{\"type\": \"").add(Rendering.type(kind)).add("\", \"msg\": ");
    // A character for each byte, as they need not be UTF-8.
    Matcher place = PLACE.matcher(line.toString(StandardCharsets.ISO_8859_1));
    if (!place.matches()) {
      JsonMap.string(out, line.toByteArray());
      return;
    }
    JsonMap.string(out, place.group(4).getBytes(StandardCharsets.ISO_8859_1));
    out.add(", \"filename\": ");
    JsonMap.string(out, place.group(1).getBytes(StandardCharsets.ISO_8859_1));
    out.add(", \"line\": ").add(place.group(2)).add(", \"col\": ").add(place.group(3));
  }

  @Override
  public boolean isTrouble(LineKind kind) {
    return false;
  }

  @Override
  public void value(Bytes out, String host, Datum value) {
    start(out, "value");
    JsonMap.value(out, value);
    end(out, host);
  }

  @Override
  public void map(Bytes out, MapPrint print) {
    if (many && perHost) {
      print.table().byHost(print.host()).forEach((host, table) -> map(out, print, host, table));
    } else {
      map(out, print, print.host(), print.table());
    }
  }

  private void map(Bytes out, MapPrint print, String host, Table table) {
    if (table.rows().isEmpty()) {
      return;
    }
    start(out, JsonMap.type(table.schema().getKind()));
    JsonMap.data(out, table, print.top(), print.div());
    MapPrint.Place round = print.round();
    if (many && round != null) {
      out.add(", \"round\": ").add(round.slot());
      if (round.amends()) {
        out.add(", \"amends\": true");
      }
    }
    boolean merged = host.isEmpty() || !many;
    if (merged && (many || print.isPartial())) {
      hosts(out, print.hosts(), print.expected());
    } else if (print.unfinished().contains(host)) {
      hosts(out, 0, 1);
    }
    end(out, host);
  }

  private static void hosts(Bytes out, int hosts, int expected) {
    out.add(", \"hosts\": ").add(hosts).add(", \"hosts_expected\": ").add(expected);
  }

  @Override
  public void beforeFinal(Bytes out) {
    // Records need no space between them.
  }

  @Override
  public void results(Bytes out, Mode mode, Collection<HostReport> hosts) {
    for (HostReport host : hosts) {
      for (ProbeResult result : host.getResultsList()) {
        start(out, mode == Mode.MODE_TEST ? "test_result" : "benchmark_result");
        out.add('{');
        JsonMap.string(out, result.getName());
        if (mode == Mode.MODE_TEST) {
          out.add(": {\"duration\": ").add(Long.toString(result.getDurationNs()));
          out.add(", \"passed\": ").add(result.getCode() == 0 ? "true" : "false");
          out.add(", \"output\": ");
          JsonMap.string(out, result.getOutput().toByteArray());
        } else {
          out.add(": {\"average\": ").add(Long.toString(ResultText.average(result)));
          out.add(", \"iters\": ").add(Long.toString(result.getRuns()));
        }
        out.add("}}");
        end(out, host.getHost());
      }
    }
  }

  @Override
  public void failed(Bytes out, FailedCalls calls) {
    FailedCall call = calls.call();
    Matcher place = PLACE.matcher(call.getText().lines().findFirst().orElse(""));
    if (!place.matches()) {
      return;
    }
    out.add("{\"type\": \"helper_error\", \"msg\": ");
    JsonMap.string(out, place.group(4));
    out.add(", \"helper\": ");
    JsonMap.string(out, call.getHelper());
    out.add(", \"retcode\": ").add(Integer.toString(call.getCode())).add(", \"filename\": ");
    JsonMap.string(out, place.group(1));
    out.add(", \"line\": ").add(place.group(2)).add(", \"col\": ").add(place.group(3));
    out.add(", \"count\": ").add(Long.toString(call.getCount()));
    if (many) {
      names(out, "hosts", List.copyOf(calls.hosts()));
    }
    out.add("}\n");
  }

  @Override
  public void summary(Bytes out, Summary summary) {
    long lost = summary.lost();
    if (lost > 0) {
      out.add("{\"type\": \"lost_events\", \"count\": ")
          .add(lost)
          .add(", \"data\": {\"events\": ")
          .add(lost)
          .add("}}\n");
    }
    if (!many) {
      return;
    }
    start(out, "summary");
    out.add("{\"expected\": ").add(summary.hosts().size());
    names(out, "reporting", summary.reporting());
    names(out, "failed", summary.in(HostState.HOST_FAILED));
    names(out, "refused", summary.in(HostState.HOST_REFUSED));
    names(out, "unreachable", summary.in(HostState.HOST_UNREACHABLE));
    names(out, "not_connected", summary.in(HostState.HOST_CONNECTING));
    names(out, "lost", summary.in(HostState.HOST_LOST));
    names(out, "unfinished", summary.unfinished());
    late(out, summary);
    out.add(", \"window_ns\": ").add(summary.windowNanos());
    losses(out, summary);
    counts(out, "joined_rounds", summary.joined());
    skipped(out, summary);
    messages(out, summary);
    out.add("}}\n");
  }

  private static void late(Bytes out, Summary summary) {
    out.add(", \"late_ns\": {");
    String separator = "";
    for (Map.Entry<String, Long> host : summary.late().entrySet()) {
      out.add(separator);
      JsonMap.string(out, host.getKey());
      out.add(": ").add(host.getValue());
      separator = ", ";
    }
    out.add('}');
  }

  private static void losses(Bytes out, Summary summary) {
    out.add(", \"loss\": [");
    String separator = "";
    for (Summary.LossLine loss : summary.losses()) {
      out.add(separator).add("{\"source\": ");
      JsonMap.string(out, loss.cause());
      if (!loss.detail().isEmpty()) {
        out.add(", \"detail\": ");
        JsonMap.string(out, loss.detail());
      }
      // A kernel that can't tell is null, not 0.
      out.add(", \"count\": ").add(loss.known() ? Long.toString(loss.count()) : "null");
      names(out, "hosts", List.copyOf(loss.hosts()));
      out.add('}');
      separator = ",";
    }
    List<String> unknown = summary.withoutAccount();
    if (!unknown.isEmpty()) {
      out.add(separator).add("{\"source\": \"no final report\", \"count\": null");
      names(out, "hosts", unknown);
      out.add('}');
    }
    out.add(']');
  }

  private static void skipped(Bytes out, Summary summary) {
    out.add(", \"skipped_ticks\": [");
    String separator = "";
    for (Map.Entry<String, Summary.Skipped> map : summary.skipped().entrySet()) {
      out.add(separator).add("{\"map\": ");
      JsonMap.string(out, map.getKey());
      out.add(", \"count\": ").add(map.getValue().count());
      names(out, "hosts", List.copyOf(map.getValue().hosts()));
      out.add('}');
      separator = ",";
    }
    out.add(']');
  }

  private static void messages(Bytes out, Summary summary) {
    out.add(", \"messages\": {");
    String separator = "";
    for (HostReport host : summary.hosts()) {
      if (!host.getMessage().isEmpty()) {
        out.add(separator);
        JsonMap.string(out, host.getHost());
        out.add(": ");
        JsonMap.string(out, host.getMessage());
        separator = ", ";
      }
    }
    out.add('}');
  }

  private static void counts(Bytes out, String name, Map<String, Long> counts) {
    out.add(", \"" + name + "\": ").add(Summary.sum(counts.values()));
  }

  private static void names(Bytes out, String name, List<String> hosts) {
    out.add(", \"" + name + "\": [");
    for (int i = 0; i < hosts.size(); i++) {
      if (i > 0) {
        out.add(',');
      }
      JsonMap.string(out, hosts.get(i));
    }
    out.add(']');
  }

  private static void start(Bytes out, String type) {
    out.add("{\"type\": \"").add(type).add("\", \"data\": ");
  }

  private void end(Bytes out, String host) {
    if (many && !host.isEmpty()) {
      out.add(", \"host\": ");
      JsonMap.string(out, host);
    }
    out.add("}\n");
  }
}
