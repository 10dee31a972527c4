package jbt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionsTest {
  @TempDir Path folder;

  private void write(String name, String text) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void scriptsAndHeadersWithWhatTheyNeedThemselves() throws Exception {
    write("lib/a.bt", "import \"b.bt\"\n#include \"x.h\"\n");
    write("lib/b.bt", "import \"../lib/a.bt\"\n");
    write("lib/x.h", "#define X 1\n");
    write("all/one.bt", "one");
    write("all/two.bt", "two");
    write("all/no.txt", "no");
    write("headers/sys/y.h", "  #  include <sys/z.h>\n");
    write("headers/sys/z.h", "#define Z 1\n");
    String text =
        """
        import "lib/a.bt"; import "all"
        import "stdlib/none"
        #include <sys/y.h>
        #include <linux/none.h>
        // #include <linux/x.h>
        BEGIN { }
        """;
    Map<String, String> found =
        Companions.of(
            folder.resolve("main.bt").toString(),
            text,
            List.of("lib/x.h"),
            List.of(folder.resolve("nowhere"), folder.resolve("headers")));
    assertThat(found.keySet())
        .containsExactlyInAnyOrder(
            "lib/x.h", "lib/a.bt", "lib/b.bt", "all/one.bt", "all/two.bt", "sys/y.h", "sys/z.h");
    assertThat(found).containsEntry("all/one.bt", "one");
  }

  @Test
  void headersWhoseNamesAreDefined() throws Exception {
    write("x.h", "x");
    write("y.h", "y");
    write("z", "z");
    String text = "#define X \"x.h\"\n# define Y <y.h>\n#define Z \"z\"\n#include X\n#include Y\n";
    assertThat(Companions.of(folder.resolve("main.bt").toString(), text, List.of(), List.of()))
        .containsOnlyKeys("x.h", "y.h");
  }

  @Test
  void commentsStandInFront() throws Exception {
    write("a.bt", "a");
    write("b.bt", "b");
    write("x.h", "x");
    write("y.h", "y");
    String text =
        """
        /* of
           a */ import "a.bt"; import /* b */ "b.bt";
        /* x */ #include "x.h"
        #include /* y */ "y.h"
        """;
    assertThat(Companions.of(folder.resolve("main.bt").toString(), text, List.of(), List.of()))
        .containsOnlyKeys("a.bt", "b.bt", "x.h", "y.h");
  }

  @Test
  void emptyLinesTakeNoTime() throws Exception {
    write("a.bt", "");
    String text = "import \"a.bt\";\n" + "\n".repeat(200_000) + "BEGIN { }";
    assertThat(Companions.of(folder.resolve("main.bt").toString(), text, List.of(), List.of()))
        .containsOnlyKeys("a.bt");
  }

  private void refused(String text, String message) {
    String script = folder.resolve("main.bt").toString();
    assertThatThrownBy(() -> Companions.of(script, text, List.of(), List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessage(script + ":1:8: " + message);
  }

  @Test
  void nothingButScriptsAndHeadersIsSent() throws Exception {
    write("secret", "it");
    write("open/a.bt", "a");
    Files.setPosixFilePermissions(
        folder.resolve("open"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(folder.resolve("add.bpf.c"), "int add(int a);");
    refused("import \"secret\";", "import takes .bt and .h files and folders of them, not secret");
    refused(
        "import \"/etc/passwd\";",
        "import takes .bt and .h files and folders of them, not /etc/passwd");
    String open = "import from a folder that everybody may write to: " + folder.resolve("open");
    refused("import \"open/a.bt\";", open);
    refused("import \"open\";", open);
    assertThat(
            Companions.of(
                folder.resolve("main.bt").toString(),
                "#include \"secret\"\n#include \"/etc/passwd\"\nimport \"none.bt\";\nimport \"add.bpf.c\";",
                List.of("secret"),
                List.of(folder)))
        .isEmpty();
  }

  @Test
  void notMoreThanAnAgentTakes() throws Exception {
    for (int i = 0; i < 3; i++) {
      write(i + ".h", "/".repeat(100 << 10));
    }
    String text = "#include \"0.h\"\n#include \"1.h\"\n#include \"2.h\"\n";
    String script = folder.resolve("main.bt").toString();
    assertThatThrownBy(() -> Companions.of(script, text, List.of(), List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith(
            "2.h: a script and what it includes have at most 256 KiB and 256 files");
  }
}
