package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jbt.compiler.CompileException;
import jbt.compiler.c.Headers;
import jbt.compiler.c.Kernel;
import jbt.compiler.c.Preprocessed;
import jbt.compiler.c.Preprocessor;
import jbt.compiler.c.ScriptTypes;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.PointAt;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Mode;
import jbt.compiler.lang.Parser;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Target;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Type;

/** From text to a script without errors. */
public final class Checker {
  /** Types that still change after so many rounds depend on each other in a strange way. */
  private static final int MOST_ROUNDS = 100;

  /** A block and those of its attach points that one program serves. */
  private record Group(Ast.Block block, List<Expanded> points) {}

  /** A script of which the attach points are known. */
  private record Placed(
      Preprocessed preprocessed,
      Ast.Script written,
      Settings settings,
      Map<String, MapDeclarations.Declared> declared,
      Binaries binaries,
      Expansion expansion,
      List<Group> groups) {}

  /** What one round made. */
  private record Result(List<Probe> probes, List<String> attachPointNames, Round round) {}

  private Checker() {}

  public static Checked check(Source source, Target target) throws CompileException {
    return check(source, Parameters.NONE, target);
  }

  /** Follows a script's directives. */
  public static Preprocessed preprocess(
      Source main, Parameters parameters, Target target, Diagnostics diagnostics) {
    Kernel kernel =
        new Kernel() {
          @Override
          public boolean tellsTypes() {
            return target.kernelTypes().isPresent();
          }

          @Override
          public OptionalInt version() {
            return target.kernelVersion();
          }
        };
    return Preprocessor.run(main, parameters, kernel, diagnostics);
  }

  /**
   * Reads a script and looks up its attach points. What its blocks do is not checked, nor whether
   * the kernel can attach there.
   *
   * @return what they stand for, each once, in the order of the script
   * @throws CompileException with all errors
   */
  public static List<String> attachPoints(Source main, Parameters parameters, Target target)
      throws CompileException {
    Diagnostics diagnostics = new Diagnostics();
    Placed placed = place(main, parameters, target, diagnostics, false, true);
    Expansion expansion = placed.expansion;
    checkMatched(placed.groups, expansion, diagnostics);
    throwErrors(
        diagnostics,
        placed.preprocessed.source(),
        expansion.unmatched() == diagnostics.errorCount());
    return placed.groups.stream()
        .flatMap(group -> group.points.stream().map(Expanded::name))
        .distinct()
        .toList();
  }

  /**
   * What the script's options are, a line for each, if {@code --help} asks for them and is none of
   * them itself.
   *
   * @throws CompileException with all errors
   */
  public static Optional<String> help(Source main, Parameters parameters, Target target)
      throws CompileException {
    if (!parameters.options().containsKey("help")) {
      return Optional.empty();
    }
    Diagnostics diagnostics = new Diagnostics();
    Preprocessed preprocessed = preprocess(main, parameters, target, diagnostics);
    Ast.Script written = parse(preprocessed, diagnostics);
    Optional<String> help =
        ParameterUses.help(expand(written, preprocessed, diagnostics), parameters, diagnostics);
    throwErrors(diagnostics, preprocessed.source(), false);
    return help;
  }

  /**
   * Reads and checks a script.
   *
   * @throws CompileException with all errors
   */
  public static Checked check(Source main, Parameters parameters, Target target)
      throws CompileException {
    return check(main, parameters, target, false);
  }

  /**
   * @param namesAreTexts whether {@code probe} is a text, in a program for each attach point; else
   *     it is a number that one program can have for many
   */
  private static Checked check(
      Source main, Parameters parameters, Target target, boolean namesAreTexts)
      throws CompileException {
    Diagnostics diagnostics = new Diagnostics();
    Placed placed = place(main, parameters, target, diagnostics, namesAreTexts, false);
    Preprocessed preprocessed = placed.preprocessed;
    Source source = preprocessed.source();
    Settings settings = placed.settings;
    Map<String, MapDeclarations.Declared> declared = placed.declared;
    Binaries binaries = placed.binaries;
    Expansion expansion = placed.expansion;
    List<Group> groups = placed.groups;
    boolean allExpanded = !diagnostics.hasErrors();
    checkPoints(groups, expansion, settings, diagnostics);
    Environment environment =
        new Environment(
            settings, declared, parameters.circumstances(), macros(placed.written), namesAreTexts);
    int errors = diagnostics.errorCount();
    Definitions definitions =
        ScriptTypes.of(preprocessed, new HostTypes(target, binaries), diagnostics);
    if (diagnostics.errorCount() > errors) {
      // Without a struct, whatever uses it looks wrong.
      throwErrors(diagnostics, source, false);
    }
    Headers headers = preprocessed.headers();
    Result result =
        round(groups, source, target, binaries, definitions, headers, environment, diagnostics);
    int rounds = 1;
    while (environment.takeChanged() && rounds++ < MOST_ROUNDS) {
      result =
          round(groups, source, target, binaries, definitions, headers, environment, diagnostics);
    }
    diagnostics.addAll(result.round.diagnostics());
    if (diagnostics.hasErrors()
        && !namesAreTexts
        && groups.stream().anyMatch(group -> Ast.any(group.block, Functions::isProbe))) {
      // Perhaps names of attach points meet other texts.
      return check(main, parameters, target, true);
    }
    if (allExpanded) {
      // With a block missing, what it would have set is not known.
      checkEnvironment(environment, rounds, diagnostics);
    }
    declared.forEach(
        (name, declaration) -> {
          if (!diagnostics.hasErrors()
              && environment.maps().stream().noneMatch(map -> map.name.equals(name))) {
            diagnostics.warning(declaration.range(), "Unused map: @" + name);
          }
        });
    throwErrors(diagnostics, source, expansion.unmatched() == diagnostics.errorCount());
    return new Checked(
        environment.maps().stream().map(MapInfo::declaration).toList(),
        result.probes,
        result.round.sites(),
        result.attachPointNames,
        settings,
        diagnostics.renderWarnings(source),
        result.round.decisions().of(source),
        source,
        parameters.circumstances());
  }

  /** Reads a script and looks up its attach points; most of what is wrong is in the diagnostics. */
  private static Placed place(
      Source main,
      Parameters parameters,
      Target target,
      Diagnostics diagnostics,
      boolean namesAreTexts,
      boolean listed)
      throws CompileException {
    Preprocessed preprocessed = preprocess(main, parameters, target, diagnostics);
    Source source = preprocessed.source();
    Ast.Script written = parse(preprocessed, diagnostics);
    Ast.Script expanded = expand(written, preprocessed, diagnostics);
    Ast.Script script = LiteralTexts.make(ParameterUses.replace(expanded, parameters, diagnostics));
    throwErrors(diagnostics, source, false);
    List<Ast.Block> blocks = of(parameters.circumstances().mode(), script.blocks());
    if (blocks.isEmpty()) {
      throw new CompileException("ERROR: No probes to attach\n", false);
    }
    for (Ast.Setting setting : script.settings()) {
      if (!source.file(setting.range().start()).equals(main.name())) {
        diagnostics.error(setting.range(), "Only the script itself has settings, not an import");
      }
    }
    Settings settings = Configuration.of(script, parameters.settings(), diagnostics);
    Map<String, MapDeclarations.Declared> declared = MapDeclarations.of(script, diagnostics);
    Binaries binaries = new ReadBinaries(target.binaries());
    Expansion expansion =
        new Expansion(target, binaries, diagnostics, settings, parameters.circumstances(), listed);
    List<Group> groups = new ArrayList<>();
    for (Ast.Block block : blocks) {
      Ast.Block whole = OuterVariables.declare(ArgumentAliases.replace(block));
      groups.addAll(group(whole, namesAreTexts, expansion));
    }
    return new Placed(preprocessed, written, settings, declared, binaries, expansion, groups);
  }

  private static Ast.Script parse(Preprocessed preprocessed, Diagnostics diagnostics)
      throws CompileException {
    Ast.Script written = Parser.parse(preprocessed.source(), diagnostics);
    throwErrors(diagnostics, preprocessed.source(), false);
    return written;
  }

  /** Puts definitions of C and macros where they are used. */
  private static Ast.Script expand(
      Ast.Script written, Preprocessed preprocessed, Diagnostics diagnostics) {
    Ast.Script defined = DefineUses.replace(written, preprocessed, diagnostics);
    Unreachable.warn(defined, diagnostics);
    Ast.Script expanded = Macros.expand(defined, diagnostics);
    if (!preprocessed.defines().isEmpty() || !written.macros().isEmpty()) {
      Parser.checkDepth(expanded, diagnostics);
    }
    return expanded;
  }

  private static Set<String> macros(Ast.Script script) {
    return script.macros().stream().map(Ast.Macro::name).collect(Collectors.toSet());
  }

  /** The blocks that run in a mode; none if it has nothing of its own to run. */
  private static List<Ast.Block> of(Mode mode, List<Ast.Block> written) {
    Set<String> others = new HashSet<>(Set.of("test", "bench"));
    String own = mode.name().toLowerCase(Locale.ROOT);
    others.remove(own);
    List<Ast.Block> blocks = new ArrayList<>();
    boolean hasOwn = mode == Mode.TRACE;
    for (Ast.Block block : written) {
      List<Ast.AttachPoint> points =
          block.attachPoints().stream()
              .filter(point -> !others.contains(point.provider().toLowerCase(Locale.ROOT)))
              .toList();
      hasOwn |= points.stream().anyMatch(point -> point.provider().equalsIgnoreCase(own));
      if (!points.isEmpty()) {
        blocks.add(new Ast.Block(points, block.predicate(), block.body(), block.range()));
      }
    }
    return hasOwn ? blocks : List.of();
  }

  private static void checkPoints(
      List<Group> groups, Expansion expansion, Settings settings, Diagnostics diagnostics) {
    int points = groups.stream().mapToInt(group -> group.points.size()).sum();
    if (points > settings.maxProbes()) {
      diagnostics.error(
          "Can't attach to %d probes: at most %d are allowed"
              .formatted(points, settings.maxProbes()),
          List.of("Set max_probes in the config block"));
    }
    checkMatched(groups, expansion, diagnostics);
  }

  private static void checkMatched(
      List<Group> groups, Expansion expansion, Diagnostics diagnostics) {
    if (groups.stream().allMatch(group -> group.points.isEmpty()) && !diagnostics.hasErrors()) {
      expansion.countUnmatched();
      diagnostics.error("No attach point of the script has a match", List.of());
    }
  }

  private static void throwErrors(Diagnostics diagnostics, Source source, boolean noMatch)
      throws CompileException {
    if (diagnostics.hasErrors()) {
      throw new CompileException(
          diagnostics.render(source), noMatch, diagnostics.refusals() == diagnostics.errorCount());
    }
  }

  /** The attach points of a block, those together that one program can serve. */
  private static List<Group> group(Ast.Block block, boolean namesAreTexts, Expansion expansion) {
    boolean arguments = Ast.any(block, ContextFields::isArgs);
    Map<Object, Expanded> distinct = new LinkedHashMap<>();
    for (Ast.AttachPoint written : block.attachPoints()) {
      for (Expanded place : expansion.expand(written)) {
        Expanded point = arguments ? expansion.withArguments(place) : place;
        distinct.putIfAbsent(inCode(point) ? point.point() : point.name(), point);
      }
    }
    if (distinct.size() == 1) {
      // As in most scripts: there is nothing to tell apart.
      return List.of(new Group(block, List.copyOf(distinct.values())));
    }
    SortedSet<String> fields = new TreeSet<>(Ast.fieldsOf(block, ContextFields::isArgs));
    boolean byFunction = Ast.any(block, node -> Ast.isBuiltin(node, "func"));
    boolean byName = Ast.any(block, namesAreTexts ? Functions::isProbe : Functions::asksName);
    Map<Object, List<Expanded>> groups = new LinkedHashMap<>();
    for (Expanded point : distinct.values()) {
      groups
          .computeIfAbsent(
              byName ? point : program(point, fields, byFunction), key -> new ArrayList<>())
          .add(point);
    }
    return groups.values().stream().map(points -> new Group(block, points)).toList();
  }

  /** Whether one name may mean several places: of a marker, a line, or static functions. */
  private static boolean inCode(Expanded point) {
    return switch (point.kind()) {
      case UPROBE, URETPROBE, USDT, KPROBE, KRETPROBE -> true;
      default -> false;
    };
  }

  /** Equal for attach points of a block that can have the same program. */
  private static Object program(Expanded point, SortedSet<String> fields, boolean byFunction) {
    return switch (point.kind()) {
      // Rounds are counted by the period of the interval that prints.
      // A program for a raw tracepoint is loaded for that one alone.
      case BEGIN,
          END,
          SELF,
          TEST,
          BENCH,
          INTERVAL,
          RAW_EVENT,
          DIRECT_TRACEPOINT,
          FENTRY,
          FEXIT,
          ITER ->
          point.name();
      case PROFILE, SOFTWARE, HARDWARE, WATCHPOINT -> point.kind();
      case KPROBE, KRETPROBE ->
          List.of(
              point.kind(),
              byFunction ? point.function() : "",
              point.point() instanceof Point.Kprobe kprobe && kprobe.offset() == 0);
      case UPROBE, URETPROBE ->
          List.of(point.kind(), byFunction ? point.function() : "", point.parameters());
      case USDT -> point.arguments();
      case TRACEPOINT -> fields.stream().map(field -> ContextFields.layout(point, field)).toList();
    };
  }

  private static Result round(
      List<Group> groups,
      Source source,
      Target target,
      Binaries binaries,
      Definitions definitions,
      Headers headers,
      Environment environment,
      Diagnostics before) {
    Circumstances circumstances = environment.circumstances();
    Round round =
        new Round(
            source,
            target,
            binaries,
            definitions,
            headers,
            environment,
            before.another(),
            new ArrayList<>(),
            new Decisions());
    List<Probe> probes = new ArrayList<>();
    List<String> names =
        groups.stream().flatMap(group -> group.points.stream()).map(Expanded::name).toList();
    Map<String, Integer> cookies = cookies(names);
    for (Group group : groups) {
      ProbeContext context = new ProbeContext(probes.size(), group.points, cookies, environment);
      StatementChecker statements = new StatementChecker(round, context);
      Optional<Expr> written =
          group.block.predicate().map(p -> statements.expressions().condition(p).expr());
      Optional<Expr> predicate = ofProcess(written, context, circumstances, group.block);
      predicate.ifPresent(condition -> context.noteEnd());
      List<Stmt> body = statements.block(group.block.body());
      if (!round.diagnostics().hasErrors()) {
        for (SourceRange declaration : context.unset()) {
          round.diagnostics().warning(declaration, "This variable is never set");
        }
      }
      List<PointAt> points =
          group.points.stream()
              .map(
                  point ->
                      new PointAt(
                          point.point(),
                          Objects.requireNonNull(cookies.get(point.name())),
                          given(group.block, point)))
              .toList();
      probes.add(
          new Probe(
              context.kind(), points, predicate, body, context.localTypes(), group.block.range()));
    }
    return new Result(probes, names, round);
  }

  /** The name that the script gives the attach point that a place comes from. */
  private static String given(Ast.Block block, Expanded place) {
    return block.attachPoints().stream()
        .filter(written -> written.range().equals(place.range()))
        .map(Ast.AttachPoint::given)
        .findFirst()
        .orElse("");
  }

  /** One for each name, from 1; "", which a variable that nothing has set holds, is 0. */
  private static Map<String, Integer> cookies(List<String> names) {
    Map<String, Integer> cookies = new HashMap<>(Map.of("", 0));
    for (int i = 0; i < names.size(); i++) {
      cookies.putIfAbsent(names.get(i), i + 1);
    }
    return cookies;
  }

  /** The predicate of a probe that fires only for the process that is traced, if it is one. */
  private static Optional<Expr> ofProcess(
      Optional<Expr> predicate,
      ProbeContext context,
      Circumstances circumstances,
      Ast.Block block) {
    if (circumstances.process().isEmpty() || !context.onlyOfProcess()) {
      return predicate;
    }
    SourceRange range = block.range();
    Expr process =
        new Expr.Binary(
            Checked.BinaryOp.EQ,
            new Expr.Cast(
                new Expr.BuiltinValue(Checked.Builtin.PID, Type.UINT32, range), Type.UINT64, range),
            new Expr.IntLiteral(circumstances.process().getAsInt(), Type.UINT64, range),
            Type.BOOL,
            range);
    return Optional.of(
        predicate
            .<Expr>map(own -> new Expr.Logical(true, process, own, Type.BOOL, range))
            .orElse(process));
  }

  private static void checkEnvironment(
      Environment environment, int rounds, Diagnostics diagnostics) {
    List<String> written =
        environment.maps().stream().filter(MapInfo::written).map(map -> "@" + map.name).toList();
    for (MapInfo map : environment.maps()) {
      if (!map.written()) {
        diagnostics.error(
            map.firstUse,
            "Undefined map: @" + map.name,
            List.of(),
            Nearest.hint("@" + map.name, written));
      }
    }
    if (diagnostics.hasErrors()) {
      return;
    }
    for (MapInfo map : environment.maps()) {
      if ((!map.values.known() && map.aggregation.isEmpty()) || rounds > MOST_ROUNDS) {
        diagnostics.error(map.firstUse, "The type of @" + map.name + " can't be told");
      }
    }
    for (SourceRange declaration : environment.untyped()) {
      diagnostics.error(declaration, "The type of this variable can't be told");
    }
  }
}
