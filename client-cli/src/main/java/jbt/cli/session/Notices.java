package jbt.cli.session;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import jbt.cli.render.Bytes;
import jbt.cli.render.Message;

/** Messages of hosts. The same one of many hosts is held back a moment and shown once. */
final class Notices {
  private final boolean many;
  private final boolean terminal;
  private final Map<String, SortedSet<String>> pending = new LinkedHashMap<>();
  private final Collection<String> seen = new TreeSet<>();

  Notices(boolean many, boolean terminal) {
    this.many = many;
    this.terminal = terminal;
  }

  /** Adds a message; the same of the same host again changes nothing. */
  void add(String host, String text) {
    if (!text.isEmpty() && seen.add(host + '\0' + text)) {
      pending.computeIfAbsent(text, t -> new TreeSet<>()).add(host);
    }
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** What has been held back. */
  Bytes take() {
    Bytes out = new Bytes();
    pending.forEach((text, hosts) -> Message.print(out, many, terminal, hosts, text));
    pending.clear();
    return out;
  }
}
