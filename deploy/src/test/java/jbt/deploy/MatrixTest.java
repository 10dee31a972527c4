package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MatrixTest {
  @TempDir private Path folder;

  @Test
  void tellsWhatPassedAndWhatIsMissing() throws Exception {
    Path maven =
        Files.writeString(
            folder.resolve("maven.xml"),
            """
            <testsuite>
              <testcase name="a"><system-out><![CDATA[row: kprobe
            row: kretprobe
            ]]></system-out><skipped message="Assumption failed: no kprobes here"/></testcase>
              <testcase name="b"><system-out><![CDATA[row: usdt
            ]]></system-out></testcase>
              <testcase name="c"/>
            </testsuite>
            """);
    Path console =
        Files.writeString(
            folder.resolve("console.xml"),
            """
            <testsuite>
              <testcase name="a()"><system-out><![CDATA[
            Report Entry #1 (timestamp: 2026-11-29T07:49:27.99)
            \t- row: kprobe
            ]]></system-out></testcase>
              <testcase name="b()"><failure/><system-out><![CDATA[
            Report Entry #1 (timestamp: 2026-11-29T07:49:27.99)
            \t- row: usdt
            ]]></system-out></testcase>
            </testsuite>
            """);
    Matrix matrix = new Matrix();
    matrix.read("this one", maven);
    matrix.read("6.1", console);
    matrix.read("6.1", folder.resolve("missing.xml"));
    matrix.read("6.12", folder.resolve("missing.xml"));
    assertThat(matrix)
        .hasToString(
            """
            probe      this one         6.1     6.12
            kprobe     no kprobes here  passed  -
            kretprobe  no kprobes here  -       -
            usdt       passed           FAILED  -
            """);
  }
}
