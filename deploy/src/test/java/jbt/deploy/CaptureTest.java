package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jbt.deploy.fleet.LocalRun;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of packets holds what was sent, in a network that the traced program makes itself. */
@Tag("kernel")
class CaptureTest {
  private static final int HEADERS = 28;
  private static final int LONGEST = 16_000;
  private static final byte UDP = 17;

  @TempDir private Path folder;

  /** {@code bytes}: a character for each. */
  private record Packet(long time, int length, String bytes) {
    ByteBuffer content() {
      return ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private static List<Packet> packets(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isEqualTo(0xa1b23c4d);
    assertThat(List.of(in.getShort(), in.getShort())).isEqualTo(List.of((short) 2, (short) 4));
    assertThat(in.getLong()).isZero();
    assertThat(in.getInt()).isGreaterThan(LONGEST);
    assertThat(in.getInt()).isEqualTo(101);
    List<Packet> all = new ArrayList<>();
    while (in.hasRemaining()) {
      long time = in.getInt() * 1_000_000_000L + in.getInt();
      byte[] bytes = new byte[in.getInt()];
      int length = in.getInt();
      in.get(bytes);
      all.add(new Packet(time, length, new String(bytes, StandardCharsets.ISO_8859_1)));
    }
    return all;
  }

  /** A command that sends datagrams of so many bytes of one letter. */
  private String sender(int... lengths) throws IOException {
    StringBuilder script = new StringBuilder("ip link set lo up\n");
    for (int length : lengths) {
      script.append("head -c %d /dev/zero | tr '\\0' x >text\n".formatted(length));
      script.append("dd if=text bs=%d status=none >/dev/udp/127.0.0.1/9\n".formatted(length));
    }
    Path file = folder.resolve("send.sh");
    Files.writeString(file, "cd " + folder + "\n" + script);
    return "/usr/bin/unshare -n /bin/bash " + file;
  }

  private LocalRun run(String call, int... lengths) throws Exception {
    return run("rawtracepoint:netif_rx", call, lengths);
  }

  private LocalRun run(String probe, String call, int... lengths) throws Exception {
    // Port 9 in network order; answers that nobody listens there are ICMP.
    String script =
        probe
            + " /comm == \"dd\" && *(args.skb->data + 9) == 17 &&"
            + " *(uint16*)(args.skb->data + 22) == 0x900/ { printf(\"%d\\n\", "
            + call
            + "); }";
    return LocalRun.of(List.of("-q", "-e", script, "-c", sender(lengths)), () -> {});
  }

  @Test
  void holdsWhatWasSent() throws Exception {
    Path file = folder.resolve("out.pcap");
    long before = nanos();
    LocalRun run =
        run("skboutput(\"%s\", args.skb, args.skb->len, 0)".formatted(file), 5, 1400, 60_000);
    long after = nanos();
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo("0\n0\n0");
    checkAll(packets(file), before, after);
  }

  /** What the kernel has in several pieces, too. */
  private static void checkAll(List<Packet> packets, long before, long after) {
    assertThat(packets)
        .extracting(Packet::length)
        .containsExactly(5 + HEADERS, 1400 + HEADERS, 60_000 + HEADERS);
    for (Packet packet : packets) {
      assertThat(packet.bytes).hasSize(packet.length);
      ByteBuffer bytes = packet.content();
      assertThat(bytes.get(0)).isEqualTo((byte) 0x45);
      assertThat(bytes.getShort(2)).isEqualTo((short) packet.length);
      assertThat(bytes.get(9)).isEqualTo(UDP);
      assertThat(bytes.getInt(12)).isEqualTo(0x7f000001);
      assertThat(bytes.getInt(16)).isEqualTo(0x7f000001);
      assertThat(bytes.getShort(22)).isEqualTo((short) 9);
      assertThat(bytes.getShort(24)).isEqualTo((short) (packet.length - 20));
      assertThat(packet.bytes.substring(HEADERS))
          .isEqualTo("x".repeat(packet.bytes.length() - HEADERS));
      assertThat(packet.time).isBetween(before, after);
    }
  }

  @Test
  void holdsWhatFunctionsOfTheKernelGet() throws Exception {
    Path file = folder.resolve("function.pcap");
    long before = nanos();
    LocalRun run =
        run(
            "fentry:__netif_rx",
            "skboutput(\"%s\", args.skb, args.skb->len, 0)".formatted(file),
            5,
            1400,
            60_000);
    Assumptions.assumeFalse(run.err().contains("this kernel refuses"), run.err());
    assertThat(run.exitCode()).as(run.err()).isZero();
    checkAll(packets(file), before, nanos());
  }

  @Test
  void holdsTheFirstPieceOfWhatTheProgramReads() throws Exception {
    Path file = folder.resolve("pieces.pcap");
    String probe = "rawtracepoint:netif_rx";
    String read = "skboutput(\"%s\", (struct sk_buff *)(uint64)args.skb, 20000, 0)".formatted(file);
    LocalRun run = run(probe, read, 5, 20_000);
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Packet> packets = packets(file);
    assertThat(packets).extracting(Packet::length).containsExactly(5 + HEADERS, 20_000 + HEADERS);
    assertThat(packets.get(0).bytes).hasSize(5 + HEADERS);
    // How long it is is up to the kernel.
    assertThat(packets.get(1).bytes).hasSizeBetween(HEADERS, LONGEST);
  }

  @Test
  void countsWhatFoundNoRoom() throws Exception {
    Path file = folder.resolve("lost.pcap");
    String many =
        "for ($i : 0..100) { skboutput(\"%s\", args.skb, args.skb->len, 0); }".formatted(file);
    String script =
        "rawtracepoint:netif_rx /comm == \"dd\" && args.skb->len > 60000/ { " + many + " }";
    LocalRun run = LocalRun.of(List.of("-q", "-e", script, "-c", sender(60_000)), () -> {});
    assertThat(run.exitCode()).as(run.err()).isZero();
    int kept = packets(file).size();
    assertThat(kept).isBetween(1, 99);
    assertThat(run.err()).contains("" + (100 - kept));
  }

  private static long nanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  @Test
  void keepsAsMuchAsIsAskedBehindTheOffset() throws Exception {
    Path file = folder.resolve("some.pcap");
    LocalRun run = run("skboutput(\"%s\", args.skb, 6, 24)".formatted(file), 300);
    assertThat(run.exitCode()).as(run.err()).isZero();
    List<Packet> packets = packets(file);
    assertThat(packets).hasSize(1);
    assertThat(packets.getFirst().length).isEqualTo(300 + HEADERS - 24);
    ByteBuffer bytes = packets.getFirst().content();
    assertThat(bytes.getShort(0)).isEqualTo((short) 308);
    assertThat(bytes.getShort(4)).isEqualTo((short) 0x7878);
    assertThat(bytes.remaining()).isEqualTo(6);
  }

  @Test
  void leavesOtherFilesAlone() throws Exception {
    Path notes = folder.resolve("notes.txt");
    Files.writeString(notes, "mine");
    LocalRun run = run("skboutput(\"%s\", args.skb, 100, 0)".formatted(notes), 5);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "ERROR: cannot write packets: %s is there and has something else than packets in it\n"
                .formatted(notes));
    assertThat(notes).hasContent("mine");
  }

  @Test
  void saysThatThereWasNothing() throws Exception {
    Path file = folder.resolve("none.pcap");
    LocalRun run = run("skboutput(\"%s\", args.skb, 100, 5000)".formatted(file), 5);
    assertThat(run.out().strip()).isEqualTo("-14");
    assertThat(run.err()).isEqualTo("skboutput: there were no packets for %s\n".formatted(file));
    assertThat(file).doesNotExist();
  }
}
