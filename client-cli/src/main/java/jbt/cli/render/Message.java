package jbt.cli.render;

import java.util.Collection;
import jbt.server.targets.FoldedNames;

/** A message of one or many hosts. */
public final class Message {
  private Message() {}

  /**
   * Appends a message, each line ended.
   *
   * @param many whether it says whose it is: {@code web[03-07]: text}, with the hosts on a line of
   *     their own before several lines, because columns under a marker must stay in place
   * @param terminal control characters are escaped
   */
  public static void print(
      Bytes out, boolean many, boolean terminal, Collection<String> hosts, String text) {
    String body = text.stripTrailing();
    Bytes whole = new Bytes();
    if (many) {
      whole.add(FoldedNames.fold(hosts)).add(body.contains("\n") ? ":\n" : ": ");
    }
    whole.add(body).add('\n');
    byte[] bytes = whole.toArray();
    if (terminal) {
      Utf8.escape(out, bytes, 0, bytes.length);
    } else {
      out.add(bytes);
    }
  }
}
