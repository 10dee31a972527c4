package jbt.cli.pki;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;

/** The folder of an authority. Nothing in it is ever overwritten. */
record Files(Path folder) {
  Path at(String name) {
    return folder.resolve(name);
  }

  void makeFolder() throws PkiException {
    try {
      java.nio.file.Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new PkiException(folder + ": can't make this folder: " + reason(e), e);
    }
  }

  void refuseExisting(String... names) throws PkiException {
    for (String name : names) {
      if (java.nio.file.Files.exists(at(name))) {
        throw new PkiException(at(name) + " exists already; nothing was changed");
      }
    }
  }

  String read(String name) throws PkiException {
    try {
      return java.nio.file.Files.readString(at(name));
    } catch (NoSuchFileException e) {
      throw new PkiException(at(name) + ": no such file; make an authority with pki init first", e);
    } catch (IOException e) {
      throw new PkiException(at(name) + ": can't read it: " + reason(e), e);
    }
  }

  /** Writes a new file; a secret one is never, not for a moment, open to others. */
  void write(String name, String content, boolean secret) throws PkiException {
    var permissions = PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--");
    try (SeekableByteChannel channel =
        java.nio.file.Files.newByteChannel(
            at(name),
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(permissions))) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (FileAlreadyExistsException e) {
      throw new PkiException(at(name) + " exists already", e);
    } catch (IOException e) {
      throw new PkiException(at(name) + ": can't write it: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }
}
