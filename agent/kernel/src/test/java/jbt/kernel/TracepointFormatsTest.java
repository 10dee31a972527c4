package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jbt.compiler.target.TracepointFormat.Field;
import org.junit.jupiter.api.Test;

class TracepointFormatsTest {
  @Test
  void readsAllSortsOfFields() {
    var format =
        TracepointFormats.parse(
            """
            name: made_up
            ID: 17
            format:
            \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
            \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

            \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;
            \tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;
            \tfield:__data_loc char[] name;\toffset:32;\tsize:4;\tsigned:0;
            \tfield:unsigned long args[6];\toffset:40;\tsize:48;\tsigned:0;
            \tfield:u8 address[ETH_ALEN];\toffset:88;\tsize:6;\tsigned:0;
            \tfield:s64 offset;\toffset:96;\tsize:8;\tsigned:1;
            \tfield:struct list_head *head;\toffset:104;\tsize:8;\tsigned:0;

            print fmt: "comm=%s; x", REC->comm
            """);
    assertThat(format.id()).isEqualTo(17);
    assertThat(format.fields())
        .containsExactly(
            new Field("comm", "char", 16, 8, 16, false),
            new Field("filename", "const char *", 0, 24, 8, false),
            new Field("name", "__data_loc char[]", 0, 32, 4, false),
            new Field("args", "unsigned long", 6, 40, 48, false),
            new Field("address", "u8", 6, 88, 6, false),
            new Field("offset", "s64", 0, 96, 8, true),
            new Field("head", "struct list_head *", 0, 104, 8, false));
  }

  @Test
  void refusesWhatIsNoFormat() {
    assertThatThrownBy(() -> TracepointFormats.parse("")).hasMessageContaining("no ID");
  }
}
