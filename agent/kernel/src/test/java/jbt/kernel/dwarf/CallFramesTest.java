package jbt.kernel.dwarf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import jbt.compiler.plan.UnwindRule;
import jbt.kernel.CProgram;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.Section;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Against what readelf says of the C library and of the Java machine that runs this. */
class CallFramesTest {
  private static final int MANY = 1 << 20;

  /** Rows by their addresses, with one in front of all. */
  private static NavigableMap<Long, Long> read(CallFrames frames) {
    NavigableMap<Long, Long> rules = new TreeMap<>();
    rules.put(Long.MIN_VALUE, UnwindRule.NONE);
    UnwindRows rows =
        new UnwindRows(
            MANY,
            (address, rule) -> {
              assertThat(address).isGreaterThan(rules.lastKey());
              rules.put(address, rule);
            });
    frames.read(0, Long.MAX_VALUE, 0, rows);
    rows.end();
    assertThat(rules).hasSize(rows.count() + 1);
    return rules;
  }

  private static CallFrames of(Path file) throws IOException {
    try (Elf elf = Elf.open(file)) {
      Section index = elf.section(".eh_frame_hdr").orElseThrow();
      Section frames = elf.section(".eh_frame").orElseThrow();
      return new CallFrames(elf.bytes(index), index.address(), elf.bytes(frames), frames.address());
    }
  }

  /** A row of readelf, without a rule where it does not say what an expression is. */
  private record Told(long address, Optional<Long> rule) {
    static Told of(List<String> columns, String line) {
      String[] words = line.replace(" (", "(").strip().split(" +", -1);
      long address = Long.parseUnsignedLong(words[0], 16);
      String frame = words[1];
      int rbp = columns.indexOf("rbp");
      String saved = rbp < 0 ? "u" : words[rbp];
      boolean known = saved.matches("[us]|c-\\d+") && words[words.length - 1].equals("c-8");
      if (frame.equals("exp")) {
        return new Told(address, Optional.empty());
      }
      if (!known || !frame.matches("r[sb]p\\+\\d+")) {
        return new Told(address, Optional.of(UnwindRule.NONE));
      }
      return new Told(
          address,
          Optional.of(
              UnwindRule.of(
                  frame.startsWith("rsp") ? UnwindRule.SP : UnwindRule.BP,
                  Integer.parseInt(frame.substring(4)),
                  saved.startsWith("c") ? Integer.parseInt(saved.substring(2)) : 0)));
    }
  }

  private static int compare(Path file) throws Exception {
    NavigableMap<Long, Long> rules = read(of(file));
    List<String> columns = new ArrayList<>();
    boolean function = false;
    int compared = 0;
    for (String line :
        CProgram.output(List.of("/usr/bin/readelf", "-wNF", file.toString())).lines().toList()) {
      if (line.contains(" FDE ")) {
        function = true;
        long end = Long.parseUnsignedLong(line.replaceFirst(".*\\.\\.", ""), 16);
        assertThat(rules.floorEntry(end - 1)).as(line).isNotNull();
      } else if (line.contains(" CIE ")) {
        function = false;
      } else if (line.strip().startsWith("LOC")) {
        columns = List.of(line.strip().split(" +", -1));
      } else if (function && line.matches("[0-9a-f]{16} .*")) {
        Told told = Told.of(columns, line);
        if (told.rule.isPresent()) {
          assertThat(rules.floorEntry(told.address).getValue()).as(line).isEqualTo(told.rule.get());
          compared++;
        }
      }
    }
    return compared;
  }

  @Test
  void isWhatReadelfSays() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/readelf")), "no readelf");
    assertThat(compare(Path.of("/lib/x86_64-linux-gnu/libc.so.6"))).isGreaterThan(20_000);
    assertThat(compare(Path.of(System.getProperty("java.home"), "lib/server/libjvm.so")))
        .isGreaterThan(100_000);
  }

  @Test
  void knowsWhatLinkageTablesPush() throws Exception {
    Path libc = Path.of("/lib/x86_64-linux-gnu/libc.so.6");
    NavigableMap<Long, Long> rules = read(of(libc));
    try (Elf elf = Elf.open(libc)) {
      Section table = elf.section(".plt").orElseThrow();
      for (long entry = table.address() + 16; entry < table.address() + table.size(); entry++) {
        int distance = entry % 16 < 11 ? 8 : 16;
        assertThat(rules.floorEntry(entry).getValue())
            .isEqualTo(UnwindRule.of(UnwindRule.SP, distance, 0));
      }
    }
  }

  @Test
  void survivesDamageAndStopsWhenFull() throws Exception {
    Path libc = Path.of("/lib/x86_64-linux-gnu/libc.so.6");
    UnwindRows few = new UnwindRows(1000, (address, rule) -> {});
    of(libc).read(0, Long.MAX_VALUE, 0, few);
    assertThat(few.full()).isTrue();
    assertThat(few.count()).isEqualTo(1000);
    try (Elf elf = Elf.open(libc)) {
      Section index = elf.section(".eh_frame_hdr").orElseThrow();
      Section frames = elf.section(".eh_frame").orElseThrow();
      Random random = new Random(5);
      for (int round = 0; round < 200; round++) {
        byte[] damagedIndex = elf.bytes(index);
        byte[] damagedFrames = elf.bytes(frames);
        for (int i = 0; i < 1 << random.nextInt(12); i++) {
          damagedFrames[random.nextInt(damagedFrames.length)] = (byte) random.nextInt();
          damagedIndex[random.nextInt(i % 2 == 0 ? 24 : damagedIndex.length)] =
              (byte) random.nextInt();
        }
        read(new CallFrames(damagedIndex, index.address(), damagedFrames, frames.address()));
      }
    }
  }
}
