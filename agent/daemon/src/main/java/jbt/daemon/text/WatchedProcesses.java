package jbt.daemon.text;

import java.util.Optional;
import jbt.kernel.Cpus;
import jbt.kernel.processes.Memories;
import jbt.kernel.processes.Recorder;
import jbt.kernel.symbols.ProcessSymbols;
import jbt.kernel.symbols.Symbol;
import jbt.kernel.symbols.UserSymbols;
import org.jspecify.annotations.Nullable;

/** Functions of processes; most scripts name none, and should not pay for it when they start. */
final class WatchedProcesses implements ProcessSymbols, AutoCloseable {
  private final boolean readable;
  private @Nullable UserSymbols symbols;
  private @Nullable Recorder recorder;

  WatchedProcesses(boolean readable) {
    this.readable = readable;
  }

  /** Notes from now on what processes have in memory. */
  void watch() {
    Memories memories = new Memories();
    symbols = new UserSymbols(memories, readable);
    recorder = Recorder.start(memories, Cpus.online());
  }

  private synchronized UserSymbols symbols() {
    if (symbols == null) {
      symbols = new UserSymbols(new Memories(), readable);
    }
    return symbols;
  }

  @Override
  public Optional<Symbol> find(int process, long address) {
    return symbols().find(process, address);
  }

  @Override
  public Optional<String> file(int process, long address) {
    return symbols().file(process, address);
  }

  @Override
  public void close() {
    if (recorder != null) {
      recorder.close();
    }
  }
}
