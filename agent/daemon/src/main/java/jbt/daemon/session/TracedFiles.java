package jbt.daemon.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * The programs and libraries that have probes. The kernel's probes belong to a file, not to its
 * name: of one that takes its place, as an update does, nothing is counted.
 */
final class TracedFiles {
  private record State(@Nullable Object key, FileTime written, long size) {}

  private final Map<String, State> attached = new LinkedHashMap<>();

  TracedFiles(Plan plan) {
    for (Attachment attachment : plan.attachments()) {
      if (attachment.point() instanceof Attachment.Point.Uprobe probe) {
        State state = state(probe.file());
        if (state != null) {
          attached.put(probe.file(), state);
        }
      }
    }
  }

  private static @Nullable State state(String file) {
    try {
      BasicFileAttributes found = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
      return new State(found.fileKey(), found.lastModifiedTime(), found.size());
    } catch (IOException e) {
      return null;
    }
  }

  /** What to tell of those that are others now. */
  List<String> changes() {
    List<String> changes = new ArrayList<>();
    attached.forEach(
        (file, before) -> {
          State now = state(file);
          if (now != null && !Objects.equals(now.key, before.key)) {
            changes.add(
                "WARNING: "
                    + file
                    + " was replaced while it was traced: what started since then was not seen");
          } else if (now != null && !now.equals(before)) {
            changes.add(
                "WARNING: "
                    + file
                    + " was written to while it was traced: its probes may have been elsewhere");
          }
        });
    return changes;
  }
}
