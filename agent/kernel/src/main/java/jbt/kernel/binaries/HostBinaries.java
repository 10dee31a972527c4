package jbt.kernel.binaries;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.kernel.elf.Elf;
import jbt.kernel.processes.Mapped;

/** Finds programs and libraries by path or name and reads them; nothing is kept. */
public final class HostBinaries implements Binaries {
  private static final String USUAL_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final int MOST_FILES = 256;

  /** Files and folders that one part of a path with wildcards may match. */
  private static final int MOST_TRIED = 16_384;

  private final Optional<Path> workingFolder;

  /**
   * @param workingFolder where relative paths start; empty if the one who asks is somewhere else,
   *     and they are an error
   */
  public HostBinaries(Optional<Path> workingFolder) {
    this.workingFolder = workingFolder;
  }

  @Override
  public List<String> find(String name) throws BinaryException {
    try {
      return found(name).map(Path::toString).toList();
    } catch (InvalidPathException e) {
      throw BinaryException.ofName("'" + name + "' is no path");
    }
  }

  private Stream<Path> found(String name) throws BinaryException {
    if (name.isEmpty() || name.equals("*")) {
      throw BinaryException.ofName("Name a program or library");
    }
    if (name.contains("/")) {
      Path path = Path.of(name);
      return path.isAbsolute() ? at(path) : from(path);
    }
    if (name.startsWith("lib")) {
      Optional<Path> library = LibraryCache.find(name);
      if (library.isPresent()) {
        return library.stream();
      }
    }
    return onSearchPath(name);
  }

  @Override
  public Optional<String> program(int process) {
    try {
      return Optional.of(inProcess(process, Files.readSymbolicLink(link(process)).toString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Path link(int process) {
    return Path.of("/proc/" + process + "/exe");
  }

  @Override
  public List<String> mapped(int process) {
    Set<String> files = new LinkedHashSet<>();
    addMapped(process, files);
    return List.copyOf(files);
  }

  private void addMapped(int process, Set<String> files) {
    program(process).ifPresent(files::add);
    for (Mapped mapping : Mapped.of(process)) {
      if (mapping.path().startsWith("/")) {
        String file = inProcess(process, mapping.path());
        if (!files.contains(file) && isElf(Path.of(file))) {
          files.add(file);
        }
      }
    }
  }

  @Override
  public List<String> mapped() throws BinaryException {
    Set<String> files = new LinkedHashSet<>();
    ProcessHandle.allProcesses().forEach(process -> addMapped((int) process.pid(), files));
    return programs("*", files.stream().map(Path::of).toList()).map(Path::toString).toList();
  }

  /** A path as the process sees it, in the words of this one where both mean the same file. */
  private static String inProcess(int process, String path) {
    String theirs = "/proc/" + process + "/root" + path;
    try {
      return Files.isSameFile(Path.of(path), Path.of(theirs)) ? path : theirs;
    } catch (IOException e) {
      return theirs;
    }
  }

  /** Those of a relative path, as relative as it is. */
  private Stream<Path> from(Path path) throws BinaryException {
    if (workingFolder.isEmpty()) {
      throw BinaryException.ofName(
          path + " is a relative path, which means nothing on another host: make it absolute");
    }
    Path folder = workingFolder.get();
    return at(folder.resolve(path))
        .map(found -> found.subpath(folder.getNameCount(), found.getNameCount()));
  }

  private static Stream<Path> at(Path path) throws BinaryException {
    return path.toString().contains("*") ? matching(path) : Stream.of(path).filter(Files::exists);
  }

  /** Programs and libraries that a path with wildcards means: each is any text without a slash. */
  private static Stream<Path> matching(Path pattern) throws BinaryException {
    List<Path> found = List.of(Path.of("/"));
    for (Path part : pattern) {
      List<Path> next = new ArrayList<>();
      for (Path folder : found) {
        addInside(folder, part.toString(), next);
        if (next.size() > MOST_TRIED) {
          throw new BinaryException(pattern + " leads to more than " + MOST_TRIED + " files");
        }
      }
      found = next;
    }
    return programs(pattern.toString(), found);
  }

  private static Stream<Path> programs(String pattern, List<Path> found) throws BinaryException {
    List<Path> files = eachOnce(found.stream().filter(HostBinaries::isElf).toList());
    if (files.size() > MOST_FILES) {
      throw new BinaryException(pattern + " matches more than " + MOST_FILES + " files");
    }
    return files.stream().sorted();
  }

  /**
   * Probes of a file that has several names would count everything as often: links are left out.
   */
  private static List<Path> eachOnce(List<Path> files) {
    Map<Object, Path> names = new HashMap<>();
    for (Path file : files) {
      names.merge(identity(file), file, HostBinaries::better);
    }
    return List.copyOf(names.values());
  }

  private static Path better(Path name, Path other) {
    boolean link = Files.isSymbolicLink(name);
    boolean otherLink = Files.isSymbolicLink(other);
    return link == otherLink ? Collections.min(List.of(name, other)) : link ? other : name;
  }

  private static Object identity(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return file;
    }
  }

  /** As shells do: what is no folder, or can't be read, has nothing inside. */
  private static void addInside(Path folder, String name, List<Path> found) {
    if (!name.contains("*")) {
      if (Files.exists(folder.resolve(name))) {
        found.add(folder.resolve(name));
      }
      return;
    }
    String glob = name.replaceAll("([\\[\\]{}?\\\\])", "\\\\$1");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, glob)) {
      Iterator<Path> files = all.iterator();
      while (files.hasNext() && found.size() <= MOST_TRIED) {
        found.add(files.next());
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Nothing more.
    }
  }

  private static boolean isElf(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (Elf elf = Elf.open(file)) {
      return !elf.segments().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static Stream<Path> onSearchPath(String name) throws BinaryException {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse(USUAL_PATH);
    List<Path> folders =
        Stream.of(path.split(":", -1)).map(Path::of).filter(Path::isAbsolute).toList();
    if (name.contains("*")) {
      List<Path> found = new ArrayList<>();
      folders.forEach(folder -> addInside(folder, name, found));
      return programs(name, found);
    }
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .limit(1);
  }

  @Override
  public Binary open(String file) throws BinaryException {
    Path path = workingFolder.orElse(Path.of("/")).resolve(file);
    try (Elf elf = Elf.open(path)) {
      return ElfBinary.read(elf, path);
    } catch (NoSuchFileException e) {
      throw new BinaryException(file + ": no such file");
    } catch (IOException e) {
      throw new BinaryException(String.valueOf(e.getMessage()));
    }
  }
}
