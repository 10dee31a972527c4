package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A script's text and the name that diagnostics give it. */
public final class Source {
  private final String name;
  private final String text;

  /** The text, but only what is script in it: other characters are blanks. */
  private final String code;

  /** Names that declarations of C give to types. */
  private final Set<String> types;

  private final int[] lineStarts;

  /** Imported scripts, whose texts stand behind the script's own. */
  private final List<Piece> imported;

  private record Piece(String name, int start) {}

  public Source(String name, String text) {
    this(name, text, text, Set.of(), lineStarts(text), List.of());
  }

  private Source(
      String name,
      String text,
      String code,
      Set<String> types,
      int[] lineStarts,
      List<Piece> imported) {
    this.name = name;
    this.text = text;
    this.code = code;
    this.types = Set.copyOf(types);
    this.lineStarts = lineStarts;
    this.imported = List.copyOf(imported);
  }

  /** The same with an imported script or a header behind it. */
  public Source with(String path, String more) {
    List<Piece> pieces = new ArrayList<>(imported);
    pieces.add(new Piece(path, text.length() + 1));
    // The first line can name an interpreter.
    String rest = more.startsWith("#!") ? "//" + more.substring(2) : more;
    String all = text + "\n" + rest;
    return new Source(name, all, code + "\n" + rest, types, lineStarts(all), pieces);
  }

  /**
   * The same with other code.
   *
   * @param script as long as the text
   * @param named what is declared as a type outside of it
   */
  public Source withCode(String script, Set<String> named) {
    return new Source(name, text, script, named, lineStarts, imported);
  }

  /** What the parser reads. */
  String code() {
    return code;
  }

  Set<String> types() {
    return types;
  }

  /** The name of the script that an offset is in. */
  public String file(int offset) {
    String file = name;
    for (Piece piece : imported) {
      file = piece.start <= offset ? piece.name : file;
    }
    return file;
  }

  /** Where the script was found that an offset is in; a header may be in other folders. */
  public String path(int offset) {
    String file = file(offset);
    return file.equals(name) || !file.endsWith(".bt") ? file : Imports.path(name, file);
  }

  /** Number of the line in the script that an offset is in, from 1. */
  public int lineInFile(int offset) {
    int before = 0;
    for (Piece piece : imported) {
      before = piece.start <= offset ? line(piece.start) - 1 : before;
    }
    return line(offset) - before;
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[16];
    int count = 1;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, 2 * count);
      }
      starts[count++] = end + 1;
    }
    return Arrays.copyOf(starts, count);
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  /** Number of the line that holds an offset, from 1. */
  public int line(int offset) {
    int place = Arrays.binarySearch(lineStarts, offset);
    return place >= 0 ? place + 1 : -place - 1;
  }

  /** Column of an offset, from 1. */
  public int column(int offset) {
    return offset - lineStarts[line(offset) - 1] + 1;
  }

  /**
   * File, line and columns of a piece, as a person reads them; of a longer one those of its start.
   */
  public String place(SourceRange range) {
    int column = column(range.start());
    return "%s:%d:%d-%d"
        .formatted(
            path(range.start()),
            lineInFile(range.start()),
            column,
            column + range.end() - range.start());
  }

  /** The text of a line, without its end. */
  public String lineText(int line) {
    int start = lineStarts[line - 1];
    int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
    return end > start && text.charAt(end - 1) == '\r'
        ? text.substring(start, end - 1)
        : text.substring(start, end);
  }

  public String text(SourceRange range) {
    return text.substring(range.start(), Math.min(range.end(), text.length()));
  }
}
