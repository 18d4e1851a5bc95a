package dev.spore.vmm.ram;

import dev.spore.format.hint.HostMac;
import dev.spore.kvm.FileStatus;
import dev.spore.kvm.Host;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** The secret this host's proofs are made with, in the file {@code key} beside them. */
final class HostKey {
  private static final String NAME = "key";
  private static final int ANY_BUT_OWNER = 077;

  private HostKey() {}

  /** The key; empty if there is none, or anybody else could have read or put it there. */
  static Optional<byte[]> read(Path directory) {
    Path path = directory.resolve(NAME);
    try (HostFile file = HostFile.openRegular(path)) {
      FileStatus status = file.status();
      if ((status.mode() & ANY_BUT_OWNER) != 0
          || status.ownerUid() != Integer.toUnsignedLong(Host.userId())) {
        return Optional.empty();
      }
      byte[] key = BackingStore.readSmall(file);
      return key.length == HostMac.KEY_BYTES ? Optional.of(key) : Optional.empty();
    } catch (IOException | KvmException e) {
      return Optional.empty();
    }
  }

  /** The key, made if {@link #read} finds none; the caller holds the {@link BackingLock}. */
  static byte[] obtain(Path directory) throws IOException {
    Optional<byte[]> found = read(directory);
    if (found.isPresent()) {
      return found.get();
    }
    byte[] key = new byte[HostMac.KEY_BYTES];
    new SecureRandom().nextBytes(key);
    BackingBuild.publish(directory.resolve(NAME), key);
    return key;
  }
}
