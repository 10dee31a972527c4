package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void countsChanges() {
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("pritn", "print")).isEqualTo(1);
    assertThat(Nearest.distance("filname", "filename")).isEqualTo(1);
    assertThat(Nearest.distance("abc", "xyz")).isEqualTo(3);
  }

  @Test
  void hintsOnlyAtWhatIsNear() {
    List<String> names = List.of("pid", "comm", "nsecs", "uid");
    assertThat(Nearest.hint("pidd", names)).containsExactly("Did you mean 'pid'?");
    assertThat(Nearest.hint("NSEC", names)).containsExactly("Did you mean 'nsecs'?");
    assertThat(Nearest.hint("x", names)).isEmpty();
    assertThat(Nearest.hint("kstack", names)).isEmpty();
    // Letters are left out more often than added.
    assertThat(Nearest.hint("ncpu", List.of("cpu", "ncpus")))
        .containsExactly("Did you mean 'ncpus'?");
    // Of two that are equally near the first in the alphabet, whatever the order.
    assertThat(Nearest.hint("qid", List.of("uid", "pid"))).containsExactly("Did you mean 'pid'?");
  }
}
