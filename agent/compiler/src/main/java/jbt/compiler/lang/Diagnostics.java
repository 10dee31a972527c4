package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostic.Severity;

/** Collects what is found in one script. */
public final class Diagnostics {
  /** A script that is no script gives an error a line; more than this help nobody. */
  private static final int MOST_ERRORS = 50;

  private final List<Diagnostic> all = new ArrayList<>();

  private final List<Expansion> expansions;

  /** Calls whose expansion is being checked, the innermost first. */
  private final Deque<SourceRange> open = new ArrayDeque<>();

  /** The calls that were open when something was first found. */
  private final Map<Diagnostic, List<SourceRange>> foundIn = new HashMap<>();

  private int errors;
  private int refusals;

  private record Expansion(SourceRange body, SourceRange call) {}

  public Diagnostics() {
    this(new ArrayList<>());
  }

  private Diagnostics(List<Expansion> expansions) {
    this.expansions = expansions;
  }

  /** Nothing found yet, of the same script. */
  public Diagnostics another() {
    return new Diagnostics(expansions);
  }

  public void error(SourceRange range, String message) {
    error(range, message, List.of(), List.of());
  }

  public void error(SourceRange range, String message, List<Context> contexts, List<String> hints) {
    errors++;
    add(new Diagnostic(Severity.ERROR, range, message, contexts, hints));
  }

  private void add(Diagnostic found) {
    all.add(found);
    foundIn.putIfAbsent(found, List.copyOf(open));
  }

  /** Until {@link #leave} what is found is about a block; it may stand for a call. */
  public void enter(SourceRange block) {
    open.push(block);
  }

  public void leave() {
    open.pop();
  }

  /** An error that is no mistake of the script: the host does not allow it. */
  public void refuse(SourceRange range, String message) {
    refusals++;
    error(range, message);
  }

  /** How many errors are refusals. */
  public int refusals() {
    return refusals;
  }

  /** An error that is about no piece of the script. */
  public void error(String message, List<String> hints) {
    error(SourceRange.NOWHERE, message, List.of(), hints);
  }

  /** Notes that a macro stands at a place: errors in its body name that place, too. */
  public void expanded(SourceRange body, SourceRange call) {
    expansions.add(new Expansion(body, call));
  }

  /** The calls that a place of the block that is checked now is expanded from, as lines of text. */
  public String expandedFrom(Source source, Severity severity, SourceRange place) {
    StringBuilder out = new StringBuilder();
    calls(place, List.copyOf(open))
        .forEach(context -> DiagnosticText.append(out, source, severity, context));
    return out.toString();
  }

  private Diagnostic withCalls(Diagnostic diagnostic) {
    List<Context> contexts = new ArrayList<>(diagnostic.contexts());
    contexts.addAll(calls(diagnostic.range(), foundIn.getOrDefault(diagnostic, List.of())));
    return new Diagnostic(
        diagnostic.severity(),
        diagnostic.range(),
        diagnostic.message(),
        contexts,
        diagnostic.hints());
  }

  private List<Context> calls(SourceRange place, List<SourceRange> calls) {
    List<Context> contexts = new ArrayList<>();
    List<Expansion> rest = new ArrayList<>(expansions);
    Optional<Expansion> next = expansion(rest, place, calls);
    while (next.isPresent()) {
      SourceRange at = next.get().call;
      contexts.add(new Context(at, "expanded from"));
      rest.remove(next.get());
      next = expansion(rest, at, calls);
    }
    return contexts;
  }

  /** The one whose body holds a place: that of the call in which something was found. */
  private static Optional<Expansion> expansion(
      List<Expansion> all, SourceRange at, List<SourceRange> calls) {
    List<Expansion> holding = all.stream().filter(each -> each.body.holds(at)).toList();
    return holding.stream()
        .filter(each -> calls.contains(each.call))
        .findFirst()
        .or(() -> holding.stream().findFirst());
  }

  public void warning(SourceRange range, String message) {
    add(new Diagnostic(Severity.WARNING, range, message, List.of(), List.of()));
  }

  public void addAll(Diagnostics others) {
    all.addAll(others.all);
    others.foundIn.forEach(foundIn::putIfAbsent);
    errors += others.errors;
    refusals += others.refusals;
  }

  boolean hasErrorAt(SourceRange range) {
    return all.stream().anyMatch(d -> d.severity() == Severity.ERROR && d.range().equals(range));
  }

  public boolean hasErrors() {
    return errors > 0;
  }

  public int errorCount() {
    return errors;
  }

  /** All errors, then all warnings, each in the order of the script; lines end with newline. */
  public String render(Source source) {
    StringBuilder out = new StringBuilder();
    List<Diagnostic> errors = ordered(Severity.ERROR);
    for (Diagnostic error : errors.subList(0, Math.min(errors.size(), MOST_ERRORS))) {
      DiagnosticText.append(out, source, error);
    }
    if (errors.size() > MOST_ERRORS) {
      out.append("ERROR: ").append(errors.size() - MOST_ERRORS).append(" more errors not shown\n");
    }
    for (String warning : renderWarnings(source)) {
      out.append(warning).append('\n');
    }
    return out.toString();
  }

  /** The warnings, each as text of several lines without a newline at its end. */
  public List<String> renderWarnings(Source source) {
    return ordered(Severity.WARNING).stream().map(warning -> text(source, warning)).toList();
  }

  /** A warning alone, as {@link #renderWarnings} gives it. */
  public static String warning(Source source, SourceRange range, String message) {
    return text(source, new Diagnostic(Severity.WARNING, range, message, List.of(), List.of()));
  }

  private static String text(Source source, Diagnostic diagnostic) {
    StringBuilder out = new StringBuilder();
    DiagnosticText.append(out, source, diagnostic);
    return out.substring(0, out.length() - 1);
  }

  private List<Diagnostic> ordered(Severity severity) {
    return all.stream()
        .filter(diagnostic -> diagnostic.severity() == severity)
        .distinct()
        .map(this::withCalls)
        .sorted(Comparator.comparingInt(diagnostic -> diagnostic.range().start()))
        .toList();
  }
}
