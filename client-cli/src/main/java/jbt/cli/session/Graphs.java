package jbt.cli.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jbt.cli.flame.FlameGraph;
import jbt.cli.flame.Folded;
import jbt.cli.render.Table;

/**
 * Files that the stacks of the final maps go to.
 *
 * @param flame a picture
 * @param folded text for other tools
 */
public record Graphs(Optional<Path> flame, Optional<Path> folded) {
  public static final Graphs NONE = new Graphs(Optional.empty(), Optional.empty());

  boolean wanted() {
    return flame.isPresent() || folded.isPresent();
  }

  /** Writes them; false if there is not one stack, and nothing was written. */
  boolean write(String title, List<Table> maps) throws IOException {
    Folded stacks = Folded.of(maps);
    if (stacks.isEmpty()) {
      return false;
    }
    if (flame.isPresent()) {
      Files.writeString(flame.get(), FlameGraph.svg(title, stacks));
    }
    if (folded.isPresent()) {
      Files.writeString(folded.get(), stacks.text());
    }
    return true;
  }
}
