package jbt.compiler.c;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Imports;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parser;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;

/**
 * Follows the directives of a script and of the headers that it includes, and takes the
 * declarations of C types out of it. All that is no script is white space in {@link Source#code},
 * so that every offset stays.
 */
public final class Preprocessor {
  private static final String HAVE_BTF = "BPFTRACE_HAVE_BTF";
  private static final String VERSION_HEADER = "linux/version.h";

  private static final int DEEPEST_INCLUDE = 32;
  private static final int DEEPEST_CONDITION = 256;
  private static final int MOST_INCLUDES = 1000;
  private static final int MOST_TOKENS = 1 << 19;

  /** A text without any of them has nothing of C. */
  private static final List<String> MARKS =
      List.of("#", "struct", "union", "enum", "typedef", "import");

  /**
   * What headers ask for: the last is in one of Linux's that may not have been sent. They are 1 all
   * of them.
   */
  private static final List<String> OF_THE_MACHINE =
      List.of("__x86_64__", "__LP64__", "__linux__", "__KERNEL__", "__LITTLE_ENDIAN_BITFIELD");

  private static final Pattern HEADER = Pattern.compile("[\\s\\\\]*([<\"]([^>\"]+)[>\"]).*", 32);

  private static final Pattern PACK =
      Pattern.compile(
          "pack\\s*\\(\\s*(?:(?<push>push)|(?<pop>pop))?(?:\\s*,)?\\s*(?<most>1|2|4|8|16)?\\s*\\)");

  /** Whether text is read, and whether one of the branches up to here was. */
  private record Condition(boolean outside, boolean taken, boolean seen, SourceRange range) {}

  private final Parameters parameters;
  private final Kernel kernel;
  private final Diagnostics diagnostics;
  private final String main;
  private final Map<String, Define> defines = new LinkedHashMap<>();
  private final Map<String, SourceRange> headers = new HashMap<>();
  private final List<Headers.Missing> missing = new ArrayList<>();
  private final List<CToken> declarations = new ArrayList<>();
  private final Deque<Condition> conditions = new ArrayDeque<>();
  private final Deque<Integer> packs = new ArrayDeque<>();
  private int pack = StructLayout.NATURAL;
  private final List<SourceRange> blanks = new ArrayList<>();
  private final Substitution substitution = new Substitution(defines);
  private Source source;
  private int includes;
  private int tokens;

  /** Tokens of declarations that are not yet expanded: as they stand between two directives. */
  private List<CToken> pending = new ArrayList<>();

  private Preprocessor(
      Source source, Parameters parameters, Kernel kernel, Diagnostics diagnostics) {
    this.source = source;
    this.main = source.name();
    this.parameters = parameters;
    this.kernel = kernel;
    this.diagnostics = diagnostics;
  }

  /** Reads a script with all that it imports and includes. */
  public static Preprocessed run(
      Source script, Parameters parameters, Kernel kernel, Diagnostics diagnostics) {
    Source imported =
        Imports.merge(
            script,
            parameters,
            source -> runOn(source, parameters, kernel, new Diagnostics()).source(),
            diagnostics);
    return runOn(imported, parameters, kernel, diagnostics);
  }

  private static Preprocessed runOn(
      Source imported, Parameters parameters, Kernel kernel, Diagnostics diagnostics) {
    int end = imported.text().length();
    if (end > Parser.LONGEST_SCRIPT) {
      // The parser refuses it.
      return new Preprocessed(imported, List.of(), Map.of(), new Headers(List.of()), end);
    }
    if (parameters.includes().isEmpty() && MARKS.stream().noneMatch(imported.text()::contains)) {
      return new Preprocessed(imported, List.of(), Map.of(), new Headers(List.of()), end);
    }
    Preprocessor run = new Preprocessor(imported, parameters, kernel, diagnostics);
    List<String> names = new ArrayList<>(OF_THE_MACHINE);
    if (mentions(imported, parameters, HAVE_BTF) && kernel.tellsTypes()) {
      names.add(HAVE_BTF);
    }
    SourceRange none = new SourceRange(0, 0);
    List<CToken> one = List.of(new CToken(Kind.NUMBER, "1", false, none));
    names.forEach(name -> run.defines.put(name, new Define(name, Optional.empty(), one, none)));
    for (String header : parameters.includes()) {
      run.include(header, "<" + header + ">", new SourceRange(0, 0), 0);
    }
    run.text(0, end, false, 0);
    names.forEach(run.defines::remove);
    Set<String> types = DeclaredTypes.names(run.declarations, run.defines.values());
    Source code = run.source.withCode(run.code(), types);
    Headers missing = new Headers(run.missing);
    return new Preprocessed(code, run.declarations, run.defines, missing, end);
  }

  private static boolean mentions(Source script, Parameters parameters, String name) {
    return script.text().contains(name)
        || parameters.imports().values().stream().anyMatch(text -> text.contains(name));
  }

  private String code() {
    StringBuilder code = new StringBuilder(source.text());
    for (SourceRange blank : blanks) {
      for (int i = blank.start(); i < blank.end(); i++) {
        if (code.charAt(i) != '\n') {
          code.setCharAt(i, ' ');
        }
      }
    }
    return code.toString();
  }

  /** Goes through a part of the text: a script, or a header, which is C as a whole. */
  private void text(int start, int end, boolean header, int depth) {
    int line = start == 0 && source.text().startsWith("#!") ? source.text().indexOf('\n') : 0;
    List<CToken> tokens = CLexer.read(source.text(), start + (line < 0 ? end : line), end);
    this.tokens += tokens.size();
    int conditionsBefore = conditions.size();
    ScriptDeclarations script = new ScriptDeclarations(tokens);
    int at = 0;
    while (at < tokens.size()) {
      CToken token = tokens.get(at);
      if (token.is("#") && token.first()) {
        int next = at + 1;
        while (next < tokens.size() && !tokens.get(next).first()) {
          next++;
        }
        blanks.add(new SourceRange(token.range().start(), tokens.get(next - 1).range().end()));
        expandPending();
        try {
          directive(tokens.subList(at, next), depth);
        } catch (CError error) {
          // What it asks of a header that is not there can't be known.
          if (!header || missing.isEmpty()) {
            diagnostics.error(error.range(), error.text());
          }
        }
        at = next;
        continue;
      }
      if (!active()) {
        blanks.add(token.range());
      } else if (!header && script.isImport(at)) {
        CToken path = tokens.get(at + 1);
        blanks.add(token.range().to(path.range()));
        importHeader(path.text(), token.range().to(path.range()), depth);
        at += at + 2 < tokens.size() && tokens.get(at + 2).is(";") ? 2 : 1;
        blanks.add(tokens.get(at).range());
      } else if (header || script.inDeclaration(at)) {
        pending.add(token);
        blanks.add(token.range());
        if (script.ended()) {
          pending.add(new CToken(Kind.SYMBOL, ";", false, token.range()));
        }
      }
      at++;
    }
    expandPending();
    if (!header) {
      script.atEnd().ifPresent(error -> diagnostics.error(error.range(), error.text()));
    }
    while (conditions.size() > conditionsBefore) {
      Condition open = conditions.pop();
      diagnostics.error(open.range, "syntax: this condition has no #endif");
    }
  }

  private boolean active() {
    return conditions.isEmpty() || (conditions.peek().outside && conditions.peek().taken);
  }

  private void expandPending() {
    try {
      declarations.addAll(substitution.all(pending));
    } catch (CError error) {
      diagnostics.error(error.range(), error.text());
    }
    pending = new ArrayList<>();
  }

  /** A line that begins with "#". */
  private void directive(List<CToken> line, int depth) throws CError {
    SourceRange range = line.getFirst().range().to(line.getLast().range());
    String word = line.size() > 1 ? line.get(1).text() : "";
    List<CToken> rest = line.subList(Math.min(2, line.size()), line.size());
    switch (word) {
      case "if" -> {
        boolean outside = active();
        // There is one to end also where the condition has an error.
        open(false, range);
        if (outside && isTrue(rest, range)) {
          conditions.pop();
          open(true, range);
        }
      }
      case "ifdef" -> open(active() && defined(rest, range), range);
      case "ifndef" -> open(active() && !defined(rest, range), range);
      case "elif", "elifdef", "elifndef", "else" -> otherwise(word, rest, range);
      case "endif" -> {
        if (conditions.isEmpty()) {
          throw new CError(range, "syntax: #endif without #if");
        }
        conditions.pop();
      }
      default -> {
        if (active()) {
          effective(word, rest, range, depth);
        }
      }
    }
  }

  private void effective(String word, List<CToken> rest, SourceRange range, int depth)
      throws CError {
    switch (word) {
      case "define" -> define(rest, range);
      case "undef" -> defines.remove(name(rest, range));
      case "include", "include_next" -> {
        Matcher header = HEADER.matcher(header(rest, range));
        if (!header.matches()) {
          throw new CError(range, "syntax: #include needs a name in <> or \"\"");
        }
        include(header.group(2), header.group(1), range, depth);
      }
      case "error" -> throw new CError(range, "#error: " + afterWord(rest, range).strip());
      case "pragma" -> {
        if (!rest.isEmpty() && rest.getFirst().isWord("pack")) {
          pack(rest, range);
        }
      }
      case "", "warning", "line", "ident" -> {}
      default -> throw new CError(range, "syntax: unknown directive #" + word);
    }
  }

  /** What stands behind {@code #include}, or what it is defined as if it is a name. */
  private String header(List<CToken> rest, SourceRange range) {
    List<CToken> written = rest;
    SourceRange place = range;
    Set<String> followed = new HashSet<>();
    while (written.size() == 1
        && written.getFirst().kind() == Kind.NAME
        && followed.add(written.getFirst().text())) {
      Define define = defines.get(written.getFirst().text());
      if (define == null || define.parameters().isPresent()) {
        break;
      }
      written = define.body();
      place = define.range();
    }
    return afterWord(written, place);
  }

  /** How far the members of structs that follow are aligned at most. */
  private void pack(List<CToken> rest, SourceRange range) throws CError {
    Matcher written = PACK.matcher(afterWord(rest, range).strip());
    if (!written.matches()) {
      throw new CError(
          range, "syntax: expected #pragma pack(1), pack(push, 1), pack(pop) or pack()");
    }
    String most = written.group("most");
    if (written.group("push") != null) {
      packs.push(pack);
    } else if (written.group("pop") != null && !packs.isEmpty()) {
      pack = packs.pop();
    } else {
      pack = StructLayout.NATURAL;
    }
    if (most != null) {
      pack = Integer.parseInt(most);
    }
    declarations.add(CToken.pack(pack, range));
  }

  private String afterWord(List<CToken> rest, SourceRange range) {
    return rest.isEmpty()
        ? ""
        : source.text().substring(rest.getFirst().range().start(), range.end());
  }

  private void open(boolean taken, SourceRange range) throws CError {
    if (conditions.size() == DEEPEST_CONDITION) {
      throw new CError(range, "Conditions are nested too deeply");
    }
    conditions.push(new Condition(active(), taken, taken, range));
  }

  private void otherwise(String word, List<CToken> rest, SourceRange range) throws CError {
    if (conditions.isEmpty()) {
      throw new CError(range, "syntax: #" + word + " without #if");
    }
    Condition open = conditions.pop();
    boolean wanted = false;
    try {
      wanted =
          open.outside
              && !open.seen
              && switch (word) {
                case "elif" -> isTrue(rest, range);
                case "elifdef" -> defined(rest, range);
                case "elifndef" -> !defined(rest, range);
                default -> true;
              };
    } finally {
      conditions.push(new Condition(open.outside, wanted, open.seen || wanted, open.range));
    }
  }

  private static String name(List<CToken> rest, SourceRange range) throws CError {
    if (rest.isEmpty() || rest.getFirst().kind() != Kind.NAME) {
      throw new CError(range, "syntax: expected a name");
    }
    return rest.getFirst().text();
  }

  private boolean defined(List<CToken> rest, SourceRange range) throws CError {
    return defines.containsKey(name(rest, range));
  }

  private boolean isTrue(List<CToken> rest, SourceRange range) throws CError {
    List<CToken> asked = new ArrayList<>();
    for (int i = 0; i < rest.size(); i++) {
      CToken token = rest.get(i);
      if (!token.isWord("defined")) {
        asked.add(token);
        continue;
      }
      boolean bracket = i + 1 < rest.size() && rest.get(i + 1).is("(");
      int place = bracket ? i + 2 : i + 1;
      boolean there =
          defined(rest.subList(Math.min(place, rest.size()), rest.size()), token.range());
      asked.add(new CToken(Kind.NUMBER, there ? "1" : "0", false, token.range()));
      i = bracket ? place + 1 : place;
    }
    Cursor cursor = new Cursor(substitution.all(asked), range);
    long value = Constants.read(cursor, Preprocessor::unknownName);
    if (!cursor.atEnd()) {
      throw cursor.unexpected("expected the end of the line");
    }
    return value != 0;
  }

  /** A name that is not defined is 0 to the preprocessor. */
  private static long unknownName(Cursor cursor) throws CError {
    CToken name = cursor.take();
    if (cursor.current().is("(")) {
      throw new CError(name.range(), "The macro '" + name.text() + "' is not defined");
    }
    return 0;
  }

  private void define(List<CToken> rest, SourceRange range) throws CError {
    String name = name(rest, range);
    Optional<List<String>> parameters = Optional.empty();
    int body = 1;
    boolean function =
        rest.size() > 1
            && rest.get(1).is("(")
            && rest.get(1).range().start() == rest.getFirst().range().end();
    if (function) {
      List<String> names = new ArrayList<>();
      body = 2;
      while (body < rest.size() && !rest.get(body).is(")")) {
        CToken token = rest.get(body++);
        if (!token.is(",")) {
          names.add(token.is("...") ? Define.REST : token.text());
        }
      }
      if (body == rest.size()) {
        throw new CError(range, "syntax: expected ')'");
      }
      body++;
      parameters = Optional.of(names);
    }
    List<CToken> tokens = rest.subList(body, rest.size());
    SourceRange place =
        tokens.isEmpty()
            ? new SourceRange(range.end(), range.end())
            : tokens.getFirst().range().to(tokens.getLast().range());
    defines.put(name, new Define(name, parameters, tokens, place));
  }

  /** Unlike one that is included, an imported header is the script's own: it must be there. */
  private void importHeader(String path, SourceRange range, int depth) {
    if (parameters.imports().containsKey(key(path, range))) {
      include(path, "<" + path + ">", range, depth);
    } else {
      diagnostics.error(range, "Can't import '" + path + "': there is no such header");
    }
  }

  /** By which name a header comes with the request, if it does. */
  private String key(String path, SourceRange range) {
    String near = Imports.resolve(source.file(range.start()), main, path);
    return parameters.imports().containsKey(near) ? near : path;
  }

  /** What a kernel's build makes, as far as it is of use without the rest; else "". */
  private String generated(String path) {
    OptionalInt version = path.equals(VERSION_HEADER) ? kernel.version() : OptionalInt.empty();
    if (version.isEmpty()) {
      return "";
    }
    return """
    #define LINUX_VERSION_CODE %d
    #define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
    """
        .formatted(version.getAsInt());
  }

  private void include(String path, String written, SourceRange range, int depth) {
    String key = key(path, range);
    String given = parameters.imports().get(key);
    String text = given != null ? given : generated(path);
    if (text.isEmpty() && given == null) {
      missing.add(new Headers.Missing(written, range));
      return;
    }
    if (depth == DEEPEST_INCLUDE || includes++ == MOST_INCLUDES || tokens > MOST_TOKENS) {
      diagnostics.error(range, "Headers are included too deeply or too often");
      return;
    }
    if (source.text().length() + text.length() > Parser.LONGEST_SCRIPT) {
      diagnostics.error(
          range,
          "The script and its headers have more than %d characters"
              .formatted(Parser.LONGEST_SCRIPT));
      return;
    }
    SourceRange place = headers.get(key);
    if (place == null) {
      int start = source.text().length() + 1;
      source = source.with(key, text);
      place = new SourceRange(start, source.text().length());
      headers.put(key, place);
      blanks.add(place);
    }
    text(place.start(), place.end(), true, depth + 1);
  }
}
