package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InternetAddressesTest {
  @ParameterizedTest
  @CsvSource({
    "1.2.3.4, 01020304",
    "255.255.255.255, ffffffff",
    "::, 00000000000000000000000000000000",
    "::1, 00000000000000000000000000000001",
    "fe80::1:2, fe800000000000000000000000010002",
    "1:2:3:4:5:6:7:8, 00010002000300040005000600070008",
    "1:2:3:4:5:6:7::, 00010002000300040005000600070000",
    "::ffff:1.2.3.4, 00000000000000000000ffff01020304"
  })
  void readsBytes(String text, String bytes) {
    assertThat(HexFormat.of().formatHex(InternetAddresses.parse(text))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "a.b.c.d",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "::1.2.3",
    "g::"
  })
  void refusesWhatIsNoAddress(String text) {
    assertThat(InternetAddresses.parse(text)).isEmpty();
  }
}
