package jbt.daemon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import jbt.compiler.types.Meaning;
import jbt.daemon.values.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSymbolsTest {
  private static String text(Meaning meaning, long... words) {
    ByteBuffer from = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    for (long word : words) {
      from.putLong(word);
    }
    Bytes to = new Bytes(16);
    new HostSymbols((first, second) -> Optional.empty(), false, false).put(meaning, from, 0, to);
    return to.copy().toStringUtf8();
  }

  private static String id(Meaning.Id.Kind kind, long number) {
    return text(new Meaning.Id(kind), number);
  }

  @Test
  void numbers() {
    assertThat(id(Meaning.Id.Kind.ERROR, 1)).isEqualTo("Operation not permitted");
    assertThat(id(Meaning.Id.Kind.SIGNAL, 15)).isEqualTo("SIGTERM");
    assertThat(id(Meaning.Id.Kind.SIGNAL, 36)).isEqualTo("SIGRTMIN+2");
    assertThat(id(Meaning.Id.Kind.SIGNAL, 99)).isEqualTo("99");
    assertThat(id(Meaning.Id.Kind.SYSTEM_CALL, 0)).isEqualTo("read");
    assertThat(id(Meaning.Id.Kind.SYSTEM_CALL, 336)).isEqualTo("336");
    assertThat(id(Meaning.Id.Kind.USER, 0)).isEqualTo("root");
    assertThat(id(Meaning.Id.Kind.USER, 4_000_000_000L)).isEqualTo("4000000000");
    assertThat(id(Meaning.Id.Kind.MAC_ADDRESS, 0x0000f0debc9a7856L)).isEqualTo("56:78:9A:BC:DE:F0");
  }

  @Test
  void addresses() {
    Meaning address = new Meaning.InternetAddress();
    assertThat(text(address, 2, 0x0100007f)).isEqualTo("127.0.0.1");
    assertThat(text(address, 10, 0, 0x0100000000000000L)).isEqualTo("::1");
    assertThat(text(address, 10, 0x80fe, 0x0200_0000_0000_0000L)).isEqualTo("fe80::2");
  }

  @ParameterizedTest
  @CsvSource({
    "0:0:0:0:0:0:0:0, ::",
    "1:0:0:0:0:0:0:0, 1::",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
    "0:0:0:0:0:ffff:c0a8:1, ::ffff:192.168.0.1"
  })
  void addressesAreShort(String groups, String text) {
    String[] parts = groups.split(":", -1);
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = Integer.parseInt(parts[i], 16);
    }
    assertThat(HostSymbols.address(numbers)).isEqualTo(text);
  }

  @Test
  void times() {
    Meaning time = new Meaning.Timestamp("%s.%l %f %k %%");
    assertThat(text(time, 1_500_000_000_123_456_789L))
        .isEqualTo("1500000000.123 123456 123456789 %");
  }
}
