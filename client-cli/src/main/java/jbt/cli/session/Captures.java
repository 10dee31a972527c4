package jbt.cli.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.server.merge.Sound;
import jbt.v1.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Files of packets, in the form of pcap with times in nanoseconds and packets that begin with their
 * IP header. What a host sends can't make one: only a file that the script itself names is written,
 * and of those that exist only one that is such a file already.
 */
final class Captures implements AutoCloseable {
  private static final Pattern CALL =
      Pattern.compile(
          "skboutput\\s*\\(\\s*(?:\"([^\"\\\\\n]+)\"|(?:str\\s*\\(\\s*)?\\$([0-9]{1,4}))");

  private static final int MAGIC = 0xa1b23c4d;
  private static final Set<Integer> MAGICS =
      Set.of(MAGIC, Integer.reverseBytes(MAGIC), 0xa1b2c3d4, 0xd4c3b2a1);
  private static final int LONGEST_PACKET = 262_144;

  /** Packets are IPv4 or IPv6: link type RAW. */
  private static final int RAW = 101;

  private final Set<String> named = new LinkedHashSet<>();
  private final Map<String, FileChannel> open = new LinkedHashMap<>();

  Captures(String script, Parameters parameters) {
    find(script, parameters.positional());
    parameters.imports().values().forEach(text -> find(text, parameters.positional()));
  }

  private void find(String script, List<String> arguments) {
    Matcher call = CALL.matcher(script);
    while (call.find()) {
      @Nullable String literal = call.group(1);
      int number = literal == null ? Integer.parseInt(call.group(2)) : 0;
      if (literal != null) {
        named.add(literal);
      } else if (number > 0 && number <= arguments.size()) {
        named.add(arguments.get(number - 1));
      }
    }
  }

  void add(Packets packets) throws IOException {
    Sound.packets(packets);
    @Nullable FileChannel file = open.get(packets.getFile());
    if (file == null) {
      file = open(packets.getFile());
      open.put(packets.getFile(), file);
    }
    write(file, packets.getRecords().asReadOnlyByteBuffer());
  }

  private FileChannel open(String name) throws IOException {
    if (!named.contains(name)) {
      throw new IOException("the script has no skboutput(\"" + name + "\", ...)");
    }
    Path path = Path.of(name);
    boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    if (there && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(name + " is no plain file");
    }
    @Nullable Path folder = path.getParent();
    if (folder != null && Files.notExists(folder)) {
      throw new IOException(name + ": there is no directory " + folder);
    }
    FileChannel file =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
    if (file.size() > 0 && !isCapture(file)) {
      file.close();
      throw new IOException(name + " is there and has something else than packets in it");
    }
    file.truncate(0);
    write(file, header());
    return file;
  }

  private static boolean isCapture(FileChannel file) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(Integer.BYTES);
    return file.read(start, 0) == Integer.BYTES && MAGICS.contains(start.getInt(0));
  }

  private static ByteBuffer header() {
    return ByteBuffer.allocate(24)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putShort((short) 2)
        .putShort((short) 4)
        .putLong(0)
        .putInt(LONGEST_PACKET)
        .putInt(RAW)
        .flip();
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  /** Those that no packet came for, and that are what they were before. */
  List<String> untouched() {
    return named.stream().filter(name -> !open.containsKey(name)).toList();
  }

  @Override
  public void close() throws IOException {
    for (FileChannel file : open.values()) {
      file.close();
    }
  }
}
