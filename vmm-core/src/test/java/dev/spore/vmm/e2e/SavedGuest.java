package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.Machine;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Directories;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A machine of two vCPUs and one disk, an ext4 file system that is not mounted, booted and saved
 * once in a test run; tests restore it. {@code /tmp/witness} runs in it, see {@link Witness}, and
 * {@code /tmp/churn} is there.
 */
final class SavedGuest implements AutoCloseable {
  /** What the witness that runs in it was given. */
  static final long NONCE = 4711;

  /** The file that witness writes to. */
  static final String WITNESS = "/tmp/quiet";

  /** Something only this process knows, in its memory before the machine was booted. */
  static final byte[] HOST_SECRET = new byte[24];

  static {
    new SecureRandom().nextBytes(HOST_SECRET);
  }

  private static final long MEMORY_BYTES = 96L << 20;
  private static final int PAUSE_MILLIS = 500;

  private final Path directory;

  private SavedGuest(Path directory) {
    this.directory = directory;
  }

  /** Hands it to test constructors. */
  static final class Shared implements ParameterResolver {
    private static final Namespace STORE = Namespace.create(SavedGuest.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == SavedGuest.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(STORE)
          .computeIfAbsent(SavedGuest.class, type -> attempt(), Attempt.class)
          .saved();
    }

    private static Attempt attempt() {
      try {
        return new Attempt(make(), null);
      } catch (Exception | AssertionError e) {
        return new Attempt(null, e);
      }
    }
  }

  /** One that failed fails every test that needs it, and is not tried again for each. */
  private record Attempt(@Nullable SavedGuest made, @Nullable Throwable failure)
      implements AutoCloseable {
    SavedGuest saved() {
      if (made == null) {
        throw new IllegalStateException("the shared machine was not saved", failure);
      }
      return made;
    }

    @Override
    public void close() throws IOException {
      if (made != null) {
        made.close();
      }
    }
  }

  private static SavedGuest make() throws Exception {
    Path directory = Files.createTempDirectory("saved-guest");
    Path disk = directory.resolve("disk.img");
    HostCommand.run("mke2fs", "-q", "-t", "ext4", disk.toString(), "24m");
    SavedGuest saved = new SavedGuest(directory);
    try (Guest guest =
        Guest.boot(
            Guest.spec()
                .memoryBytes(MEMORY_BYTES)
                .vcpus(2)
                .disk(new DiskSpec(disk, false))
                .build())) {
      guest.install(GuestPrograms.compile("witness", directory));
      guest.install(GuestPrograms.compile("churn", directory));
      saved.startWitness(guest, WITNESS, 1, PAUSE_MILLIS, 1);
      guest.machine().save(new SaveSpec(saved.spore(), Map.of(), false));
    }
    return saved;
  }

  /** Starts one more witness, which runs for ever. */
  void startWitness(Guest guest, String file, int workers, int pauseMillis, int steps)
      throws Exception {
    String registers = GuestPrograms.hostHasAvx2() ? "wide" : "narrow";
    Ran ran =
        guest.sh(
            "setsid /tmp/witness run %s %d %d %d %d %s > /dev/null 2>&1 & while ! test -s %s; do :; done"
                .formatted(file, NONCE, workers, pauseMillis, steps, registers, file));
    assertThat(ran.status()).as(ran.err()).isZero();
  }

  Path spore() {
    return directory.resolve("spore");
  }

  /** Restores a spore; the memory comes from where {@code mode} says, nowhere else. */
  Guest restore(Path spore, RestoreMode mode) throws Exception {
    RestoreSpec spec =
        new RestoreSpec(
            Spore.open(spore),
            directory.resolve("scratch"),
            mode,
            Optional.of(BackingStore.in(backings())));
    if (mode == RestoreMode.BACKING) {
      spec.buildBacking();
    }
    return Guest.of(Machine.restore(spec, event -> {}));
  }

  /** Where {@link #restore} keeps flat memory. */
  Path backings() {
    return directory.resolve("backings");
  }

  @Override
  public void close() throws IOException {
    Directories.delete(directory);
  }
}
