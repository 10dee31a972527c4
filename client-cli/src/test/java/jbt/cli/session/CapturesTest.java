package jbt.cli.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jbt.server.merge.MalformedException;
import jbt.v1.Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapturesTest {
  private static final int HEADER = 24;

  @TempDir private Path folder;

  private static Packets packets(Path file, String... texts) {
    ByteBuffer records = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      records.putInt(1).putInt(2).putInt(bytes.length).putInt(bytes.length + 1).put(bytes);
    }
    return Packets.newBuilder()
        .setHost("a")
        .setFile(file.toString())
        .setCount(texts.length)
        .setRecords(ByteString.copyFrom(records.flip()))
        .build();
  }

  private static Captures captures(Path file) {
    return new Captures("x { skboutput ( \"" + file + "\", 1, 2, 3) }", Parameters.NONE);
  }

  private static void refuses(Captures captures, Path file, String message) {
    assertThatThrownBy(() -> captures.add(packets(file, "x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  @Test
  void packetsOfAllHostsGoToOneFileAsTheyCome() throws Exception {
    Path file = folder.resolve("all.pcap");
    for (int run = 0; run < 2; run++) {
      try (Captures captures = captures(file)) {
        captures.add(packets(file, "one", "two"));
        captures.add(packets(file, "three").toBuilder().setHost("b").build());
        assertThat(captures.untouched()).isEmpty();
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(text).hasSize(HEADER + 3 * 16 + 11);
      assertThat(text.substring(HEADER).replaceAll("[\0-\10]", "")).isEqualTo("onetwothree");
    }
  }

  @Test
  void aHostCantChooseAFile() throws Exception {
    Path mine = folder.resolve("mine");
    Path other = folder.resolve("other.pcap");
    try (Captures captures = captures(folder.resolve("this.pcap"))) {
      refuses(captures, mine, "the script has no skboutput(");
      refuses(captures, other, "the script has no skboutput(");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void saysThatItsFolderIsMissing() throws Exception {
    Path file = folder.resolve("missing/file.pcap");
    try (Captures captures = captures(file)) {
      refuses(captures, file, "there is no directory " + file.getParent());
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatIsNoCaptureStaysAsItIs() throws Exception {
    Path mine = folder.resolve("mine");
    Files.writeString(mine, "important");
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, folder.resolve("elsewhere"));
    Path missing = folder.resolve("none").resolve("x.pcap");
    for (Path file : List.of(mine, link, folder, missing)) {
      try (Captures captures = captures(file)) {
        refuses(captures, file, file.toString());
        assertThat(captures.untouched()).containsExactly(file.toString());
      }
    }
    assertThat(mine).hasContent("important");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void packetsThatDoNotFitAreRefused() throws Exception {
    Path file = folder.resolve("x.pcap");
    Packets sound = packets(file, "one", "two");
    int end = sound.getRecords().size();
    try (Captures captures = captures(file)) {
      for (Packets broken :
          List.of(
              sound.toBuilder().setCount(1).build(),
              sound.toBuilder().setRecords(sound.getRecords().substring(0, end - 1)).build(),
              sound.toBuilder().setRecords(sound.getRecords().substring(1)).build())) {
        assertThatThrownBy(() -> captures.add(broken)).isInstanceOf(MalformedException.class);
      }
    }
  }

  @Test
  void parametersNameFilesToo() throws Exception {
    Path file = folder.resolve("x.pcap");
    Path imported = folder.resolve("y.pcap");
    Parameters parameters =
        new Parameters(List.of("0", file.toString()), Map.of(), List.of())
            .with(Map.of("y.bt", "skboutput(\"" + imported + "\","), Map.of());
    try (Captures captures = new Captures("skboutput(str($2), 1, 2, 3)", parameters)) {
      captures.add(packets(file, "x"));
      captures.add(packets(imported, "x"));
    }
    assertThat(file).exists();
    assertThat(imported).exists();
  }
}
