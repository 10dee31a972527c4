package jbt.compiler.check;

import java.util.List;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Settings;

/** {@code config}: the settings of the script, as literals. */
final class SettingValues {
  private SettingValues() {}

  static boolean is(Ast.Expr expr) {
    return switch (expr) {
      case Ast.Expr.Name name -> name.name().equals("config");
      case Ast.Expr.Call call -> call.function().equals("config");
      default -> false;
    };
  }

  static Value record(Settings settings, SourceRange range) {
    List<String> names =
        List.of(
            "cpp_demangle",
            "license",
            "max_cat_bytes",
            "max_map_keys",
            "max_probes",
            "max_strlen",
            "missing_probes",
            "print_maps_on_exit",
            "stack_mode",
            "str_trunc_trailer",
            Configuration.UNWINDING,
            Configuration.TSERIES,
            Configuration.TYPEINFO);
    List<Expr> parts =
        List.of(
            Value.bool(settings.cppDemangle(), range).expr(),
            Value.string(settings.license(), range).expr(),
            Value.literal(settings.maxCatBytes(), range).expr(),
            Value.literal(settings.maxMapKeys(), range).expr(),
            Value.literal(settings.maxProbes(), range).expr(),
            Value.literal(settings.maxStrlen(), range).expr(),
            Value.string(Configuration.written(settings.missingProbes()), range).expr(),
            Value.bool(settings.printMapsOnExit(), range).expr(),
            Value.string(settings.stackMode(), range).expr(),
            Value.string(settings.truncationTrailer(), range).expr(),
            Value.string(Configuration.written(settings.unwinding()), range).expr(),
            Value.string(Configuration.written(settings.tseries()), range).expr(),
            Value.string(Configuration.written(settings.typeinfo()), range).expr());
    return Value.of(Expr.Tuple.record(names, parts, range));
  }
}
