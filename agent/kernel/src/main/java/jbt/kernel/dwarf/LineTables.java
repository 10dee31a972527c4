package jbt.kernel.dwarf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jbt.compiler.target.Binary.Line;

/** From which lines of its source files the code of a program comes. */
final class LineTables {
  private final Section lines;
  private final Entries entries;

  LineTables(DebugInformation.Sections sections, Entries entries) throws IOException {
    this.lines = new Section(sections.bytes("debug_line"));
    this.entries = entries;
  }

  /**
   * Where statements of a source file begin.
   *
   * @param source its path, or the end of it
   */
  List<Line> of(String source) {
    List<Line> found = new ArrayList<>();
    for (Unit unit : entries.units()) {
      Entry root = entries.at(unit, unit.entries());
      if (root != null && root.has(Entries.LINES)) {
        lines.moveTo(root.number(Entries.LINES));
        String folder = root.text(Entries.FOLDER);
        new Table(folder == null ? "" : folder, source, found).read();
      }
    }
    return found;
  }

  /** That of one unit: a list of files, and a program that makes the table row by row. */
  private final class Table {
    private static final int PATH = 1;
    private static final int FOLDER = 2;

    private final String folder;
    private final String source;
    private final List<Line> found;

    private int version;
    private int offsetSize;

    /** Whether a file is the one that is looked for, by its number. */
    private final List<Boolean> wanted = new ArrayList<>();

    private long address;
    private long file;
    private long line;
    private long column;
    private boolean statement;

    Table(String folder, String source, List<Line> found) {
      this.folder = folder;
      this.source = source;
      this.found = found;
    }

    void read() {
      long length = lines.u4();
      offsetSize = length == 0xffffffffL ? 8 : 4;
      long end = (offsetSize == 8 ? lines.u8() : length) + lines.place();
      version = lines.u2();
      if (version < 2 || version > 5) {
        return;
      }
      lines.skip(version == 5 ? 2 : 0); // The sizes of addresses and segments.
      long program = lines.unsigned(offsetSize) + lines.place();
      int step = lines.u1();
      lines.skip(version >= 4 ? 1 : 0);
      boolean statements = lines.u1() != 0;
      int firstAdvance = (byte) lines.u1();
      int advances = lines.u1();
      int[] operands = new int[lines.u1()];
      for (int i = 1; i < operands.length; i++) {
        operands[i] = lines.u1();
      }
      if (version == 5) {
        readFiles();
      } else {
        readOldFiles();
      }
      if (wanted.contains(true) && advances != 0) {
        lines.moveTo(program);
        run(operands, step, statements, firstAdvance, advances, end);
      }
    }

    private void readFiles() {
      List<String> folders = new ArrayList<>();
      paths((name, ignored) -> folders.add(name));
      paths((name, number) -> addFile(name, number, folders));
    }

    private interface Paths {
      void take(String name, long folder);
    }

    /** A list that says itself what its entries are made of. */
    private void paths(Paths paths) {
      int[][] parts = new int[lines.u1()][];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = new int[] {(int) lines.leb(), (int) lines.leb()};
      }
      for (long left = lines.leb(); left > 0; left--) {
        String name = "";
        long number = 0;
        for (int[] part : parts) {
          Object value = value(part[1]);
          if (part[0] == PATH && value instanceof String text) {
            name = text;
          } else if (part[0] == FOLDER && value instanceof Long index) {
            number = index;
          }
        }
        paths.take(name, number);
      }
    }

    private Object value(int form) {
      return switch (form) {
        case 0x05 -> (long) lines.u2(); // data2
        case 0x08 -> lines.text(); // string
        case 0x0b -> (long) lines.u1(); // data1
        case 0x0e -> entries.text(lines.unsigned(offsetSize)); // strp
        case 0x0f -> lines.leb(); // udata
        case 0x1f -> entries.lineText(lines.unsigned(offsetSize)); // line_strp
        case 0x1e -> { // data16
          lines.skip(16);
          yield "";
        }
        default -> throw new IllegalArgumentException("no form " + form);
      };
    }

    /** Folders and files are counted from 1; the folder 0 is that of the unit. */
    private void readOldFiles() {
      List<String> folders = new ArrayList<>(List.of(folder));
      for (String name = lines.text(); !name.isEmpty(); name = lines.text()) {
        folders.add(name);
      }
      wanted.add(false);
      for (String name = lines.text(); !name.isEmpty(); name = lines.text()) {
        addFile(name, lines.leb(), folders);
        lines.leb(); // When it was written, and its size.
        lines.leb();
      }
    }

    private void addFile(String name, long number, List<String> folders) {
      String above = number < folders.size() ? folders.get((int) number) : "";
      String path = join(folder, join(above, name));
      wanted.add(path.equals(source) || path.endsWith("/" + source));
    }

    private static String join(String above, String path) {
      return path.startsWith("/") || above.isEmpty() ? path : above + "/" + path;
    }

    private void start(boolean statements) {
      address = 0;
      file = 1;
      line = 1;
      column = 0;
      statement = statements;
    }

    private void run(
        int[] operands, int step, boolean statements, int firstAdvance, int advances, long end) {
      start(statements);
      while (lines.place() < end) {
        int code = lines.u1();
        if (code >= operands.length) {
          int advance = code - operands.length;
          address += (long) advance / advances * step;
          line += firstAdvance + advance % advances;
          row();
          continue;
        }
        switch (code) {
          case 0 -> extended(statements);
          case 1 -> row();
          case 2 -> address += lines.leb() * step;
          case 3 -> line += lines.signedLeb();
          case 4 -> file = lines.leb();
          case 5 -> column = lines.leb();
          case 6 -> statement = !statement;
          case 8 -> address += (255L - operands.length) / advances * step;
          case 9 -> address += lines.u2();
          default -> {
            for (int i = 0; i < operands[code]; i++) {
              lines.leb();
            }
          }
        }
      }
    }

    private void extended(boolean statements) {
      long behind = lines.leb() + lines.place();
      switch (lines.u1()) {
        case 1 -> start(statements); // The end of a sequence of addresses.
        case 2 -> address = lines.unsigned((int) Math.min(8, behind - lines.place()));
        default -> {}
      }
      lines.moveTo(behind);
    }

    private void row() {
      if (statement && file >= 0 && file < wanted.size() && wanted.get((int) file)) {
        found.add(new Line((int) line, (int) column, address));
      }
    }
  }
}
