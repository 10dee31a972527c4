package jbt.daemon.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.SystemNames;
import jbt.daemon.values.Bytes;
import jbt.daemon.values.Canonical;
import jbt.kernel.symbols.ControlGroups;
import jbt.kernel.symbols.KernelSymbols;
import jbt.kernel.symbols.Symbol;
import jbt.kernel.sys.Clock;
import jbt.kernel.sys.SystemCallException;

/** Symbolic values as this host's people know them. */
public final class HostSymbols implements Canonical.Symbols, AutoCloseable {
  private static final Path PASSWD = Path.of("/etc/passwd");
  private static final int INET6 = 10;

  /** A time that is later than this, in 31 years without a restart, is of the wall clock. */
  private static final long SINCE_1970 = 1_000_000_000_000_000_000L;

  private static final int GROUPS = 8;

  private final KernelSymbols kernel = KernelSymbols.ofThisHost();
  private final WatchedProcesses users;
  private final StackTexts stacks;
  private final ControlGroups controlGroups = new ControlGroups();

  /** Wall clock less CLOCK_BOOTTIME. */
  private final long wallOffsetNs;

  private final Map<Long, String> userNames = new HashMap<>();

  /**
   * @param stacks where the session's stacks are
   * @param ofProcesses functions of processes will be asked for, also when these have ended
   * @param readable functions are shown as their languages write them
   */
  public HostSymbols(StackTexts.Source stacks, boolean ofProcesses, boolean readable) {
    this.users = new WatchedProcesses(readable);
    if (ofProcesses) {
      users.watch();
    }
    this.stacks = new StackTexts(stacks, kernel, users);
    this.wallOffsetNs = Clock.wallOffsetNanos();
  }

  /** Stops watching processes. */
  @Override
  public void close() {
    users.close();
  }

  @Override
  public void put(Meaning meaning, ByteBuffer from, int at, Bytes to) {
    switch (meaning) {
      case Meaning.Id(Meaning.Id.Kind kind) -> to.put(number(kind, from.getLong(at)));
      case Meaning.Timestamp(String format) -> put(time(format, from.getLong(at)), to);
      case Meaning.MixedTimestamp(List<String> formats) ->
          put(time(format(formats, from.getLong(at + 8)), from.getLong(at)), to);
      case Meaning.CgroupPath(String pattern) ->
          to.put(controlGroups.path(from.getLong(at), pattern).orElse(""));
      case Meaning.InternetAddress _ -> to.put(address(from, at));
      case Meaning.KernelSymbol _ -> {
        long address = from.getLong(at);
        to.put(kernel.find(address).map(Symbol::name).orElseGet(() -> hex(address)));
      }
      case Meaning.Stack stack ->
          to.put(stacks.text(stack, from.getLong(at), from.getLong(at + 8)));
      case Meaning.UserSymbol _ -> {
        long address = from.getLong(at);
        int process = (int) from.getLong(at + 8);
        to.put(users.find(process, address).map(Symbol::name).orElseGet(() -> hex(address)));
      }
    }
  }

  private static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }

  private String number(Meaning.Id.Kind kind, long value) {
    return switch (kind) {
      case ERROR -> SystemCallException.text(Math.abs((int) value));
      case SIGNAL -> SystemNames.signal(value).orElseGet(() -> Long.toString(value));
      case SYSTEM_CALL -> SystemNames.systemCall(value).orElseGet(() -> Long.toString(value));
      case USER -> userNames.computeIfAbsent(value, HostSymbols::user);
      case MAC_ADDRESS -> macAddress(value);
    };
  }

  private static String user(long id) {
    try {
      for (String line : Files.readAllLines(PASSWD, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(":", -1);
        if (fields.length > 2 && fields[2].equals(Long.toString(id))) {
          return fields[0];
        }
      }
    } catch (IOException e) {
      // A host without the file has no names.
    }
    return Long.toString(id);
  }

  private static String macAddress(long bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      text.append(i > 0 ? ":" : "").append("%02X".formatted(bytes >>> (8 * i) & 0xff));
    }
    return text.toString();
  }

  /** One of them also for what nothing was put in. */
  private static String format(List<String> formats, long number) {
    return formats.stream()
        .filter(format -> Meaning.MixedTimestamp.number(format) == number)
        .findFirst()
        .orElse(formats.getFirst());
  }

  private static void put(String latin1, Bytes to) {
    to.put(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String time(String format, long time) {
    long wall = time < SINCE_1970 ? time + wallOffsetNs : time;
    long second = TimeUnit.SECONDS.toNanos(1);
    Instant instant =
        Instant.ofEpochSecond(Math.floorDiv(wall, second), Math.floorMod(wall, second));
    return Strftime.precise(format, instant.atZone(ZoneId.systemDefault()));
  }

  private static String address(ByteBuffer from, int at) {
    if (from.getLong(at) != INET6) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 4; i++) {
        text.append(i > 0 ? "." : "").append(from.get(at + 8 + i) & 0xff);
      }
      return text.toString();
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (from.get(at + 8 + 2 * i) & 0xff) << 8 | (from.get(at + 9 + 2 * i) & 0xff);
    }
    return address(groups);
  }

  /** As inet_ntop(3): the longest run of zeros is left out, IPv4 inside is written as such. */
  static String address(int[] groups) {
    int best = -1;
    int bestLength = 1;
    for (int start = 0; start < GROUPS; start++) {
      int end = start;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - start > bestLength) {
        best = start;
        bestLength = end - start;
      }
    }
    boolean mapped = best == 0 && (bestLength == 6 || (bestLength == 5 && groups[5] == 0xffff));
    int last = mapped ? 6 : GROUPS;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < last; i++) {
      if (i == best) {
        text.append(i == 0 ? "::" : ":");
        i += bestLength - 1;
      } else {
        text.append(Integer.toHexString(groups[i])).append(i < GROUPS - 1 ? ":" : "");
      }
    }
    if (mapped) {
      text.append(groups[6] >> 8).append('.').append(groups[6] & 0xff);
      text.append('.').append(groups[7] >> 8).append('.').append(groups[7] & 0xff);
    }
    return text.toString();
  }
}
