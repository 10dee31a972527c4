package jbt.cli.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import jbt.cli.render.Bytes;
import jbt.server.targets.FoldedNames;
import jbt.v1.Dump;

/** What hosts tell of the script instead of running it, the same of many hosts once. */
final class Dumps {
  private final Map<String, SortedSet<String>> hosts = new LinkedHashMap<>();
  private int count;

  void add(Dump dump) {
    hosts.computeIfAbsent(dump.getText(), text -> new TreeSet<>()).add(dump.getHost());
    count++;
  }

  int size() {
    return count;
  }

  Bytes print(boolean many) {
    Bytes out = new Bytes();
    hosts.forEach(
        (text, names) -> {
          if (many) {
            out.add(FoldedNames.fold(names)).add(":\n");
          }
          out.add(text.stripTrailing()).add('\n');
        });
    return out;
  }
}
