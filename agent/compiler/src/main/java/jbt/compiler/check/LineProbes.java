package jbt.compiler.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Quotes;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.Binary;
import jbt.compiler.target.Binary.Function;
import jbt.compiler.target.Binary.Line;

/** Attach points at a line of a program's source: {@code file@source.c:12}, perhaps a column. */
record LineProbes(AttachPoint written, String file, String source, long line, long column) {
  private static final Pattern PLACE =
      Pattern.compile(
          "([^@\"]+|\"[^\"]+\")@((?:[^@:\"]|\"[^\"]+\")+)"
              + ":(\"?)([1-9][0-9]*)\\3(?::(\"?)([1-9][0-9]*)\\5)?");

  /** How one is written. */
  static final String FORM =
      "A line of source is program@file.c:12 or, with a column, program@file.c:12:5";

  /** Whether an attach point is one. */
  static boolean isOne(AttachPoint written) {
    return PLACE.matcher(String.join(":", written.parts())).matches();
  }

  /** Whether an attach point that is none seems to be meant as one. */
  static boolean isMeant(AttachPoint written) {
    return !written.parts().isEmpty() && written.parts().getFirst().matches("[^\"]*@.*");
  }

  static LineProbes of(AttachPoint written) {
    Matcher place = PLACE.matcher(String.join(":", written.parts()));
    if (!place.matches()) {
      throw new IllegalArgumentException("no line in " + written);
    }
    return new LineProbes(
        written,
        Quotes.removed(place.group(1)),
        Quotes.removed(place.group(2)),
        Expansion.number(place.group(4)),
        place.group(6) == null ? 0 : Expansion.number(place.group(6)));
  }

  private String place() {
    return source + ":" + line + (column == 0 ? "" : ":" + column);
  }

  /** Its first instruction in each function, also in those that it was put into. */
  List<Expanded> in(String named, Binary binary, List<Line> lines) {
    List<Expanded> found = new ArrayList<>();
    Set<Long> entered = new HashSet<>();
    lines.stream()
        .filter(at -> at.line() == line && (column == 0 || at.column() == column))
        .sorted(Comparator.comparing(Line::address, Long::compareUnsigned))
        .forEach(
            at -> {
              Function function = binary.at(at.address()).orElse(new Function("", at.address(), 0));
              binary.fileOffset(at.address()).stream()
                  .filter(offset -> entered.add(function.address()))
                  .forEach(
                      offset ->
                          found.add(
                              new Expanded(
                                  Kind.UPROBE,
                                  new Point.Uprobe(binary.path(), offset, false, 0),
                                  "uprobe:" + named + "@" + place(),
                                  function.name(),
                                  written.range())));
            });
    return found;
  }

  /** Why nothing was found. */
  String missing(List<Line> lines) {
    if (lines.isEmpty()) {
      return "%s: no debug information tells of %s. Compile it with -g".formatted(file, source);
    }
    return "%s has no code of %s".formatted(file, place())
        + lines.stream()
            .map(Line::line)
            .filter(l -> l > line)
            .min(Comparator.naturalOrder())
            .map(next -> "; the next line with code is " + next)
            .orElse("");
  }
}
