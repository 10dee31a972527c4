package jbt.compiler.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;

/** Reads each program once while a script is compiled. */
final class ReadBinaries implements Binaries {
  private final Binaries host;
  private final Map<String, Binary> read = new HashMap<>();

  ReadBinaries(Binaries host) {
    this.host = host;
  }

  @Override
  public List<String> find(String name) throws BinaryException {
    return host.find(name);
  }

  @Override
  public Optional<String> program(int process) {
    return host.program(process);
  }

  @Override
  public List<String> mapped(int process) {
    return host.mapped(process);
  }

  @Override
  public List<String> mapped() throws BinaryException {
    return host.mapped();
  }

  @Override
  public Binary open(String file) throws BinaryException {
    Binary known = read.get(file);
    if (known == null) {
      known = host.open(file);
      read.put(file, known);
    }
    return known;
  }
}
