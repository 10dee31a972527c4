package jbt.compiler.check;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Setting;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Imports;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Settings;

/** Reads the {@code config} block. */
final class Configuration {
  private static final int MOST_KEYS = 1 << 24;
  private static final int MOST_PROBES = 1 << 16;

  private static final int MOST_CAT_BYTES = 1 << 20;

  /** Those that the kernel takes for the GPL: include/linux/license.h. */
  private static final List<String> LICENSES =
      List.of(
          "GPL",
          "GPL v2",
          "GPL and additional rights",
          "Dual BSD/GPL",
          "Dual MIT/GPL",
          "Dual MPL/GPL");

  /** What is set by the environment alone. */
  private static final Set<String> OUTSIDE =
      Set.of(
          "btf",
          "color",
          "debug_output",
          "kernel_build",
          "kernel_source",
          "max_ast_nodes",
          "verify_llvm_ir",
          "vmlinux");

  /** The old name of the opposite of cpp_demangle. */
  private static final String OPPOSITE = "no_cpp_demangle";

  private static final String IMPORTS = "unstable_import_statement";
  static final String TYPEINFO = "unstable_typeinfo";
  static final String TSERIES = "unstable_tseries";
  static final String UNWINDING = "unstable_dw_ustack";

  private static final Map<String, String> RENAMED =
      Map.of(
          "strlen",
          "max_strlen",
          OPPOSITE,
          "cpp_demangle",
          "cat_bytes_max",
          "max_cat_bytes",
          "map_keys_max",
          "max_map_keys");

  /** Of these and of the numbers and words below nothing here could change anything. */
  private static final Set<String> IDLE_FLAGS =
      Set.of("lazy_symbolication", "use_blazesym", "show_debug_info");

  private static final Set<String> IDLE_NUMBERS =
      Set.of("log_size", "max_bpf_progs", "on_stack_limit", "perf_rb_pages");

  private static final Map<String, List<String>> IDLE_WORDS =
      Map.of("cache_user_symbols", List.of("PER_PROGRAM", "PER_PID", "NONE", "1", "0"));

  /** What bpftrace had once. */
  private static final Set<String> FORMER =
      Set.of(
          "symbol_source",
          "max_type_res_iterations",
          "unstable_addr",
          "unstable_import",
          "unstable_macro",
          "unstable_map_decl");

  private static final Set<String> WITH_EFFECT =
      Set.of(
          "cpp_demangle",
          "max_map_keys",
          "max_strlen",
          "missing_probes",
          "print_maps_on_exit",
          "stack_mode",
          "max_probes",
          "max_cat_bytes",
          "tracepoint_attach",
          "kprobe_attach",
          "license",
          "str_trunc_trailer",
          IMPORTS,
          TYPEINFO,
          TSERIES,
          UNWINDING);

  private final Map<String, Setting> given = new HashMap<>();
  private final Diagnostics diagnostics;

  private Configuration(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** {@code outside}: what whoever runs the script has set, which counts more. */
  static Settings of(Ast.Script script, Map<String, String> outside, Diagnostics diagnostics) {
    Configuration configuration = new Configuration(diagnostics);
    script.settings().forEach(configuration::note);
    new TreeMap<>(outside).forEach(configuration::note);
    configuration.allow(script.imports());
    configuration.checkIdle();
    Settings normal = Settings.DEFAULT;
    return new Settings(
        configuration.number("max_map_keys", normal.maxMapKeys(), 1, MOST_KEYS),
        configuration.longestText(normal.maxStrlen()),
        switch (configuration.word("missing_probes", List.of("error", "warn", "ignore"))) {
          case "warn" -> Settings.Missing.WARN;
          case "ignore" -> Settings.Missing.IGNORE;
          default -> Settings.Missing.ERROR;
        },
        configuration.flag("print_maps_on_exit", normal.printMapsOnExit()),
        configuration.word("stack_mode", List.of("bpftrace", "perf", "raw", "build_id")),
        configuration.number("max_probes", normal.maxProbes(), 1, MOST_PROBES),
        configuration.number("max_cat_bytes", normal.maxCatBytes(), 1, MOST_CAT_BYTES),
        switch (configuration.word("tracepoint_attach", List.of("auto", "perf", "raw"))) {
          case "perf" -> Settings.TracepointAttach.PERF;
          case "raw" -> Settings.TracepointAttach.RAW;
          default -> Settings.TracepointAttach.AUTO;
        },
        configuration.word("kprobe_attach", List.of("auto", "kprobe")).equals("kprobe")
            ? Settings.KprobeAttach.KPROBE
            : Settings.KprobeAttach.AUTO,
        configuration.demangles(normal.cppDemangle()),
        configuration.word("license", LICENSES),
        configuration.text("str_trunc_trailer", normal.truncationTrailer()),
        configuration.unstable(TYPEINFO, normal.typeinfo()),
        configuration.unstable(TSERIES, normal.tseries()),
        configuration.unstable(UNWINDING, normal.unwinding()));
  }

  private Settings.Unstable unstable(String key, Settings.Unstable normal) {
    if (!given.containsKey(key)) {
      return normal;
    }
    return switch (word(key, List.of("error", "warn", "enable"))) {
      case "warn" -> Settings.Unstable.WARN;
      case "enable" -> Settings.Unstable.ENABLE;
      default -> Settings.Unstable.ERROR;
    };
  }

  /** As scripts write it. */
  static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** {@code key}: the setting by which a script allows {@code what}. */
  static void permit(
      Settings.Unstable allowed,
      String what,
      String key,
      SourceRange range,
      Diagnostics diagnostics) {
    switch (allowed) {
      case ERROR ->
          diagnostics.error(
              range,
              what + " may change: it has to be allowed",
              List.of(),
              List.of("Write config = { %s = enable } at the top of the script".formatted(key)));
      case WARN -> diagnostics.warning(range, what + " may change");
      case ENABLE -> {}
    }
  }

  private void allow(List<Ast.Import> imports) {
    String allowed = word(IMPORTS, List.of("enable", "warn", "error"));
    for (Ast.Import written : imports) {
      if (Imports.ofLanguage(written.path())) {
        continue;
      }
      switch (allowed) {
        case "error" ->
            diagnostics.error(written.range(), "import may change: " + IMPORTS + " refuses it");
        case "warn" -> diagnostics.warning(written.range(), "import may change");
        default -> {}
      }
    }
  }

  private void checkIdle() {
    IDLE_FLAGS.forEach(key -> flag(key, false));
    IDLE_NUMBERS.forEach(key -> number(key, 0, 0, Integer.MAX_VALUE));
    IDLE_WORDS.forEach(this::word);
  }

  private static boolean isIdle(String key) {
    return IDLE_FLAGS.contains(key) || IDLE_NUMBERS.contains(key) || IDLE_WORDS.containsKey(key);
  }

  private void note(Setting setting) {
    String key = take(setting);
    if (OUTSIDE.contains(key)) {
      diagnostics.error(
          setting.range(), setting.key() + " can only be set as an environment variable");
    } else if (!given.containsKey(key) && !FORMER.contains(key)) {
      Set<String> names = new TreeSet<>(WITH_EFFECT);
      names.addAll(IDLE_FLAGS);
      names.addAll(IDLE_NUMBERS);
      names.addAll(IDLE_WORDS.keySet());
      diagnostics.error(
          setting.range(),
          setting.key() + ": not a known configuration option",
          List.of(),
          Nearest.hint(key, names));
    }
  }

  /** Names that are not known may be meant for others. */
  private void note(String name, String text) {
    Expr value =
        text.matches("[0-9]{1,18}")
            ? new Expr.Int(Long.parseLong(text), false, SourceRange.NOWHERE)
            : new Expr.Name(text, SourceRange.NOWHERE);
    take(new Setting(name, value, SourceRange.NOWHERE));
  }

  /** Keeps what is known, warns of names of former times, and returns the name of today. */
  private String take(Setting setting) {
    String plain = plain(setting.key());
    String key = RENAMED.getOrDefault(plain, plain);
    if (!key.equals(plain)) {
      String now = plain.equals(OPPOSITE) ? " is now the opposite of " : " is now named ";
      diagnostics.warning(setting.range(), plain + now + key);
    } else if (FORMER.contains(key)) {
      diagnostics.warning(setting.range(), key + " has no effect any more");
    }
    if (WITH_EFFECT.contains(key) || isIdle(key)) {
      given.put(key, setting);
    }
    return key;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceFirst("^bpftrace_", "");
  }

  private void wrong(Setting setting, String what) {
    diagnostics.error(setting.value().range(), setting.key() + " is " + what);
  }

  /** More than is possible is as much as is possible: scripts for bpftrace may ask for it. */
  private int longestText(int normal) {
    Setting setting = given.get("max_strlen");
    int most = FieldType.LONGEST_STRING;
    if (setting != null && setting.value() instanceof Expr.Int asked && asked.value() > most) {
      diagnostics.warning(
          asked.range(), "%s is %d here: longer texts are cut".formatted(setting.key(), most));
      return most;
    }
    return number("max_strlen", normal, 1, most);
  }

  private int number(String key, int normal, int least, int most) {
    Setting setting = given.get(key);
    if (setting == null) {
      return normal;
    }
    if (setting.value() instanceof Expr.Int number
        && number.value() >= least
        && number.value() <= most) {
      return (int) number.value();
    }
    wrong(setting, "a number from %d to %d".formatted(least, most));
    return normal;
  }

  private String text(String key, String normal) {
    Setting setting = given.get(key);
    if (setting == null) {
      return normal;
    }
    return switch (setting.value()) {
      case Expr.Str text -> text.value();
      case Expr.Name word -> word.name();
      default -> {
        wrong(setting, "a string");
        yield normal;
      }
    };
  }

  private String word(String key, List<String> words) {
    Setting setting = given.get(key);
    String word =
        setting != null && setting.value() instanceof Expr.Int number
            ? Long.toString(number.value())
            : text(key, words.getFirst());
    if (setting != null && !words.contains(word)) {
      wrong(setting, "one of " + String.join(", ", words));
    }
    return words.contains(word) ? word : words.getFirst();
  }

  private boolean demangles(boolean normal) {
    Setting setting = given.get("cpp_demangle");
    boolean opposite = setting != null && plain(setting.key()).equals(OPPOSITE);
    return flag("cpp_demangle", normal) != opposite;
  }

  private boolean flag(String key, boolean normal) {
    Setting setting = given.get(key);
    if (setting == null) {
      return normal;
    }
    Optional<Boolean> value =
        switch (setting.value()) {
          case Expr.Int number -> TruthWords.read(Long.toString(number.value()));
          case Expr.Name word -> TruthWords.read(word.name());
          case Expr.Str text -> TruthWords.read(text.value());
          default -> Optional.empty();
        };
    if (value.isEmpty()) {
      wrong(setting, "true or false");
    }
    return value.orElse(normal);
  }
}
