package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Structs, unions, enums and macros that a script declares itself. */
final class DeclarationsTest {
  private static final FixedTarget TARGET = new FixedTarget(1, Map.of());

  /** What gcc 12 makes of these on x86-64 is in {@link #hasTheLayoutOfTheAbi}. */
  private static final String STRUCTS =
      """
      struct a { char c; int i; short s; long l; char t[3]; };
      struct b { char c; long l; } __attribute__((packed));
      struct c { int x:3; unsigned y:5; int :0; short z:7; long w:40; char q; }
      struct d { char c; int x __attribute__((aligned(16))); };
      union u { int i; char t[6]; struct { short p, q; }; };
      struct e {
        struct { int a; union { char b; long c; }; } in;
        enum { R, G = 5, B } k;
        void (*f)(int, char *);
        int m[2][3];
      };
      struct __attribute__((packed)) g { unsigned int a:30; unsigned int b:4; unsigned char c:6; };
      struct h { char c; } __attribute__((aligned(8)));
      struct i { char c; struct h h; _Bool b; long long ll; unsigned flags:1, on:1; };
      struct j { char c; short x:9; int y:10; };
      """;

  /** Byte n of memory is 37 n + 11. */
  private static byte[] pattern() {
    byte[] bytes = new byte[64];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (37 * i + 11);
    }
    return bytes;
  }

  private static long patternBits(int bit, int width, boolean signed) {
    long value = 0;
    byte[] bytes = pattern();
    for (int i = 0; i < width; i++) {
      value |= (long) (bytes[(bit + i) / 8] >> (bit + i) % 8 & 1) << i;
    }
    return signed ? (value << (64 - width)) >> (64 - width) : value;
  }

  private static Plan compile(String script, Parameters parameters) {
    try {
      return Compiler.compile(script, "main.bt", parameters, TARGET);
    } catch (CompileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static long value(String before, String statements, Parameters parameters) {
    // The machine gives the first memory that is asked for always the same place.
    long memory = new Machine(compile("BEGIN { @ = 1; }", Parameters.NONE), 1).place(pattern());
    String script = before + "BEGIN { $p = (uint64)" + memory + "; " + statements + " }";
    Machine machine = new Machine(compile(script, parameters), 1);
    assertThat(machine.place(pattern())).isEqualTo(memory);
    machine.begin();
    return machine.contents(0, 0).values().iterator().next().getFirst();
  }

  private static long value(String before, String statements) {
    return value(before, statements, Parameters.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sizeof(struct a)            | 32",
        "sizeof(struct b)            | 9",
        "sizeof(struct c)            | 16",
        "sizeof(struct d)            | 32",
        "sizeof(union u)             | 8",
        "sizeof(struct e)            | 56",
        "sizeof(struct g)            | 5",
        "sizeof(struct h)            | 8",
        "sizeof(struct i)            | 40",
        "sizeof(struct j)            | 8",
        "offsetof(struct a, l)       | 16",
        "offsetof(struct a, t)       | 24",
        "offsetof(struct b, l)       | 1",
        "offsetof(struct c, q)       | 13",
        "offsetof(struct d, x)       | 16",
        "offsetof(union u, q)        | 2",
        "offsetof(struct e, k)       | 16",
        "offsetof(struct e, f)       | 24",
        "offsetof(struct e, m)       | 32",
        "offsetof(struct e, in.c)    | 8",
        "offsetof(struct i, h)       | 8",
        "offsetof(struct i, b)       | 16",
        "offsetof(struct i, ll)      | 24",
        "R + G * 10 + B * 100        | 650",
      })
  void hasTheLayoutOfTheAbi(String expression, long expected) {
    assertThat(value(STRUCTS, "@ = " + expression + ";")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "c, x, 0, 3, true",
    "c, y, 3, 5, false",
    "c, z, 32, 7, true",
    "c, w, 64, 40, true",
    "g, a, 0, 30, false",
    "g, b, 30, 4, false",
    "g, c, 34, 6, false",
    "i, flags, 256, 1, false",
    "i, on, 257, 1, false",
    "j, x, 16, 9, true",
    "j, y, 32, 10, true",
  })
  void readsBitFields(String struct, String field, int bit, int width, boolean signed) {
    String use = "@ = (int64)((struct " + struct + " *)$p)->" + field + ";";
    assertThat(value(STRUCTS, use)).isEqualTo(patternBits(bit, width, signed));
    String held = "$s = *(struct " + struct + " *)$p; @ = (int64)$s." + field + ";";
    assertThat(value(STRUCTS, held)).isEqualTo(patternBits(bit, width, signed));
  }

  @Test
  void readsFields() {
    assertThat(value(STRUCTS, "@ = ((struct a *)$p)->i;")).isEqualTo(patternBits(32, 32, true));
    assertThat(value(STRUCTS, "@ = ((struct b *)$p)->l;")).isEqualTo(patternBits(8, 64, true));
    assertThat(value(STRUCTS, "@ = ((struct e *)$p)->in.c;")).isEqualTo(patternBits(64, 64, true));
    assertThat(value(STRUCTS, "@ = ((struct e *)$p)->m[1][2];"))
        .isEqualTo(patternBits(8 * 52, 32, true));
    assertThat(value(STRUCTS, "@ = ((struct a *)$p)[1].s;"))
        .isEqualTo(patternBits(8 * 40, 16, true));
    assertThat(
            value(
                "struct list { struct list *next; struct later *l; } struct later { int x; }",
                "@ = (uint64)&((struct list *)$p)->l->x - (uint64)((struct list *)$p)->l;"))
        .isZero();
    assertThat(value("typedef struct { uint8_t v; } t; typedef t tt;", "@ = ((tt *)$p)->v;"))
        .isEqualTo(11);
  }

  @Test
  void followsTheDirectivesOfTheScript() {
    String script =
        """
        #!/usr/bin/bpftrace
        // #error this is a comment
        #define SIZE 3
        #define LONG (SIZE + \\
                      1)
        #define ADD(a, b) ((a) + (b))
        #define JOIN(a, b) a##b
        #if defined(SIZE) && SIZE * 2 == 6 && !defined NOTHING
        struct x { char c[SIZE]; int JOIN(va, lue); };
        #elif 1
        struct x { };
        #else
        #error not here
        #endif
        #ifdef BPFTRACE_HAVE_BTF
        what is this
        #endif
        #undef SIZE
        #define SIZE 7
        """;
    assertThat(value(script, "@ = LONG;")).isEqualTo(8);
    assertThat(value(script, "@ = ADD(SIZE, 2 * 5);")).isEqualTo(17);
    assertThat(value(script, "@ = offsetof(struct x, value);")).isEqualTo(4);
    assertThat(value(script, "if (SIZE > 2) { @ = SIZE; }")).isEqualTo(7);
  }

  @Test
  void includesHeadersThatComeWithTheScript() {
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(
                "lib/a.h",
                """
                #ifndef A_H
                #define A_H
                #include "b.h"
                static inline int twice(int x) { return 2 * x; }
                extern int variable;
                int strange construct here;
                struct a { b_t first; b_t second; };
                #endif
                """,
                "lib/b.h",
                "#pragma once\n#include \"a.h\"\ntypedef unsigned short b_t;\n",
                "front.h",
                "#define FRONT 40\n"),
            List.of("front.h"),
            Map.of());
    String script = "#include \"lib/a.h\"\n#include <lib/a.h>\n#include <linux/sched.h>\n";
    assertThat(value(script, "@ = sizeof(struct a) + FRONT;", parameters)).isEqualTo(44);
    assertThat(value("import \"lib/a.h\";\n", "@ = sizeof(struct a);", parameters)).isEqualTo(4);
  }

  @Test
  void includesWhatANameIsDefinedAs() {
    Parameters parameters =
        new Parameters(List.of(), Map.of(), Map.of("x.h", "struct x { int a[3]; };\n"));
    String script = "#define FILE \"x.h\"\n#define HEADER FILE\n#include HEADER\n";
    assertThat(value(script, "@ = sizeof(struct x);", parameters)).isEqualTo(12);
  }

  /** As the system's own headers do, of which not all come with the script. */
  @Test
  void passesOverWhatHeadersAskOfOthersThatAreMissing() {
    String header =
        """
        #include <asm/byteorder.h>
        struct bits {
        #if defined(__LITTLE_ENDIAN_BITFIELD)
          unsigned char low : 4, high : 4;
        #else
        #error byte order
        #endif
          short next;
        };
        #if THEIR_USE (FEATURE)
        #define SIZE 1
        #elif L'\\0' - 1 > 0
        #define SIZE 2
        #else
        #define SIZE 3
        #endif
        #ifndef FROM_BYTEORDER
        #error no FROM_BYTEORDER
        #endif
        """;
    Parameters parameters = new Parameters(List.of(), Map.of(), Map.of("a.h", header));
    assertThat(value("#include \"a.h\"\n", "@ = sizeof(struct bits) * 10 + SIZE;", parameters))
        .isEqualTo(43);
  }

  @Test
  void oldScriptsUseVariablesBehindTheirBlocks() {
    String both = "if ($p > 0) { $a = 5; $b = 1 } else { $a = 6; } ";
    assertThat(value("", both + "@ = $a;")).isEqualTo(5);
    assertThat(value("", both + "$b = \"other\"; @ = $a;")).isEqualTo(5);
    assertThat(value("", "if ($p == 0) { $a = 5; } @ = $a + 1;")).isEqualTo(1);
    assertThat(value("", "$i = 0; while ($i < 3) { $i++; $l = $i; } @ = $l;")).isEqualTo(3);
  }

  @Test
  void knowsConstantsOfSystemHeaders() {
    assertThat(value("#include <sys/socket.h>\n", "@ = AF_INET6;")).isEqualTo(10);
    assertThat(value("#include <linux/fs.h>\n#define F (O_CREAT|O_EXCL)\n", "@ = F;"))
        .isEqualTo(192);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`#if 1\nBEGIN { }`                       | main.bt:1:1-6: ERROR: syntax: this condition has no #endif",
        "`#endif\nBEGIN { }`                      | main.bt:1:1-7: ERROR: syntax: #endif without #if",
        "`#if 1/0\n#endif\nBEGIN { }`             | main.bt:1:6-7: ERROR: Division by zero",
        "`#error  no way\nBEGIN { }`              | main.bt:1:1-15: ERROR: #error: no way",
        "`#what\nBEGIN { }`                       | main.bt:1:1-6: ERROR: syntax: unknown directive #what",
        "`struct a { foo_t x; };\nBEGIN { }`      | main.bt:1:12-17: ERROR: Unknown type: 'foo_t'",
        "`struct a { int x int y };\nBEGIN { }`   | main.bt:1:18-21: ERROR: syntax: expected ';', not 'int'",
        "`struct a { struct b b; };\nBEGIN { }`   | main.bt:1:12-18: ERROR: The size of 'b' is not known",
        "`struct a { int x:40; };\nBEGIN { }`     | main.bt:1:18-20: ERROR: A bit-field is an integer of no more bits than its type has",
        "`struct a { int x; }; struct a { };\nBEGIN { }` | main.bt:1:29-30: ERROR: 'a' is declared twice",
        "`enum e { A = Q };\nBEGIN { }`           | main.bt:1:14-15: ERROR: Unknown constant: 'Q'",
        "`#define X int y\nBEGIN { @ = X; }`      | main.bt:2:13-14: ERROR: 'X' is defined as 'int y', which is no expression",
        "`#define X (nix)\nBEGIN { @ = X; }`      | main.bt:1:12-15: ERROR: Unknown identifier: 'nix'",
        "`BEGIN { @ = AF_INET; }`                 | HINT: 'AF_INET' is known behind #include <sys/socket.h>",
        "`#include <sys/socket.h>\nBEGIN { @ = AF_NETLNK; }` | HINT: Did you mean 'AF_NETLINK'?",
        "`enum kind { FIRST, SECOND }; BEGIN { @ = SECND; }` | HINT: Did you mean 'SECOND'?",
        "`#define LIMIT 5\nBEGIN { @ = LIMTI; }` | HINT: Did you mean 'LIMIT'?",
        "`#include \"t.h\"\n#include <a.h>\nBEGIN { @ = NIX; }` | HINT: Headers that were not found: \"t.h\", <a.h>. Declare",
        "`#include <net/sock.h>\nBEGIN { @ = (struct sock *)1; }` | HINT: Headers that were not found: <net/sock.h>",
      })
  void tellsWhatIsWrong(String script, String message) {
    assertThatThrownBy(() -> Compiler.compile(script, "main.bt", TARGET))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void isBounded() {
    StringBuilder chain = new StringBuilder("#define X0 1\n");
    for (int i = 1; i < 60; i++) {
      chain.append("#define X%d (X%d + X%d)\n".formatted(i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> Compiler.compile(chain + "BEGIN { @ = X59; }", "main.bt", TARGET))
        .hasMessageContaining("Macros stand for too many others");
    assertThatThrownBy(
            () ->
                Compiler.compile(chain + "struct s { int x[X59]; };\nBEGIN { }", "main.bt", TARGET))
        .hasMessageContaining("Macros make more than");
    String deep = "struct { ".repeat(1000) + "int x;" + " };".repeat(1000);
    assertThatThrownBy(
            () -> Compiler.compile("struct s { " + deep + "};\nBEGIN { }", "main.bt", TARGET))
        .hasMessageContaining("Declarations are nested too deeply");
    Parameters itself = new Parameters(List.of(), Map.of(), Map.of("a.h", "#include \"a.h\"\n"));
    assertThatThrownBy(
            () -> Compiler.compile("#include \"a.h\"\nBEGIN { }", "main.bt", itself, TARGET))
        .hasMessageContaining("Headers are included too deeply or too often");
    String large = " ".repeat(200_000);
    Parameters two = new Parameters(List.of(), Map.of(), Map.of("a.h", large, "b.h", large));
    assertThatThrownBy(
            () ->
                Compiler.compile(
                    "#include \"a.h\"\n#include \"b.h\"\nBEGIN { }", "main.bt", two, TARGET))
        .hasMessageContaining("have more than 262144 characters");
  }
}
