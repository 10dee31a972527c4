package jbt.kernel.symbols;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jbt.compiler.target.KernelFunctions.Function;

/**
 * The kernel's functions and variables, modules included, as /proc/kallsyms has them. It is read
 * when it is first needed, and again when a host's target finds that other modules are loaded, or,
 * not more than once in a while, for an address that it does not explain.
 */
public final class KernelSymbols {
  private static final Path KALLSYMS = Path.of("/proc/kallsyms");

  /** A letter as of nm(1) and a blank, in front of a name. */
  private static final int KIND_BYTES = 2;

  private static final long READ_AGAIN_NS = 5_000_000_000L;

  /** Further than this behind a symbol is no part of it. */
  private static final long LONGEST = 1 << 20;

  private static final KernelSymbols SHARED = new KernelSymbols();

  private byte[] text = new byte[0];
  private long[] addresses = new long[0];

  /** Where the name begins in the text. */
  private int[] names = new int[0];

  private Optional<NamePlaces> functionNames = Optional.empty();

  /** What was loaded when somebody last looked, which was before this was read. */
  private List<String> modules = List.of();

  private long readAt;
  private boolean read;

  private KernelSymbols() {}

  /** The only ones: they take some megabytes. */
  public static KernelSymbols ofThisHost() {
    return SHARED;
  }

  /** Tells which modules are loaded now: if they are others than before, all is read again. */
  public synchronized void loaded(List<String> now) {
    if (!now.equals(modules)) {
      modules = List.copyOf(now);
      read = false;
    }
  }

  /** The symbol that an address lies in. */
  public synchronized Optional<Symbol> find(long address) {
    Optional<Symbol> found = read ? lookUp(address) : Optional.empty();
    if (found.isEmpty() && address < 0 && mayReadAgain()) {
      load();
      found = lookUp(address);
    }
    return found;
  }

  /** The functions of some names, modules included; of several with one name all. */
  public synchronized Map<String, List<Function>> functions(Set<String> wanted) {
    if (mayReadAgain()) {
      load();
    }
    NamePlaces byName = functionNames.orElseGet(() -> new NamePlaces(text, names, this::isCode));
    functionNames = Optional.of(byName);
    Map<String, List<Function>> found = new HashMap<>();
    for (String name : wanted) {
      byName.each(
          name,
          place ->
              function(place)
                  .ifPresent(f -> found.computeIfAbsent(name, n -> new ArrayList<>()).add(f)));
    }
    return found;
  }

  /** The function that an address lies in. */
  public synchronized Optional<Function> functionAt(long address) {
    if (!read) {
      load();
    }
    int place = Arrays.binarySearch(addresses, address);
    int at = place >= 0 ? place : -place - 2;
    if (at < 0 || addresses[at] >= 0) {
      return Optional.empty();
    }
    for (int i = first(at); i <= at; i++) {
      if (isCode(i)) {
        Optional<Function> function = function(i);
        if (function.isPresent() && address - addresses[i] < function.get().size()) {
          return function;
        }
      }
    }
    return Optional.empty();
  }

  private boolean isCode(int place) {
    return switch (text[names[place] - KIND_BYTES]) {
      case 't', 'T', 'w', 'W' -> true;
      default -> false;
    };
  }

  /** Empty for what the kernel lists of programs and probes, as if they were modules. */
  private Optional<Function> function(int place) {
    int end = names[place];
    while (end < text.length && text[end] != '\n' && text[end] != '\t') {
      end++;
    }
    String module = "";
    if (end < text.length && text[end] == '\t') {
      String bracketed = name(end + 1);
      module = bracketed.substring(1, bracketed.length() - 1);
      if (module.equals("bpf") || module.startsWith("__builtin")) {
        return Optional.empty();
      }
    }
    int next = place + 1;
    while (next < addresses.length && addresses[next] == addresses[place]) {
      next++;
    }
    long distance = next < addresses.length ? addresses[next] - addresses[place] : 0;
    long size = distance > LONGEST ? 0 : distance;
    return Optional.of(new Function(module, name(names[place]), addresses[place], size));
  }

  /** Where a function or, on some kernels, a variable is; the first one of that name. */
  public synchronized OptionalLong address(String name) {
    if (mayReadAgain()) {
      load();
    }
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < addresses.length; i++) {
      if (isName(names[i], wanted) && addresses[i] != 0) {
        return OptionalLong.of(addresses[i]);
      }
    }
    return OptionalLong.empty();
  }

  private boolean isName(int start, byte[] wanted) {
    int end = start + wanted.length;
    return end <= text.length
        && Arrays.equals(text, start, end, wanted, 0, wanted.length)
        && (end == text.length || text[end] == '\n' || text[end] == '\t');
  }

  private boolean mayReadAgain() {
    return !read || System.nanoTime() - readAt > READ_AGAIN_NS;
  }

  private Optional<Symbol> lookUp(long address) {
    // Addresses of the kernel are negative, in the same order as unsigned.
    int place = Arrays.binarySearch(addresses, address);
    int at = place >= 0 ? place : -place - 2;
    if (at < 0 || addresses[at] >= 0 || address - addresses[at] > LONGEST) {
      return Optional.empty();
    }
    at = first(at);
    return Optional.of(new Symbol(name(names[at]), address - addresses[at]));
  }

  /** Of several names of one address the first in the list. */
  private int first(int place) {
    int at = place;
    while (at > 0 && addresses[at - 1] == addresses[place]) {
      at--;
    }
    return at;
  }

  private String name(int start) {
    int end = start;
    while (end < text.length && text[end] != '\n' && text[end] != '\t') {
      end++;
    }
    return new String(text, start, end - start, StandardCharsets.UTF_8);
  }

  private void load() {
    readAt = System.nanoTime();
    read = true;
    functionNames = Optional.empty();
    try (InputStream list = Files.newInputStream(KALLSYMS)) {
      parse(list);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + KALLSYMS, e);
    }
  }

  /**
   * Lines of address, kind, name, and for modules a tab and the module in brackets. The text is
   * kept without the addresses, which are half of it: an agent has little memory.
   */
  private void parse(InputStream list) throws IOException {
    byte[] chunk = new byte[1 << 16];
    byte[] kept = new byte[1 << 22];
    long[] found = new long[1 << 17];
    int[] starts = new int[1 << 17];
    int length = 0;
    int count = 0;
    long address = 0;
    boolean inAddress = true;
    for (int bytes = list.read(chunk); bytes > 0; bytes = list.read(chunk)) {
      if (length + bytes > kept.length) {
        kept = Arrays.copyOf(kept, 2 * kept.length);
      }
      for (int i = 0; i < bytes; i++) {
        byte each = chunk[i];
        if (!inAddress) {
          kept[length++] = each;
          inAddress = each == '\n';
        } else if (each != ' ') {
          address = address << 4 | Character.digit(each, 16);
        } else {
          if (count == found.length) {
            found = Arrays.copyOf(found, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
          }
          found[count] = address;
          starts[count++] = length + KIND_BYTES;
          address = 0;
          inAddress = false;
        }
      }
    }
    text = Arrays.copyOf(kept, length);
    sort(found, starts, count);
  }

  private void sort(long[] found, int[] starts, int count) {
    boolean sorted = true;
    for (int i = 1; i < count && sorted; i++) {
      sorted = found[i - 1] <= found[i];
    }
    if (!sorted) {
      Integer[] order = new Integer[count];
      Arrays.setAll(order, i -> i);
      long[] unsorted = found;
      Arrays.sort(order, (a, b) -> Long.compare(unsorted[a], unsorted[b]));
      long[] inOrder = new long[count];
      int[] theirs = new int[count];
      for (int i = 0; i < count; i++) {
        inOrder[i] = found[order[i]];
        theirs[i] = starts[order[i]];
      }
      addresses = inOrder;
      names = theirs;
      return;
    }
    addresses = Arrays.copyOf(found, count);
    names = Arrays.copyOf(starts, count);
  }
}
