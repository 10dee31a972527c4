package jbt.cli.render;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import jbt.server.merge.Datum;
import jbt.v1.HostReport;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Mode;
import org.jspecify.annotations.Nullable;

/** bpftrace's text for one host; with several, lines carry their host and sums their gaps. */
public final class TextRendering implements Rendering {
  private static final int COLOURS = 5;

  /** Bytes of a line that wait for its end. */
  private static final int LINE = 64 << 10;

  private final boolean many;
  private final boolean perHost;
  private final boolean escape;
  private final boolean colour;

  /** Beginnings of lines that are not finished, by host. */
  private final Map<String, Bytes> unfinished = new LinkedHashMap<>();

  /**
   * @param many several hosts
   * @param perHost maps stay apart, host by host
   * @param escape control characters are made visible, as a terminal needs it
   * @param colour hosts have colours
   */
  public TextRendering(boolean many, boolean perHost, boolean escape, boolean colour) {
    this.many = many;
    this.perHost = perHost;
    this.escape = escape;
    this.colour = colour;
  }

  @Override
  public void attached(Bytes out, int probes) {
    // bpftrace says so on standard error.
  }

  @Override
  public void lines(Bytes out, Lines lines) {
    byte[] text = lines.getText().toByteArray();
    if (many) {
      prefixed(out, lines.getHost(), text, true);
    } else {
      plain(out, text, 0, text.length);
    }
  }

  @Override
  public boolean isTrouble(LineKind kind) {
    return Rendering.hasPlace(kind);
  }

  @Override
  public void value(Bytes out, String host, Datum value) {
    Bytes text = new Bytes();
    TextMap.value(text, value);
    text.add('\n');
    block(out, host, text);
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
    Bytes text = new Bytes();
    TextMap.print(text, table, mark(print, host), print.top(), print.div());
    block(out, host, text);
  }

  @Override
  public void beforeFinal(Bytes out) {
    unfinished.forEach(
        (host, line) -> {
          line.add('\n');
          prefixed(out, host, line.toArray(), false);
        });
    unfinished.clear();
    out.add("\n\n");
  }

  @Override
  public void results(Bytes out, Mode mode, Collection<HostReport> hosts) {
    for (HostReport host : hosts) {
      Bytes text = new Bytes();
      if (mode == Mode.MODE_TEST) {
        ResultText.tests(text, host.getResultsList(), colour);
      } else {
        ResultText.benches(text, host.getResultsList());
      }
      block(out, host.getHost(), text);
    }
  }

  @Override
  public void failed(Bytes out, FailedCalls calls) {
    Message.print(out, many, escape, calls.hosts(), calls.text());
  }

  @Override
  public void summary(Bytes out, Summary summary) {
    // People read it on standard error.
  }

  /** What distinguishes this print from a complete one, after each of its values. */
  private String mark(MapPrint print, String host) {
    if (perHost) {
      return print.unfinished().contains(host) ? " (0/1 hosts)" : "";
    }
    MapPrint.Place round = print.round();
    if (round != null && round.amends()) {
      return " (amends round " + round.slot() + ")";
    }
    return print.isPartial() ? " (" + print.hosts() + "/" + print.expected() + " hosts)" : "";
  }

  private void block(Bytes out, String host, Bytes text) {
    byte[] bytes = text.toArray();
    if (many && !host.isEmpty()) {
      prefixed(out, host, bytes, false);
    } else {
      plain(out, bytes, 0, bytes.length);
    }
  }

  /** Every line with its host in front. A line that has no end yet may wait for it. */
  private void prefixed(Bytes out, String host, byte[] text, boolean wait) {
    byte[] prefix = prefix(host).toArray();
    int from = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '\n') {
        line(out, prefix, wait ? unfinished.remove(host) : null, text, from, i + 1);
        from = i + 1;
      }
    }
    if (from < text.length) {
      Bytes start = unfinished.computeIfAbsent(host, name -> new Bytes());
      start.add(text, from, text.length - from);
      if (start.length() > LINE) {
        line(out, prefix, unfinished.remove(host), new byte[] {'\n'}, 0, 1);
      }
    }
  }

  private void line(
      Bytes out, byte[] prefix, @Nullable Bytes start, byte[] text, int from, int to) {
    out.add(prefix);
    if (start != null) {
      byte[] beginning = start.toArray();
      plain(out, beginning, 0, beginning.length);
    }
    plain(out, text, from, to);
  }

  private Bytes prefix(String host) {
    if (!colour) {
      return Bytes.of(host + " | ");
    }
    // Green to cyan: red says error, and black or white is invisible for half the world.
    int number = 32 + Math.floorMod(host.hashCode(), COLOURS);
    return Bytes.of("\033[" + number + "m" + host + "\033[0m | ");
  }

  private void plain(Bytes out, byte[] text, int from, int to) {
    if (escape) {
      Utf8.escape(out, text, from, to);
    } else {
      out.add(text, from, to - from);
    }
  }
}
