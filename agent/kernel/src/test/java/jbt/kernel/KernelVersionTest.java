package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Releases as kernels write them. */
final class KernelVersionTest {
  @Test
  void isTheNumberOfTheHeaders() {
    assertThat(KernelVersion.code("6.1.0-18-amd64")).hasValue(0x060100);
    assertThat(KernelVersion.code("5.15.167.4-microsoft-standard")).hasValue(0x050fa7);
    assertThat(KernelVersion.code("4.19.322")).hasValue(0x0413ff);
    assertThat(KernelVersion.code("6.18-rc3")).hasValue(0x061200);
    assertThat(KernelVersion.code("next")).isEmpty();
  }
}
