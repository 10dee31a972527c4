package jbt.server.merge;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import jbt.server.targets.FoldedNames;
import jbt.v1.Rows;

/** Whom senders speak for: a collector for all its hosts, whose rows it may have added up. */
public interface Senders {
  /** The hosts whose rows of a map can be in those of a sender. */
  Collection<String> hosts(String sender, int map);

  /**
   * What stands in the place of the host where nobody knows any more which of them rows are of: the
   * names of all, folded.
   */
  default String name(Collection<String> senders, int map) {
    TreeSet<String> all = new TreeSet<>();
    senders.forEach(sender -> all.addAll(hosts(sender, map)));
    return FoldedNames.fold(all);
  }

  /** What is put in front of keys in a sender's rows that need a host and have none. */
  default String name(Schemas schemas, String sender, int map, Rows rows) {
    // Names of thousands of hosts are not folded for nothing.
    boolean wanted = schemas.isPerHost(map) && !rows.getHostKeyed();
    return wanted ? name(List.of(sender), map) : sender;
  }
}
