package jbt.daemon.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;
import jbt.daemon.text.LineFormat;
import jbt.daemon.text.Strftime;
import jbt.daemon.values.Bytes;
import jbt.daemon.values.Canonical;
import jbt.kernel.Records;
import jbt.kernel.sys.Clock;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Packets;
import jbt.v1.TraceReply;
import jbt.v1.Value;
import org.jspecify.annotations.Nullable;

/**
 * Records of the data ring as text and values: filled by one reading of the ring, then handed on in
 * pieces, merged with the control records by time.
 */
final class DataBatch implements Records {
  /** A message's text is at most about this long. */
  private static final int MESSAGE = 128 << 10;

  /** Kinds of lines are negative: one less than the negated number on the wire. */
  private static final int TIMES = -1 - LineKind.LINE_TIME_VALUE;

  private static final int SYSTEM = -1 - LineKind.LINE_SYSTEM_VALUE;
  private static final int CAT = -1 - LineKind.LINE_CAT_VALUE;

  /** A command with text in it that a shell would not take as text. */
  private static final int REFUSED = Integer.MIN_VALUE;

  private static final int PACKETS = Integer.MIN_VALUE + 1;

  private final String host;
  private final List<Site> sites;
  private final @Nullable LineFormat[] formats;
  private final Canonical canonical;
  private final List<Integer> places;
  private final Commands commands;
  private final Bytes bytes = new Bytes(MESSAGE);

  /** Wall clock less CLOCK_BOOTTIME. */
  private final long wallOffsetNs = Clock.wallOffsetNanos();

  /**
   * For each record: when, where its bytes end, a kind of lines or the place of the value's site.
   */
  private long[] times = new long[1024];

  private int[] ends = new int[1024];
  private int[] kinds = new int[1024];
  private int[] siteIndexes = new int[1024];
  private int count;
  private int next;

  DataBatch(String host, Plan plan, Canonical canonical, List<Integer> places, Commands commands) {
    this.host = host;
    this.commands = commands;
    this.sites = plan.sites();
    this.canonical = canonical;
    this.places = places;
    this.formats = new LineFormat[sites.size()];
    for (int i = 0; i < formats.length; i++) {
      if (sites.get(i) instanceof Site.Printf printf) {
        formats[i] = new LineFormat(printf, canonical);
      }
    }
  }

  @Override
  public void record(ByteBuffer ring, int at, int length) {
    int site = ring.getInt(at + 8);
    LineFormat format = formats[site];
    if (format != null) {
      format.append(ring, at + Control.HEADER, bytes);
      int kind = kind((Site.Printf) sites.get(site));
      add(ring.getLong(at), site, kind == SYSTEM && !format.isPlain() ? REFUSED : kind);
      return;
    }
    switch (sites.get(site)) {
      case Site.Time time -> {
        bytes.put(Strftime.now(time.format()).getBytes(StandardCharsets.ISO_8859_1));
        add(ring.getLong(at), site, TIMES);
      }
      case Site.Packet packet -> {
        appendPacket(ring, at);
        add(ring.getLong(at), site, PACKETS);
      }
      case Site.Value value -> {
        appendValue(value.type(), ring, at + Control.HEADER);
        add(ring.getLong(at), site, places.get(site));
      }
      default -> throw new IllegalStateException("no data record: " + sites.get(site));
    }
  }

  private static int kind(Site.Printf printf) {
    LineKind kind =
        switch (printf.use()) {
          case PRINT -> LineKind.LINE_PRINTF;
          case ERROR -> LineKind.LINE_ERROR;
          case WARNING -> LineKind.LINE_WARNING;
          case JOIN -> LineKind.LINE_JOIN;
          case SYSTEM -> LineKind.LINE_SYSTEM;
          case CAT -> LineKind.LINE_CAT;
        };
    return -1 - kind.getNumber();
  }

  private void appendValue(Type type, ByteBuffer ring, int at) {
    if (type instanceof Type.Str str) {
      int length = (int) ring.getLong(at);
      canonical.appendText(ring, at + Long.BYTES, length, str.size(), bytes);
    } else {
      canonical.append(type, ring, at, bytes);
    }
  }

  private void appendPacket(ByteBuffer ring, int at) {
    long time = ring.getLong(at) + wallOffsetNs;
    int kept = (int) ring.getLong(at + Control.HEADER + Long.BYTES);
    int skipped = ring.getInt(at + Control.HEADER - Integer.BYTES);
    bytes.putInt((int) (time / 1_000_000_000));
    bytes.putInt((int) (time % 1_000_000_000));
    bytes.putInt(kept);
    bytes.putInt((int) ring.getLong(at + Control.HEADER));
    bytes.put(ring, at + Control.HEADER + 2 * Long.BYTES + skipped, kept);
  }

  private void add(long time, int site, int kind) {
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      kinds = Arrays.copyOf(kinds, 2 * count);
      siteIndexes = Arrays.copyOf(siteIndexes, 2 * count);
    }
    times[count] = time;
    siteIndexes[count] = site;
    ends[count] = bytes.size();
    kinds[count++] = kind;
  }

  /**
   * Hands on everything that happened before a record of the control ring. All records of a run
   * carry one time; within a run, sites are numbered in the order of the script.
   */
  void takeBefore(Control control, Output output) {
    takeBefore(control.time(), control.siteIndex(), output);
  }

  /** Hands on the rest. */
  void takeAll(Output output) {
    takeBefore(Long.MAX_VALUE, 0, output);
  }

  private boolean isBefore(long time, int site) {
    return times[next] < time || (times[next] == time && siteIndexes[next] < site);
  }

  private void takeBefore(long time, int site, Output output) {
    while (next < count && isBefore(time, site)) {
      int kind = kinds[next];
      if (kind >= 0) {
        output.add(
            TraceReply.newBuilder()
                .setValue(
                    Value.newBuilder()
                        .setHost(host)
                        .setSite(kind)
                        .setValue(bytes.copy(start(next), ends[next])))
                .build());
        next++;
      } else if (kind == SYSTEM || kind == CAT || kind == REFUSED) {
        String text = bytes.copy(start(next), ends[next]).toStringUtf8();
        String place = ((Site.Printf) sites.get(siteIndexes[next])).place();
        output.add(
            kind == REFUSED
                ? commands.refused(place, text)
                : commands.begin(LineKind.forNumber(-1 - kind), place, text));
        next++;
      } else if (kind == PACKETS) {
        takePackets(time, site, output);
      } else {
        takeLines(kind, time, site, output);
      }
    }
    if (next == count) {
      bytes.clear();
      count = 0;
      next = 0;
    }
  }

  private void takePackets(long time, int site, Output output) {
    int first = next;
    int place = siteIndexes[first];
    while (isNext(first, time, site) && siteIndexes[next] == place) {
      next++;
    }
    output.add(
        TraceReply.newBuilder()
            .setPackets(
                Packets.newBuilder()
                    .setHost(host)
                    .setFile(((Site.Packet) sites.get(place)).file())
                    .setCount(next - first)
                    .setRecords(bytes.copy(start(first), ends[next - 1])))
            .build());
  }

  /** Whether the next record goes into one message with those from {@code first} on. */
  private boolean isNext(int first, long time, int site) {
    return next < count
        && kinds[next] == kinds[first]
        && isBefore(time, site)
        && (next == first || ends[next] - start(first) <= MESSAGE);
  }

  private void takeLines(int kind, long time, int site, Output output) {
    int first = next;
    int start = start(first);
    Lines.Builder lines = Lines.newBuilder().setHost(host).setKindValue(-1 - kind);
    while (isNext(first, time, site)) {
      lines.addLength(ends[next] - start(next));
      next++;
    }
    lines.setText(bytes.copy(start, ends[next - 1]));
    output.add(TraceReply.newBuilder().setLines(lines).build());
  }

  private int start(int record) {
    return record == 0 ? 0 : ends[record - 1];
  }
}
