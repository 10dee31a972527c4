package jbt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.cli.session.Buffering;
import jbt.cli.session.Graphs;
import jbt.cli.session.Modes;
import jbt.cli.session.Parameters;
import jbt.transport.Role;
import jbt.v1.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  private static final Path HOME = Path.of("/home/alice");

  private static Command parse(String... arguments) throws UsageException {
    return Arguments.parse(arguments, HOME);
  }

  @Test
  void everyOptionOfARun() throws Exception {
    assertThat(
            parse(
                "--hosts",
                "a,b",
                "--collector",
                "c:99",
                "--inventory",
                "i",
                "--cert",
                "x",
                "--key",
                "y",
                "--ca",
                "z",
                "--per-host",
                "-f",
                "json",
                "-o",
                "out",
                "-q",
                "-v",
                "-d",
                "--duration",
                "10s",
                "-I",
                "here",
                "--include",
                "a.h",
                "-I",
                "there",
                "--include",
                "b.h",
                "--unsafe",
                "--dry-run",
                "--no-warnings",
                "--max-loss",
                "5",
                "--min-hosts",
                "2",
                "-e",
                "BEGIN {}"))
        .isEqualTo(
            new Command.Trace(
                new Command.Where(
                    List.of("a,b"),
                    Optional.of("c:99"),
                    Optional.of(Path.of("i")),
                    Path.of("x"),
                    Path.of("y"),
                    Path.of("z")),
                new Command.Source.Text("BEGIN {}"),
                new Parameters(List.of(), Map.of(), List.of("a.h", "b.h")),
                List.of(Path.of("here"), Path.of("there")),
                true,
                true,
                Optional.of(Path.of("out")),
                true,
                true,
                true,
                10_000_000_000L,
                new Modes(
                    true,
                    OptionalInt.empty(),
                    Optional.empty(),
                    true,
                    false,
                    5,
                    2,
                    Mode.MODE_TRACE,
                    "",
                    false,
                    Buffering.LINE,
                    Graphs.NONE)));
  }

  @Test
  void defaults() throws Exception {
    Path config = HOME.resolve(".config/jbt");
    assertThat(parse("script.bt"))
        .isEqualTo(
            new Command.Trace(
                new Command.Where(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    config.resolve("user.crt"),
                    config.resolve("user.key"),
                    config.resolve("ca.crt")),
                new Command.Source.File(Path.of("script.bt")),
                Parameters.NONE,
                List.of(),
                false,
                false,
                Optional.empty(),
                false,
                false,
                false,
                0,
                Modes.NORMAL));
    assertThat(parse("-")).extracting("source").isEqualTo(new Command.Source.StandardInput());
  }

  @Test
  void listing() throws Exception {
    assertThat(parse("-l")).extracting("pattern").isEqualTo("");
    assertThat(parse("-l", "tracepoint:*")).extracting("pattern").isEqualTo("tracepoint:*");
    assertThat(parse("-l", "-v", "tracepoint:*"))
        .extracting("pattern", "details")
        .containsExactly("tracepoint:*", true);
    assertThat(parse("-l", "-p", "1", "usdt:*")).extracting("pattern").isEqualTo("usdt:*");
    assertThat(parse("-lv", "struct path"))
        .extracting("pattern", "details")
        .containsExactly("struct path", true);
    assertThat(parse("-lv")).extracting("pattern", "details").containsExactly("", true);
  }

  @Test
  void otherNamesOfOptions() throws Exception {
    for (List<String> same :
        List.of(
            List.of("-o f x", "--output f x"),
            List.of("-e a=b", "-ea=b"),
            List.of("-q -e a=b", "-qea=b"),
            List.of("-I a=b -f json -c x=y x", "-Ia=b -fjson -cx=y x"),
            List.of("-q -v x", "--quiet --verbose x"),
            List.of("-k x", "--warnings x", "-kk x"),
            List.of(
                "-d -e x",
                "-d ast -e x",
                "-dcodegen,types -e x",
                "--debug all -e x",
                "--debug=dis -e x"),
            List.of("-d pom.xml", "-d ast pom.xml", "--debug pom.xml"),
            List.of("-d x.bt", "-d ast x.bt"),
            List.of("-p 5 x", "--pid 5 x", "--pid=5 x"),
            List.of("-c y x", "--cmd y x", "-cy x"),
            List.of("--test x", "--mode test x"),
            List.of("--bench x", "--mode=bench x"),
            List.of("x", "-b x", "--btf x", "--usdt-file-activation x"),
            List.of("-l y", "--list y", "--list=y", "-ly"))) {
      for (String other : same) {
        assertThat(parse(other.split(" "))).as(other).isEqualTo(parse(same.getFirst().split(" ")));
      }
    }
    assertThat(parse("-l", "ast")).extracting("pattern").isEqualTo("ast");
  }

  @Test
  void certificates() throws Exception {
    assertThat(parse("pki", "init"))
        .isEqualTo(new Command.PkiInit(HOME.resolve(".config/jbt"), 3650));
    assertThat(parse("pki", "issue", "host", "a", "--dns", "a.x,b.x", "--dir", "d", "--days", "7"))
        .isEqualTo(new Command.PkiIssue(Path.of("d"), Role.HOST, "a", List.of("a.x", "b.x"), 7));
  }

  @Test
  void whatFollowsIsTheScripts() throws Exception {
    Parameters expected =
        new Parameters(List.of("12", "a b"), Map.of("n", "3=4", "flag", "true"), List.of());
    for (List<String> script : List.of(List.of("-e", "BEGIN {}"), List.of("x.bt"))) {
      List<String> line = new ArrayList<>(script);
      line.addAll(List.of("12", "--", "--n=3=4", "a b", "--flag"));
      Command command = Arguments.parse(line.toArray(String[]::new), HOME);
      assertThat(((Command.Trace) command).parameters()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--hosts= -e x             ; --hosts names no host",
        "                          ; no script: -e SCRIPT, FILE or -",
        "--nonsense                ; no such option: --nonsense",
        "--host a -e x             ; no such option: --host (did you mean --hosts?)",
        "--unsaf -e x              ; no such option: --unsaf (did you mean --unsafe?)",
        "--versoin                 ; no such option: --versoin (did you mean --version?)",
        "-e                        ; -e needs a value",
        "x -- --1=2                ; an option of a script is --name=value, not --1=2",
        "--aot f x                 ; no such option: --aot (jbt makes no binaries of scripts, and compiles them where they run)",
        "--debuginfo=/d x          ; no such option: --debuginfo (debug information is looked for beside a program and in /usr/lib/debug)",
        "--dwarf-pid 5 x           ; no such option: --dwarf-pid (dw_ustack unwinds the process of -p)",
        "--emit-elf f x            ; no such option: --emit-elf (jbt makes no object files, but -d prints the instructions)",
        "--emit-llvm f x           ; no such option: --emit-llvm (jbt is without LLVM, but -d prints its intermediate code)",
        "--fmt x                   ; no such option: --fmt (jbt has no formatter of scripts)",
        "--no-feature kprobe_multi x ; no such option: --no-feature (jbt uses what the kernel has, see --info)",
        "--traceable-functions f x ; no such option: --traceable-functions (the kernel itself is asked what can be traced)",
        "--verify-llvm-ir x        ; no such option: --verify-llvm-ir (jbt is without LLVM, and the kernel verifies every program)",
        "--mode codegen x          ; --mode is test or bench, not codegen (-d compiles a script and runs nothing)",
        "--mode format x           ; --mode is test or bench, not format (jbt has no formatter of scripts)",
        "--mode fast x             ; --mode is test or bench, not fast",
        "--mode test --bench x     ; --bench can't be used with --mode",
        "--test --probe-filter [ x ; --probe-filter: Unclosed character class: [",
        "x -- --a --a=1            ; --a twice",
        "x a\ufffd                 ; a parameter of the script is not UTF-8: a\ufffd",
        "x -- --a=\ufffd           ; a parameter of the script is not UTF-8: \ufffd",
        "-l -- --a                 ; -l takes no options of a script: --a",
        "-l x -e y                 ; -l takes a pattern or -e, not both: x",
        "-lx begin                 ; one pattern at most: x, begin",
        "-f xml x                  ; -f is text or json, not xml",
        "-d nosuch -e x            ; -d is ast, types, codegen, codegen-opt, libbpf, verifier, parse, dis or all, not nosuch",
        "--debug=ast,no -e x       ; -d is ast, types, codegen, codegen-opt, libbpf, verifier, parse, dis or all, not ast,no",
        "--collector c x           ; --collector needs --hosts: which of its hosts are meant?",
        "--cert c x                ; --cert can't be used without --hosts",
        "--hosts a --hosts b x     ; --hosts twice",
        "--duration 10 x           ; not a length of time: 10 (10s, 500ms, 5m or 1h)",
        "--duration 0s x           ; not a length of time: 0s (10s, 500ms, 5m or 1h)",
        "--max-loss few x          ; --max-loss is a number up to 999999999, not few",
        "--min-hosts -1 x          ; --min-hosts is a number up to 999999999, not -1",
        "-p 0 x                    ; Pid out of range: 0 is not from 1 to 4194304",
        "-p me x                   ; Failed to parse pid: me is no number",
        "-k --no-warnings x        ; -k can't be used with --no-warnings",
        "--test --bench x          ; --bench can't be used with --test",
        "-p 1 -c y x               ; -c can't be used with -p",
        "--hosts a -c y x          ; -c can't be used with --hosts",
        "-B all x                  ; -B is line, full or none, not all",
        "-l x -d                   ; -d can't be used with -l",
        "pki                       ; pki init, or pki issue host|user|collector NAME",
        "pki issue host            ; pki init, or pki issue host|user|collector NAME",
        "pki issue cat a           ; a certificate is for a host, user or collector, not cat",
        "pki issue host ../a       ; not a name for a certificate: ../a",
        "pki issue host ca         ; not a name for a certificate: ca",
        "pki issue user a --dns b  ; --dns can't be used with pki issue user",
        "pki init --days never     ; --days is a number of days, not never",
      })
  void mistakes(String arguments, String message) {
    String[] split = arguments == null ? new String[0] : arguments.split(" +");
    assertThatThrownBy(() -> parse(split)).isInstanceOf(UsageException.class).hasMessage(message);
  }

  @Test
  void lengthsOfTime() throws Exception {
    assertThat(Durations.parse("500ms")).isEqualTo(500_000_000L);
    assertThat(Durations.parse("5m")).isEqualTo(300_000_000_000L);
    assertThat(Durations.parse("1h")).isEqualTo(3_600_000_000_000L);
  }
}
