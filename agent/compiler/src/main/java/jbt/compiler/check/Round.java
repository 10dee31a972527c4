package jbt.compiler.check;

import java.util.List;
import jbt.compiler.c.Headers;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.Site;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Target;
import jbt.compiler.types.Definitions;

/** What one round of checking works on: it reads and widens {@code environment}, fills the rest. */
record Round(
    Source source,
    Target target,
    Binaries binaries,
    Definitions definitions,
    Headers headers,
    Environment environment,
    Diagnostics diagnostics,
    List<Site> sites,
    Decisions decisions) {
  /** Adds a site and gives its place. */
  int site(Site site) {
    sites.add(site);
    return sites.size() - 1;
  }
}
