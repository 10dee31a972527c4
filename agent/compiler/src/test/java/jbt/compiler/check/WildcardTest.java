package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WildcardTest {
  @Test
  void starStandsForAnything() {
    assertThat(Wildcard.matches("*", "")).isTrue();
    assertThat(Wildcard.matches("*", "abc")).isTrue();
    assertThat(Wildcard.matches("a*c", "abbc")).isTrue();
    assertThat(Wildcard.matches("*foo", "foofoo")).isTrue();
    assertThat(Wildcard.matches("**a**", "xay")).isTrue();
    assertThat(Wildcard.matches("a*b*c", "aXbXbYc")).isTrue();
    assertThat(Wildcard.matches("a*b*c", "aXbXbYd")).isFalse();
    assertThat(Wildcard.matches("abc", "abcd")).isFalse();
    assertThat(Wildcard.matches("a?c", "abc")).isFalse();
    assertThat(Wildcard.matches("", "a")).isFalse();
  }

  @Test
  void manyStarsStayFast() {
    assertThat(Wildcard.matches("*a".repeat(1000) + "b", "a".repeat(10_000))).isFalse();
  }
}
