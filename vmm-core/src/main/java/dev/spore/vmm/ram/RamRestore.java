package dev.spore.vmm.ram;

import dev.spore.format.hint.BackingVerdict;
import dev.spore.format.hint.WorkingSet;
import dev.spore.kvm.HostFile;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Userfault;
import dev.spore.kvm.UserfaultUnavailableException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gets the RAM of a spore from where it comes fastest.
 *
 * @param image the RAM
 * @param backings where flat files of it may be
 * @param workingSet what to fetch first when it is read lazily; a hint, ignored if it does not fit
 * @param ringGpas guest addresses the devices read before the guest runs: fetched while the machine
 *     is made, those outside RAM are ignored
 * @param onFailure told when a chunk cannot be had while the machine runs, see {@link
 *     LazyRam#start}
 */
public record RamRestore(
    RamImage image,
    Optional<BackingStore> backings,
    Optional<WorkingSet> workingSet,
    List<Long> ringGpas,
    Consumer<SporeException> onFailure) {
  private static final long CHUNK_MIB = RamImage.CHUNK_BYTES >> 20;

  /**
   * The RAM, as it was saved. When it is lazy, a machine whose chunk turns out to be missing or
   * damaged later ends then.
   *
   * @throws SporeException object.invalid naming a chunk that is missing or damaged,
   *     host.unavailable when the source asked for cannot be had, operation.canceled when
   *     interrupted
   */
  public RestoredRam run(RestoreMode mode) {
    return switch (mode) {
      case AUTO -> automatic();
      case BACKING -> backing();
      case EAGER -> eager("asked for");
      case LAZY -> lazyOrFail();
    };
  }

  private RestoredRam automatic() {
    BackingStore.Found found = find();
    if (found.file().isPresent()) {
      return mapped(found);
    }
    String why = "no proven backing (%s)".formatted(found.verdict().id());
    long dataMib = image.dataChunks() * CHUNK_MIB;
    if (image.dataChunks() < RamLimits.LAZY_CHUNKS_MIN) {
      return eager("%s, and only %d MiB to read".formatted(why, dataMib));
    }
    try {
      return lazy("%s, and %d MiB to read".formatted(why, dataMib));
    } catch (UserfaultUnavailableException e) {
      return eager("%s, and not lazily: %s".formatted(why, e.getMessage()));
    }
  }

  private BackingStore.Found find() {
    return backings
        .map(store -> store.open(image.digest(), image.sizeBytes()))
        .orElseGet(() ->
            new BackingStore.Found(
                BackingVerdict.NOT_ATTEMPTED, Optional.empty(), Optional.empty()));
  }

  private RestoredRam backing() {
    BackingStore.Found found = find();
    if (found.file().isEmpty()) {
      throw new SporeException(
          ErrorCode.HOST_UNAVAILABLE,
          "this host has no proven backing of the spore's memory (%s); restore it with"
                  .formatted(found.verdict().id())
              + " --restore=auto");
    }
    return mapped(found);
  }

  private RestoredRam mapped(BackingStore.Found found) {
    HostFile file = found.file().orElseThrow();
    boolean mapped = false;
    try {
      BackingStore store = backings.orElseThrow();
      store.requireChunks(image);
      GuestRam ram = GuestRam.mapped(image.layout(), file);
      BackingWatch watch =
          BackingWatch.start(
              file, store.ram(image.digest()), found.proven().orElseThrow(), onFailure);
      mapped = true;
      return RestoredRam.mapped(ram, BackingVerdict.PROOF_VALID.id(), watch);
    } finally {
      if (!mapped) {
        file.close();
      }
    }
  }

  private RestoredRam eager(String reason) {
    return RestoredRam.read(EagerRam.load(image), reason);
  }

  private RestoredRam lazyOrFail() {
    try {
      return lazy("asked for");
    } catch (UserfaultUnavailableException e) {
      throw new SporeException(
          ErrorCode.HOST_UNAVAILABLE, e.getMessage() + "; or restore with --restore=eager", e);
    }
  }

  private RestoredRam lazy(String reason) {
    BitSet first =
        workingSet
            .map(set -> TouchLog.chunks(set, image.sizeBytes()))
            .orElseGet(() -> new BitSet());
    Duration window = RamLimits.WORKING_SET_WINDOW;
    Userfault userfault = Userfault.open();
    List<Mapping> mappings = List.of();
    try {
      mappings = GuestRam.anonymous(image.layout());
      Duration restAfter = first.isEmpty() ? window : Duration.ZERO;
      ringGpas.forEach(gpa -> addChunk(gpa, first));
      TouchLog touched = new TouchLog(first, window);
      LazyRam filler = LazyRam.start(image, mappings, userfault, touched, onFailure);
      filler.prefetch(first, restAfter);
      GuestRam ram = GuestRam.filledBy(filler, image.layout(), mappings);
      return RestoredRam.lazy(ram, reason, filler);
    } catch (KvmException | SporeException e) {
      userfault.close();
      mappings.forEach(Mapping::close);
      throw e;
    }
  }

  private void addChunk(long gpa, BitSet chunks) {
    List<RamLayout.Region> regions = image.layout().regions();
    for (int i = 0; i < regions.size(); i++) {
      long offset = gpa - regions.get(i).gpa();
      if (offset >= 0 && offset < regions.get(i).sizeBytes()) {
        chunks.set(new RamChunks(image.layout()).at(i, offset));
      }
    }
  }
}
