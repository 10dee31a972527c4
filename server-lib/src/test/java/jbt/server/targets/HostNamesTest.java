package jbt.server.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {
  @Test
  void rangesCountAndKeepTheirZeros() throws TargetException {
    assertThat(HostNames.expand(List.of("web[08-11,25],db1", "db1")))
        .containsExactly("web08", "web09", "web10", "web11", "web25", "db1");
    assertThat(HostNames.expand(List.of("r[1-2]n[9-10].eu")))
        .containsExactly("r1n9.eu", "r1n10.eu", "r2n9.eu", "r2n10.eu");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "a,,b",
        "web[",
        "web]",
        "web[1",
        "web[]",
        "web[a-b]",
        "web[3-1]",
        "web[1-2-3]",
        "web[[1]]",
        "a b",
        "-e",
        "web[0-999999999]",
        "web[1-1000][1-1000]",
        "a;b",
        "$(id)"
      })
  void mistakesAreNamed(String expression) {
    assertThatThrownBy(() -> HostNames.expand(List.of(expression)))
        .isInstanceOf(TargetException.class)
        .hasMessageNotContaining("Exception");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "web03,web04,web05,web06,web07,web11 web[03-07,11]",
        "a a",
        "b,a a,b",
        "web9,web10,web11 web[9-11]",
        "web09,web9 web[9,09]",
        "web1.eu,web2.eu,web1.us web[1-2].eu,web1.us",
        "web,web1 web,web1",
      })
  void namesFold(String names, String folded) {
    assertThat(FoldedNames.fold(List.of(names.split(",")))).isEqualTo(folded);
  }

  @Property
  void foldedNamesExpandToTheSameSet(
      @ForAll @NotEmpty Set<@IntRange(max = 300) Integer> numbers,
      @ForAll @IntRange(max = 4) int width)
      throws TargetException {
    Set<String> names =
        numbers.stream()
            .map(n -> (n % 7 == 0 ? "db" : "web") + HostNames.padded(n, width + n % 2))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(new TreeSet<>(HostNames.expand(List.of(FoldedNames.fold(names))))).isEqualTo(names);
  }
}
