package jbt.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.v1.Rows;
import org.junit.jupiter.api.Test;

class FoldedRowsTest {
  private static Rows.Builder keys(String... keys) {
    Rows.Builder rows = Rows.newBuilder().setCount(keys.length);
    rows.setKeys(ByteString.copyFromUtf8(String.join("", keys)));
    for (String key : keys) {
      rows.addKeyLength(key.length());
    }
    return rows;
  }

  @Test
  void sumsAddUp() {
    Rows rows = keys("ab", "c", "ab").addAllWord(List.of(1L, 2L, 5L)).build();
    Rows folded = keys("ab", "c").addAllWord(List.of(6L, 2L)).build();
    assertThat(FoldedRows.fold(new Value.Count(), rows)).isEqualTo(folded);
  }

  @Test
  void leastAndGreatest() {
    Rows rows = keys("a", "a", "a").addAllWord(List.of(3L, 1L, -1L, 1L, 2L, 1L)).build();
    assertThat(FoldedRows.fold(new Value.Min(true), rows).getWordList()).containsExactly(-1L, 1L);
    assertThat(FoldedRows.fold(new Value.Max(true), rows).getWordList()).containsExactly(3L, 1L);
    assertThat(FoldedRows.fold(new Value.Max(false), rows).getWordList()).containsExactly(-1L, 1L);
  }

  @Test
  void leastOfThoseThatAreSet() {
    Rows rows =
        keys("a", "a", "b", "b").addAllWord(List.of(0L, 0L, 3L, 1L, 0L, 0L, 0L, 0L)).build();
    for (Value kind : List.of(new Value.Min(true), new Value.Max(true))) {
      assertThat(FoldedRows.fold(kind, rows).getWordList()).containsExactly(3L, 1L, 0L, 0L);
    }
  }

  @Test
  void averages() {
    Rows rows = keys("a", "a").addAllWord(List.of(10L, 2L, 20L, 3L)).build();
    assertThat(FoldedRows.fold(new Value.Avg(true), rows).getWordList()).containsExactly(30L, 5L);
  }

  @Test
  void histograms() {
    Rows rows =
        keys("a", "a")
            .addAllRowBuckets(List.of(2, 1))
            .addAllBucket(List.of(1, 4, 4))
            .addAllBucketCount(List.of(1L, 2L, 3L))
            .build();
    Rows folded =
        keys("a")
            .addRowBuckets(2)
            .addAllBucket(List.of(1, 4))
            .addAllBucketCount(List.of(1L, 5L))
            .build();
    assertThat(FoldedRows.fold(new Value.Hist(0), rows)).isEqualTo(folded);
  }

  @Test
  void valuesThatWereSet() {
    Rows rows =
        keys("a", "a")
            .setValues(ByteString.copyFromUtf8("xyy"))
            .addAllValueLength(List.of(1, 2))
            .build();
    Rows folded = keys("a").setValues(ByteString.copyFromUtf8("yy")).addValueLength(2).build();
    assertThat(FoldedRows.fold(new Value.Plain(new jbt.compiler.types.Type.Str(8)), rows))
        .isEqualTo(folded);
  }
}
