package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Settings;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The config block, declared maps and what else stands at the top of a script. */
class ConfigurationTest {
  private static Plan compile(String script) throws CompileException {
    return Compiler.compile(script, "stdin", new FakeTarget("web01"));
  }

  private static KernelMap kernelMap(Plan plan, String name) {
    return plan.maps().stream().filter(map -> map.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "MAX_MAP_KEYS, 7, maxMapKeys=7",
    "MAX_STRLEN, 7, maxStrlen=7",
    "MISSING_PROBES, warn, missingProbes=WARN",
    "PRINT_MAPS_ON_EXIT, false, printMapsOnExit=false",
    "STACK_MODE, perf, stackMode=perf",
    "MAX_PROBES, 7, maxProbes=7",
    "MAX_CAT_BYTES, 7, maxCatBytes=7",
    "TRACEPOINT_ATTACH, raw, tracepointAttach=RAW",
    "CPP_DEMANGLE, 0, cppDemangle=false",
    "NO_CPP_DEMANGLE, 1, cppDemangle=false",
    "LICENSE, GPL v2, license=GPL v2",
    "STR_TRUNC_TRAILER, ~, truncationTrailer=~",
    "STRLEN, 7, maxStrlen=7",
    "CAT_BYTES_MAX, 7, maxCatBytes=7",
    "MAP_KEYS_MAX, 7, maxMapKeys=7"
  })
  void eachIsAVariableToo(String variable, String value, String setting) throws Exception {
    Map<String, String> environment = Map.of("BPFTRACE_" + variable, value);
    Parameters parameters = new Parameters(List.of(), Map.of(), Map.of(), List.of(), environment);
    Plan plan = Compiler.compile("BEGIN { }", "stdin", parameters, new FakeTarget("web01"));
    String component = setting.substring(0, setting.indexOf('='));
    assertThat(plan.settings().toString())
        .isEqualTo(
            Settings.DEFAULT.toString().replaceFirst("\\b" + component + "=[^],]*", setting));
  }

  @Test
  void whatIsSetOutsideCountsMore() throws Exception {
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of(
                "BPFTRACE_MAX_STRLEN", "100",
                "BPFTRACE_STACK_MODE", "raw",
                "BPFTRACE_PRINT_MAPS_ON_EXIT", "0",
                "BPFTRACE_VMLINUX", "/nowhere"));
    String script = "config = { max_strlen = 64; max_map_keys = 7 } BEGIN { }";
    Plan plan = Compiler.compile(script, "stdin", parameters, new FakeTarget("web01"));
    assertThat(plan.settings())
        .isEqualTo(
            new Settings(
                7,
                100,
                Settings.Missing.ERROR,
                false,
                "raw",
                1024,
                Settings.DEFAULT.maxCatBytes(),
                Settings.DEFAULT.tracepointAttach(),
                Settings.DEFAULT.kprobeAttach(),
                true,
                "GPL",
                "..",
                Settings.Unstable.ERROR,
                Settings.Unstable.ENABLE,
                Settings.Unstable.ENABLE));
    Parameters wrong =
        new Parameters(
            List.of(), Map.of(), Map.of(), List.of(), Map.of("BPFTRACE_MAX_STRLEN", "x"));
    assertThatThrownBy(() -> Compiler.compile(script, "stdin", wrong, new FakeTarget("web01")))
        .hasMessage("ERROR: BPFTRACE_MAX_STRLEN is a number from 1 to 1024\n");
  }

  @Test
  void warnsOfNamesOfFormerTimesInTheEnvironment() throws Exception {
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of("BPFTRACE_STRLEN", "32", "BPFTRACE_SYMBOL_SOURCE", "dwarf"));
    Plan plan = Compiler.compile("BEGIN { }", "stdin", parameters, new FakeTarget("web01"));
    assertThat(plan.warnings())
        .containsExactly(
            "WARNING: strlen is now named max_strlen",
            "WARNING: symbol_source has no effect any more");
  }

  @Test
  void setsWhatAScriptDependsOn() throws Exception {
    Plan plan =
        compile(
            """
            #!/usr/bin/env jbt-remote
            config = {
              BPFTRACE_MAX_MAP_KEYS = 10; max_strlen = 64; str_trunc_trailer = "~";
              missing_probes = warn; print_maps_on_exit = false; stack_mode = perf; license = "GPL v2";
              map_keys_max = 20; tracepoint_attach = raw; kprobe_attach = kprobe; cpp_demangle = 0;
              unstable_typeinfo = enable; unstable_tseries = warn; unstable_dw_ustack = error
            }
            tracepoint:syscalls:sys_enter_openat, tracepoint:no:such { @[pid] = count(); print(str(args.filename)); }
            """);
    assertThat(plan.settings())
        .isEqualTo(
            new Settings(
                20,
                64,
                Settings.Missing.WARN,
                false,
                "perf",
                1024,
                10_240,
                Settings.TracepointAttach.RAW,
                Settings.KprobeAttach.KPROBE,
                false,
                "GPL v2",
                "~",
                Settings.Unstable.ENABLE,
                Settings.Unstable.WARN,
                Settings.Unstable.ERROR));
    assertThat(kernelMap(plan, "AT_").maxEntries()).isEqualTo(20);
    assertThat(plan.sites().getFirst()).hasToString("Value[type=" + new Type.Str(64) + "]");
    assertThat(plan.warnings())
        .anyMatch(warning -> warning.contains("map_keys_max is now named max_map_keys"))
        .anyMatch(warning -> warning.contains("No matches for tracepoint no:such. Skipping."));
  }

  @Test
  void knowsTheOldNameOfTheOppositeOfDemangling() throws Exception {
    Plan off = compile("config = { no_cpp_demangle = true } BEGIN { }");
    assertThat(off.settings().cppDemangle()).isFalse();
    assertThat(off.warnings())
        .singleElement()
        .asString()
        .contains("no_cpp_demangle is now the opposite of cpp_demangle");
    Plan on = compile("config = { cpp_demangle = 0; no_cpp_demangle = 0 } BEGIN { }");
    assertThat(on.settings().cppDemangle()).isTrue();
    for (Map<String, String> outside :
        List.of(
            Map.of("BPFTRACE_NO_CPP_DEMANGLE", "1"), Map.of("BPFTRACE_CPP_DEMANGLE", "false"))) {
      Parameters parameters = new Parameters(List.of(), Map.of(), Map.of(), List.of(), outside);
      String script = "config = { cpp_demangle = true } BEGIN { }";
      Plan plan = Compiler.compile(script, "stdin", parameters, new FakeTarget("web01"));
      assertThat(plan.settings().cppDemangle()).describedAs(outside + "").isFalse();
    }
  }

  @Test
  void tellsWhatCantBeSet() {
    assertThatThrownBy(
            () ->
                compile(
                    """
                    config = { max_map_kys = 1; missing_probes = maybe; max_strlen = 0 }
                    let @a = lruhsh(1); let @b = hash(0); let @c = hash(1); let @c = hash(2);
                    BEGIN { }
                    """))
        .hasMessage(
            """
            stdin:1:12-27: ERROR: max_map_kys: not a known configuration option
            config = { max_map_kys = 1; missing_probes = maybe; max_strlen = 0 }
                       ~~~~~~~~~~~~~~~
            HINT: Did you mean 'max_map_keys'?
            stdin:1:46-51: ERROR: missing_probes is one of error, warn, ignore
            config = { max_map_kys = 1; missing_probes = maybe; max_strlen = 0 }
                                                         ~~~~~
            stdin:1:66-67: ERROR: max_strlen is a number from 1 to 1024
            config = { max_map_kys = 1; missing_probes = maybe; max_strlen = 0 }
                                                                             ~
            stdin:2:1-19: ERROR: Invalid map type: 'lruhsh'
            let @a = lruhsh(1); let @b = hash(0); let @c = hash(1); let @c = hash(2);
            ~~~~~~~~~~~~~~~~~~
            HINT: Did you mean 'lruhash'?
            stdin:2:35-36: ERROR: The size of a map is a number from 1 to 16777216
            let @a = lruhsh(1); let @b = hash(0); let @c = hash(1); let @c = hash(2);
                                              ~
            stdin:2:57-73: ERROR: @c was already declared
            let @a = lruhsh(1); let @b = hash(0); let @c = hash(1); let @c = hash(2);
                                                                    ~~~~~~~~~~~~~~~~
            stdin:2:39-55: ERROR: This is the initial declaration.
            let @a = lruhsh(1); let @b = hash(0); let @c = hash(1); let @c = hash(2);
                                                  ~~~~~~~~~~~~~~~~
            """);
  }

  @Test
  void declaresMaps() throws Exception {
    Plan plan =
        compile(
            """
            let @plain = lruhash(5); let @count = percpulruhash(6); let @both = hash(7);
            let @unused = hash(1);
            BEGIN { @plain[1] = 2; @count[1] = count(); @both[1] = sum(1); }
            """);
    assertThat(kernelMap(plan, "AT_plain").kind()).isEqualTo(KernelMap.Kind.LRU_HASH);
    assertThat(kernelMap(plan, "AT_plain").maxEntries()).isEqualTo(5);
    assertThat(kernelMap(plan, "AT_count").kind()).isEqualTo(KernelMap.Kind.LRU_PERCPU_HASH);
    assertThat(kernelMap(plan, "AT_both").kind()).isEqualTo(KernelMap.Kind.PERCPU_HASH);
    assertThat(kernelMap(plan, "AT_both").maxEntries()).isEqualTo(7);
    assertThat(plan.warnings()).hasSize(1).first().asString().contains("Unused map: @unused");
  }

  @Test
  void tellsThatNothingIsLeft() {
    assertThatThrownBy(() -> compile("config = { missing_probes = ignore } tracepoint:no:such { }"))
        .hasMessage("ERROR: No attach point of the script has a match\n")
        .matches(e -> e instanceof CompileException c && c.noMatch());
    assertThatThrownBy(() -> compile("config = { max_probes = 2 } tracepoint:*:* { }"))
        .hasMessageContaining("probes: at most 2 are allowed");
  }
}
