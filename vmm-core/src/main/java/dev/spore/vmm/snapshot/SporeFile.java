package dev.spore.vmm.snapshot;

import dev.spore.format.FormatLimits;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.kvm.Errno;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a spore that are read whole, each with the most it may have. */
enum SporeFile {
  ID(Spore.ID_FILE, 65),
  MANIFEST(ManifestCodec.FILE, FormatLimits.MANIFEST_BYTES_MAX),
  INDEX(MemoryIndex.FILE, SnapshotLimits.INDEX_BYTES_MAX),
  WORKING_SET(WorkingSet.FILE, SnapshotLimits.WORKING_SET_BYTES_MAX);

  private final String fileName;
  private final int sizeMax;

  SporeFile(String fileName, int sizeMax) {
    this.fileName = fileName;
    this.sizeMax = sizeMax;
  }

  /**
   * Reads it; a link, a pipe or a file beyond the bound is refused before it is read.
   *
   * @throws SporeException object.invalid naming the file
   */
  byte[] read(Path directory) {
    return read(directory.resolve(fileName), sizeMax);
  }

  static byte[] read(Path file, int sizeMax) {
    try (HostFile opened = HostFile.openRegular(file);
        InputStream in = Files.newInputStream(opened.alias())) {
      byte[] bytes = in.readNBytes(sizeMax + 1);
      if (bytes.length > sizeMax) {
        throw Spore.damaged(file, "has more than %d bytes".formatted(sizeMax));
      }
      return bytes;
    } catch (KvmException e) {
      throw e.errno() == Errno.ENOENT
          ? Spore.damaged(file, "is missing")
          : Spore.damaged(
              file, "cannot be opened as a regular file (%s)".formatted(Errno.describe(e.errno())));
    } catch (IOException e) {
      throw new SporeException(
          ErrorCode.CACHE_UNAVAILABLE,
          "spore file %s cannot be read (%s); see to the file system".formatted(file, e),
          e);
    }
  }

  /** Its place in a spore. */
  Path in(Path directory) {
    return directory.resolve(fileName);
  }
}
