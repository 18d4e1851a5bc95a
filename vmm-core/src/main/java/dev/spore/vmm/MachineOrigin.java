package dev.spore.vmm;

import dev.spore.format.Bytes;
import dev.spore.format.SporeId;
import dev.spore.format.hint.WorkingSet;
import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.FileIdentity;
import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.GuestImages;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.KnownSession;
import dev.spore.vmm.capture.Baseline;
import dev.spore.vmm.ram.RestoredRam;
import dev.spore.vmm.snapshot.ForkRecord;
import dev.spore.vmm.snapshot.Spore;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a machine comes from, as the spores made of it will tell.
 *
 * @param images looked at when it is first saved: hashing them takes longer than a start. With the
 *     agent, which counts if it has answered
 * @param commandLine what its kernel was booted with
 * @param generation how many times it has been restored since
 * @param parent the spore it was restored from, or null
 * @param lineage drawn at its boot
 * @param fork which child of a fork it is, or its parent was, or null
 * @param memory what it was restored with, or null
 * @param baseline what is known of its RAM from the parent, or null
 * @param sessions what it had running when it was saved
 */
record MachineOrigin(
    Supplier<GuestImages> images,
    String commandLine,
    long generation,
    @Nullable SporeId parent,
    Bytes lineage,
    @Nullable ForkRecord fork,
    @Nullable RestoredRam memory,
    @Nullable Baseline baseline,
    List<KnownSession> sessions) {

  static MachineOrigin booted(MachineSpec spec, String commandLine, Bytes lineage) {
    return new MachineOrigin(
        () -> imagesOf(spec), commandLine, 0, null, lineage, null, null, null, List.of());
  }

  static MachineOrigin restored(RestoreSpec spec, RestoredRam memory) {
    Spore spore = spec.spore();
    Generation before = spore.manifest().generation();
    return new MachineOrigin(
        () -> spore.manifest().images(),
        spore.manifest().commandLine(),
        before.number() + 1,
        spore.id(),
        before.lineage(),
        spec.fork().or(spore::fork).orElse(null),
        memory,
        new Baseline(spore.chunks(), spore.index(), memory::changedChunks),
        SavedSessions.known(spore.manifest().sessions()));
  }

  /** What is worth reading first of a spore made of the machine. */
  Optional<WorkingSet> workingSet() {
    return memory == null ? Optional.empty() : memory.workingSet();
  }

  Generation generationOfSpore() {
    return new Generation(generation, parent, lineage);
  }

  private static GuestImages imagesOf(MachineSpec spec) {
    return new GuestImages(
        FileIdentities.of(spec.kernel()),
        spec.initrd().map(FileIdentities::of).orElse(null),
        spec.initrd().flatMap(FileIdentities::ofInit).map(MachineOrigin::agent).orElse(null));
  }

  private static AgentIdentity agent(FileIdentity init) {
    return new AgentIdentity(init, AgentClient.PROTOCOL_VERSION);
  }
}
