package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.check.ProbeListing;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments of functions as the debug information of programs of ours has them. */
@Tag("kernel")
class ProgramArgumentsTest {
  private static final String SOURCE =
      """
      #include <stdlib.h>
      #include <string.h>
      enum color { RED, GREEN = 5 };
      struct inner { int a; char name[8]; };
      struct point {
        int x; long y; unsigned low : 3, high : 5; struct point *next; struct inner in;
        enum color color;
      };
      typedef struct point point_t;
      volatile long sum;
      __attribute__((noinline)) long
      work(signed char small, double share, const point_t *p, unsigned short n, enum color c) {
        sum += small + p->x + n + c + (long)share;
        return sum;
      }
      static inline __attribute__((always_inline)) void hidden(int i) { sum += i; }
      int main(int argc, char **argv) {
        point_t last = { 7, 700, 1, 2, 0, { 3, "last" }, GREEN };
        point_t first = { -1, 1L << 40, 5, 17, &last, { -2, "first" }, RED };
        for (int i = 0; i < atoi(argv[1]); i++) { hidden(i); work(-3, 0.5, &first, 65535, GREEN); }
        return 0;
      }
      """;

  private static final String CPP =
      """
      #include <stdlib.h>
      volatile long sum;
      namespace ns {
        struct base { int id; };
        struct shape : base {
          long size;
          explicit shape(long s) : size(s) { id = 9; }
          __attribute__((noinline)) void grow(int by) { sum += by; size += by; }
        };
        __attribute__((noinline)) void f(int x) { sum += x; }
        __attribute__((noinline)) void f(const char *text) { sum += text[0]; }
        template <typename T> __attribute__((noinline)) T twice(T x) { sum += x; return 2 * x; }
      }
      int main(int argc, char **argv) {
        ns::shape s(100);
        // The page of a constant may not be there yet when a probe looks.
        char text[] = "text", again[] = "again";
        for (int i = 0; i < atoi(argv[1]); i++) {
          ns::f(4); ns::f(text); ns::f(again); s.grow(1); ns::twice<long>(i);
        }
        return 0;
      }
      """;

  /** Parameters that take a register, two, none, or the address of a copy; results in memory. */
  private static final String BY_VALUE =
      """
      #include <memory>
      #include <stdlib.h>
      #include <string>
      #include <utility>
      struct pair { int a; int b; pair() = default; pair(const pair &) = default; };
      struct moved { int a = 3; moved() {} moved(moved &&other) : a(other.a) {} };
      struct table { int a = 5; virtual int get() { return a; } };
      struct tables { table two[2]; };
      struct closed { int a = 6; ~closed() { a = 0; } };
      struct derived : closed {};
      struct empty {};
      struct bits { unsigned low : 3, high : 9; long rest; };
      struct mixed { double share; long count; };
      struct packed { char c; double d; } __attribute__((packed));
      struct large { long a, b, c; };
      volatile long sum;
      extern "C" {
      __attribute__((noinline)) void f1(pair p, moved m, tables t, int last) {
        sum += p.a + m.a + t.two[0].a + last;
      }
      __attribute__((noinline)) void f2(derived d, empty e, int last) { sum += d.a + last; }
      __attribute__((noinline)) void f3(bits b, mixed m, float f, packed p, int last) {
        sum += b.low + m.count + (long)f + p.c + last;
      }
      __attribute__((noinline)) void f4(std::string s, std::unique_ptr<int> p, large l, int last) {
        sum += s.size() + *p + l.c + last;
      }
      __attribute__((noinline)) large f5(int first, int last) { return {first, last, sum}; }
      __attribute__((noinline)) void f6(long a, long b, long c, long d, long e, bits f, int last) {
        sum += a + b + c + d + e + f.rest + last;
      }
      }
      int main(int argc, char **argv) {
        for (int i = 0; i < atoi(argv[1]); i++) {
          tables t;
          large l = {1, 2, 3};
          f1({}, {}, t, 11); f2({}, {}, 12); f3({1, 2, 7}, {1.5, 2}, 2.5, {1, 2}, 13);
          f4("text", std::make_unique<int>(4), l, 14); sum += f5(9, 15).b;
          f6(1, 2, 3, 4, 5, {6, 7, 8}, 16);
        }
        return 0;
      }
      """;

  @TempDir private Path folder;

  private static void run(Path program, int times) throws Exception {
    CProgram.output(List.of(program.toString(), Integer.toString(times)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gz=zlib", "-gdwarf-4 -gstrict-dwarf"})
  @Covers("uprobe, args")
  void readsThem(String options) throws Exception {
    String[] all = ("-O1 " + options).split(" ", -1);
    Path program = CProgram.compile(folder, "app", SOURCE, all);
    String script =
        """
        uprobe:FILE:work {
          @small = min(args.small); @n = max(args.n); @x = min(args.p->x); @y = max(args.p->y);
          @low = max(args.p->low); @high = max(args.p->high); @next = max(args.p->next->y);
          @name[str(args.p->in.name)] = count(); @inner = min(args.p->next.in.a);
          @color[args.c] = count(); @count = count();
        }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 12);
      session.stop();
      assertThat(session.words("@small")).containsExactly(-3L);
      assertThat(session.words("@n")).containsExactly(65535L);
      assertThat(session.words("@x")).containsExactly(-1L);
      assertThat(session.words("@y")).containsExactly(1L << 40);
      assertThat(session.words("@low")).containsExactly(5L);
      assertThat(session.words("@high")).containsExactly(17L);
      assertThat(session.words("@next")).containsExactly(700L);
      assertThat(session.words("@name", "first")).containsExactly(12L);
      assertThat(session.words("@inner")).containsExactly(3L);
      assertThat(session.words("@color", 5L)).containsExactly(12L);
      assertThat(session.words("@count")).containsExactly(12L);
    }
  }

  /** Values go into registers by their kind, and the address of a large result is the first. */
  @ParameterizedTest
  @ValueSource(strings = {"-O0 -g", "-O1 -g", "-O2 -g", "-O2 -gdwarf-4"})
  void findsThemBesideOtherValues(String options) throws Exception {
    String source =
        """
        #include <stdlib.h>
        #include <string>
        #include <tuple>
        volatile long sum;
        struct big { long a, b, c; };
        struct flat { double x, y; };
        struct two { long a; int b; };
        struct shape {
          int id = 6;
          __attribute__((noipa)) big grow(int x) { sum += x; return {x, id, sum}; }
          __attribute__((noipa)) void operator()(int x) { sum += x; }
        };
        namespace { __attribute__((noipa)) void hidden(int x) { sum += x; } }
        extern "C" {
        __attribute__((noipa)) big result(int x) { sum += x; return {x, x, sum}; }
        __attribute__((noipa)) two small(int x) { sum += x; return {x, 1}; }
        __attribute__((noipa)) std::string text(std::string s, int x) {
          if (x < 0) { abort(); }
          sum += x + s.size(); return s + s;
        }
        __attribute__((noipa)) void mixed(flat f, __int128 wide, long double old, big b, int x) {
          sum += x + (long)f.x + (long)wide + (long)old + b.a;
        }
        __attribute__((noipa)) void full(int a, int b, int c, int d, int e, two t, int x) {
          sum += a + b + c + d + e + t.a + x;
        }
        __attribute__((noipa)) std::tuple<int, long> pair(std::pair<int, long> p, int x) {
          sum += p.first; return {x, p.second};
        }
        }
        int main(int argc, char **argv) {
          shape s;
          for (int i = 0; i < atoi(argv[1]); i++) {
            result(77); small(77); text("t", 77); mixed({1, 2}, 3, 4, {5, 6, 7}, 77);
            full(1, 2, 3, 4, 5, {6, 7}, 77); pair({1, 2}, 77); s.grow(77);
            s(77); hidden(77);
          }
          return 0;
        }
        """;
    Path program = CProgram.compileCpp(folder, "app", source, options.split(" ", -1));
    String script =
        """
        uprobe:FILE:result { @x["result"] = max(args.x); } uprobe:FILE:small { @x["small"] = max(args.x); }
        uprobe:FILE:text { @x["text"] = max(args.x); } uprobe:FILE:mixed { @x["mixed"] = max(args.x); }
        uprobe:FILE:full { @x["full"] = max(args.x); } uprobe:FILE:pair { @x["pair"] = max(args.x); }
        uprobe:FILE:cpp:shape::grow { @x["grow"] = max(args.x); @id = max(args.this->id); }
        uprobe:FILE:cpp:shape::operator() { @x["call"] = max(args.x); @same = max(((shape *)arg0)->id); }
        uprobe:FILE:cpp:"(anonymous namespace)::hidden" { @x["hidden"] = max(args.x); }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 3);
      session.stop();
      for (String name :
          List.of("result", "small", "text", "mixed", "full", "pair", "grow", "call", "hidden")) {
        assertThat(session.words("@x", name)).as(name).startsWith(77L);
      }
      assertThat(session.words("@id")).startsWith(6L);
      assertThat(session.words("@same")).startsWith(6L);
    }
  }

  @Test
  void tellsNoneThatTheCompilerHasChanged() throws Exception {
    String source =
        """
        #include <stdlib.h>
        volatile long sum;
        static __attribute__((noinline)) void some(int unused, int x) { sum += x; }
        int main(int argc, char **argv) {
          for (int i = 0; i < atoi(argv[1]); i++) { some(i, argc); }
          return 0;
        }
        """;
    Path program = CProgram.compile(folder, "app", source, "-O2", "-g");
    try (HostTarget target = new HostTarget("here")) {
      assertThat(problem(target, "uprobe:%s:some* { @ = args.x; }".formatted(program)))
          .contains("the compiler has changed what it is called with");
    }
  }

  /** Those that the script declares come first. */
  @Test
  void knowsTheStructsOfTheProgram() throws Exception {
    Path program = CProgram.compile(folder, "app", SOURCE, "-O1", "-g");
    String script =
        """
        struct inner { short half; }
        uprobe:FILE:work {
          let $p : struct point * = (struct point *)arg1; $copy = *(struct point *)arg1;
          @x = min($p->x); @y = max($copy.next.y); @size[sizeof(struct point)] = count();
          @half = min(((struct inner *)&$p->in)->half); @args[args] = count();
          @named = min(((point_t *)arg1)->x); @size[sizeof(point_t)] = count();
        }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 4);
      session.stop();
      assertThat(session.words("@x")).containsExactly(-1L);
      assertThat(session.words("@y")).containsExactly(700L);
      assertThat(session.words("@size", 48L)).containsExactly(8L);
      assertThat(session.words("@named")).containsExactly(-1L);
      assertThat(session.words("@half")).containsExactly(-2L);
      assertThat(session.rows("@args")).hasSize(1);
    }
    try (HostTarget target = new HostTarget("here")) {
      Path other = CProgram.compile(folder, "other", SOURCE, "-g");
      assertThat(
              problem(
                  target,
                  "uprobe:%s:main, uprobe:%s:main { @ = ((struct point *)arg0)->x; }"
                      .formatted(program, other)))
          .contains("2 programs of this block have a struct 'point': give each of them a block");
      assertThat(problem(target, "uprobe:%s:main { @ = sizeof(union point); }".formatted(program)))
          .contains("Unknown union: 'point'");
    }
  }

  @Test
  @Covers("uprobe, args")
  void knowsTheTypesOfTheProgram() throws Exception {
    Path program = CProgram.compile(folder, "app", SOURCE, "-O1", "-g");
    String script =
        """
        struct own { int x; long y; };
        uprobe:FILE:work {
          $all = args; @all = max($all.n); $p = (struct point *)arg1; @y = max($p->y);
          @in = max(((struct inner *)&$p->next->in)->a); @size = max(sizeof(struct inner));
          @at = max(offsetof(struct point, in.name)); @own = max(((struct own *)arg1)->y);
          @kernel = max(sizeof(struct task_struct) > 1000 ? 1 : 0);
        }
        uretprobe:FILE:work { @returned = max(sizeof(struct point)); }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 3);
      session.stop();
      assertThat(session.words("@all")).containsExactly(65535L);
      assertThat(session.words("@y")).containsExactly(1L << 40);
      assertThat(session.words("@in")).containsExactly(3L);
      assertThat(session.words("@size")).containsExactly(12L);
      assertThat(session.words("@at")).containsExactly(36L);
      assertThat(session.words("@own")).containsExactly(1L << 40);
      assertThat(session.words("@kernel")).containsExactly(1L);
      assertThat(session.words("@returned")).containsExactly(48L);
    }
  }

  @Test
  void readsThemFromAFileBeside() throws Exception {
    Path program = CProgram.compile(folder, "app", SOURCE, "-O1", "-g");
    Path debug = folder.resolve("app.debug");
    CProgram.output(List.of("/usr/bin/objcopy", "--only-keep-debug", program + "", debug + ""));
    CProgram.output(
        List.of("/usr/bin/objcopy", "-S", "--add-gnu-debuglink=" + debug, program + ""));
    String script =
        "uprobe:FILE:work { @[args.small] = count(); }".replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 3);
      session.stop();
      assertThat(session.words("@", -3L)).containsExactly(3L);
    }
  }

  @Test
  @Covers("uprobe, C++")
  void findsFunctionsOfCpp() throws Exception {
    Path program = CProgram.compileCpp(folder, "app", CPP, "-O1", "-g");
    String script =
        """
        uprobe:FILE:cpp:"ns::f(int)" { @int = sum(args.x); }
        uprobe:FILE:cpp:"ns::f(char const*)" { @text[str(args.text)] = count(); @func[func] = count(); }
        uprobe:FILE:cpp:ns::f { @both = count(); }
        uprobe:FILE:cpp:"ns::shape::grow" { @id = max(args.this->id); @size = max(args.this->size); }
        uprobe:FILE:cpp:"ns::*" { @all[func] = count(); }
        uretprobe:FILE:cpp:"ns::twice<long>" { @twice = max(retval); }
        uprobe:FILE:_ZN2ns1fEi { @mangled = count(); }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 10);
      session.stop();
      assertThat(session.words("@int")).containsExactly(40L);
      assertThat(session.words("@text", "text")).containsExactly(10L);
      assertThat(session.words("@func", "ns::f(char const*)")).containsExactly(20L);
      assertThat(session.words("@both")).containsExactly(30L);
      assertThat(session.words("@id")).containsExactly(9L);
      assertThat(session.words("@size")).containsExactly(109L);
      assertThat(session.words("@all", "ns::shape::grow(int)")).containsExactly(10L);
      assertThat(session.rows("@all")).hasSize(4);
      assertThat(session.words("@twice")).containsExactly(18L);
      assertThat(session.words("@mangled")).containsExactly(10L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-O0 -gdwarf-5", "-O2 -gdwarf-4"})
  @Covers("uprobe, args")
  void countsRegisters(String options) throws Exception {
    Path program = CProgram.compileCpp(folder, "app", BY_VALUE, options.split(" ", -1));
    String script =
        """
        uprobe:FILE:f1 { @[1] = max(args.last); @moved = max(args.m->a); }
        uprobe:FILE:f2 { @[2] = max(args.last); @derived = max(args.d->a); }
        uprobe:FILE:f3 { @[3] = max(args.last); }
        uprobe:FILE:f4 { @[4] = max(args.last); @size = max(args.s->_M_string_length); }
        uprobe:FILE:f5 { @[5] = max(args.last); @first = max(args.first); }
        uprobe:FILE:f6 { @[6] = max(args.last); }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 2);
      session.stop();
      for (long i = 1; i <= 6; i++) {
        assertThat(session.words("@", i)).containsExactly(10 + i);
      }
      assertThat(session.words("@moved")).containsExactly(3L);
      assertThat(session.words("@derived")).containsExactly(6L);
      assertThat(session.words("@size")).containsExactly(4L);
      assertThat(session.words("@first")).containsExactly(9L);
    }
  }

  @Test
  void saysWhatCantBeRead() throws Exception {
    Path program = CProgram.compile(folder, "app", SOURCE, "-O1", "-g");
    Path bare = CProgram.compile(folder, "bare", SOURCE, "-O1");
    try (HostTarget target = new HostTarget("here")) {
      String file = "uprobe:" + program;
      assertThat(problem(target, file + ":work { print(args.share); }"))
          .contains("The argument 'share' of work is in no register that can be read");
      assertThat(problem(target, file + ":work { print(args.smal); }"))
          .contains("has no argument 'smal'", "Did you mean 'small'?");
      assertThat(problem(target, file + ":work { print(args.p->z); }")).contains("z");
      assertThat(problem(target, file + ":hidden { print(1); }"))
          .contains(program + ": the compiler has put hidden into its callers");
      assertThat(problem(target, "uprobe:" + bare + ":work { print(args.small); }"))
          .contains("no debug information of arguments there", "Compile it with -g");
      Path cpp = CProgram.compileCpp(folder, "cpp", CPP, "-O1", "-g");
      assertThat(ProbeListing.matching("uprobe:" + cpp + ":cpp:\"ns::f\"", false, target))
          .containsExactlyInAnyOrder(
              "uprobe:" + cpp + ":cpp:\"ns::f(char const*)\"",
              "uprobe:" + cpp + ":cpp:\"ns::f(int)\"");
      assertThat(ProbeListing.matching(file + ":work", true, target).getFirst())
          .startsWith(
              """
              %s:work
                  signed char small
                  double share
                  const point_t* p
                  short unsigned int n
                  enum color c
                  work+0
              """
                  .formatted(file));
      assertThat(ProbeListing.matching(file + ":wor*", true, target))
          .containsExactly(
              """
              %s:work
                  signed char small
                  double share
                  const point_t* p
                  short unsigned int n
                  enum color c\
              """
                  .formatted(file));
      assertThat(ProbeListing.matching(file.replace("uprobe", "uretprobe") + ":work", true, target))
          .containsExactly(file.replace("uprobe", "uretprobe") + ":work");
    }
  }

  /** Whoever may write a program may write nonsense into it. */
  @Test
  void survivesDamage() throws Exception {
    Path program = CProgram.compile(folder, "app", SOURCE, "-O1", "-g");
    byte[] good = Files.readAllBytes(program);
    Path damaged = folder.resolve("damaged");
    Random random = new Random(3);
    int readable = 0;
    try (HostTarget target = new HostTarget("here")) {
      long offset;
      Binary whole = target.binaries().open(program.toString());
      offset = whole.fileOffset(whole.function("work").orElseThrow().address()).orElseThrow();
      assertThat(whole.signature(offset).orElseThrow().parameters()).hasSize(5);
      for (int i = 0; i < 300; i++) {
        byte[] bytes = good.clone();
        for (int n = 0; n < 20; n++) {
          // Behind the code, where the debug information is.
          bytes[0x3000 + random.nextInt(bytes.length - 0x3000)] = (byte) random.nextInt(256);
        }
        Files.write(damaged, bytes);
        try {
          Binary binary = target.binaries().open(damaged.toString());
          binary.declarations(offset);
          binary.inlined("hidden");
          for (var parameter :
              binary.signature(offset).map(s -> s.parameters()).orElse(List.of())) {
            if (parameter.type() instanceof Type.Pointer(Type.Struct struct, var _)) {
              binary.members(struct.origin().id());
            }
            readable++;
          }
        } catch (BinaryException e) {
          assertThat(e).hasMessageContaining(damaged.toString());
        }
      }
    }
    assertThat(readable).isPositive();
  }

  private static String problem(HostTarget target, String script) {
    try {
      Compiler.compile(script, "test", target);
      throw new AssertionError("no error: " + script);
    } catch (CompileException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
