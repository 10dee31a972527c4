package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Puts the scripts that a script imports behind it, so that all are read as one. */
public final class Imports {
  private static final String LANGUAGE = "stdlib/";

  /** Scripts and folders of bpftrace's standard library; what is in them is always there. */
  private static final Set<String> PARTS =
      Set.of(
          "arch",
          "base",
          "cgroups",
          "hash",
          "internal",
          "kfunc",
          "map",
          "meta",
          "network",
          "path",
          "process",
          "recursion_check",
          "socket",
          "stack",
          "strings",
          "system",
          "task",
          "test",
          "usdt");

  private Imports() {}

  /**
   * A script and all that it imports, each once. What can't be had is told.
   *
   * @param code takes what is no script out of a source
   */
  public static Source merge(
      Source main, Parameters parameters, UnaryOperator<Source> code, Diagnostics diagnostics) {
    if (!main.text().contains("import")) {
      return main;
    }
    Source merged = main;
    // The script itself is there already.
    Set<String> seen = new HashSet<>(Set.of(path("", main.name())));
    Deque<Ast.Import> open = new ArrayDeque<>(imports(main, code));
    while (!open.isEmpty()) {
      Ast.Import next = open.poll();
      String path = resolve(merged.file(next.range().start()), main.name(), next.path());
      List<String> scripts = scripts(path, parameters);
      if (scripts.isEmpty() && ofLanguage(path)) {
        if (!isPart(path)) {
          diagnostics.error(next.range(), noPart(path));
        }
      } else if (scripts.isEmpty()) {
        boolean c = path.endsWith(".c");
        diagnostics.error(
            next.range(),
            "Can't import '%s': %s"
                .formatted(next.path(), c ? "there is no C compiler" : "there is no such script"),
            List.of(),
            c ? List.of("Write what it does as fn or macro in a .bt file") : List.of());
      }
      for (String script : scripts) {
        if (seen.add(path(main.name(), script))) {
          int start = merged.text().length() + 1;
          merged = merged.with(script, parameters.imports().getOrDefault(script, ""));
          imports(merged, code).stream().filter(i -> i.range().start() >= start).forEach(open::add);
        }
      }
    }
    return merged;
  }

  private static List<Ast.Import> imports(Source source, UnaryOperator<Source> code) {
    return Parser.parse(code.apply(source), new Diagnostics()).imports();
  }

  /** The script of a path, or all in the folder that it names. */
  private static List<String> scripts(String path, Parameters parameters) {
    if (parameters.imports().containsKey(path)) {
      return List.of(path);
    }
    String folder = path.endsWith("/") ? path : path + "/";
    return parameters.imports().keySet().stream()
        .filter(name -> name.startsWith(folder) && name.endsWith(".bt"))
        .filter(name -> name.indexOf('/', folder.length()) < 0)
        .sorted()
        .toList();
  }

  /**
   * The name of an imported script: its path from the folder of the script that all begins with,
   * without {@code .} and {@code ..} where that can be.
   */
  public static String resolve(String from, String main, String path) {
    return path(from.equals(main) ? "" : from, path);
  }

  /** Whether what is imported comes with the language, and is no script. */
  public static boolean ofLanguage(String path) {
    return path.startsWith(LANGUAGE);
  }

  /** Whether the language has it, by the path of a script or folder. */
  static boolean isPart(String path) {
    String first = path.substring(LANGUAGE.length()).split("[/.]", 2)[0];
    return first.isEmpty() || PARTS.contains(first);
  }

  static String noPart(String path) {
    return "Can't import '" + path + "': there is no such library";
  }

  /** A path that one script names, from where that script's own path is. */
  static String path(String from, String path) {
    String whole =
        path.startsWith("/") ? path : from.substring(0, from.lastIndexOf('/') + 1) + path;
    List<String> parts = new ArrayList<>();
    for (String part : List.of(whole.split("/", -1))) {
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }
}
