package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts the scripts that a script imports behind it, so that all are read as one. */
public final class Imports {
  private Imports() {}

  /** A script and all that it imports, each once. What can't be had is told. */
  public static Source merge(Source main, Parameters parameters, Diagnostics diagnostics) {
    if (!main.text().contains("import")) {
      return main;
    }
    Source merged = main;
    Set<String> seen = new HashSet<>();
    List<Ast.Import> all = Parser.parse(main, new Diagnostics()).imports();
    Deque<Ast.Import> open = new ArrayDeque<>(all);
    while (!open.isEmpty()) {
      Ast.Import next = open.poll();
      String path = resolve(merged.file(next.range().start()), main.name(), next.path());
      String text = parameters.imports().get(path);
      if (text == null && !path.startsWith("stdlib/")) {
        diagnostics.error(
            next.range(), "Can't import '" + next.path() + "': there is no such script");
      }
      if (text != null && seen.add(path)) {
        int start = merged.text().length() + 1;
        merged = merged.with(path, text);
        List<Ast.Import> found = Parser.parse(merged, new Diagnostics()).imports();
        found.stream().filter(i -> i.range().start() >= start).forEach(open::add);
      }
    }
    return merged;
  }

  /**
   * The name of an imported script: its path from the folder of the script that all begins with,
   * without {@code .} and {@code ..} where that can be.
   */
  public static String resolve(String from, String main, String path) {
    boolean nested = !from.equals(main) && from.contains("/");
    String whole =
        nested && !path.startsWith("/")
            ? from.substring(0, from.lastIndexOf('/') + 1) + path
            : path;
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
