package dev.spore.vmm;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.format.SporeId;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.format.manifest.GuestImages;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.format.manifest.SavedSession;
import dev.spore.format.state.MachineState;
import dev.spore.vmm.agent.LiveSessions;
import dev.spore.vmm.capture.Baseline;
import dev.spore.vmm.capture.RamDirt;
import dev.spore.vmm.capture.RamSealer;
import dev.spore.vmm.capture.RamView;
import dev.spore.vmm.ram.RestoredRam;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeStaging;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes spores of one machine. One save at a time. */
final class MachineSaver {
  private final MachineParts parts;
  private final MachineOrigin origin;
  private final LiveSessions sessions;
  private final GuestFreezer freezer;
  private final RamView ram;
  private final RamDirt dirt;

  /** What the last spore made of the machine holds, as long as all writes since are watched. */
  private @Nullable Baseline lastSave;

  MachineSaver(
      MachineParts parts, MachineOrigin origin, LiveSessions sessions, GuestFreezer freezer) {
    this.freezer = freezer;
    this.parts = parts;
    this.origin = origin;
    this.sessions = sessions;
    this.ram = new RamView(parts.ram.memory());
    this.dirt = new RamDirt(ram, new KvmDirtyLog(parts.vm, parts.ram));
  }

  /** What stood still at one instant. */
  private record Instantaneous(
      MachineState state,
      List<SavedSession> sessions,
      long wallNanos,
      long pauseNanos,
      long freezeNanos,
      long copiedBytes,
      List<byte[]> diskIndexes) {}

  /**
   * Saves the machine.
   *
   * @throws SporeException naming what went wrong; nothing has been published then and the machine
   *     goes on
   */
  SaveReport save(SaveSpec spec) throws InterruptedException {
    long started = System.nanoTime();
    // From here on, what was watched counts as looked at: after a failure it cannot be told again.
    Baseline baseline = lastSave == null ? origin.baseline() : lastSave;
    lastSave = null;
    try (SporeStaging staging = SporeStaging.begin(spec.directory());
        Batch batch = staging.chunks().batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, baseline);
      if (spec.goesOn()) {
        Instantaneous instant = takeRunning(sealer, batch);
        return publish(spec, staging, batch, sealer, instant, started);
      }
      return saveStopped(spec, staging, batch, sealer, started);
    } catch (ChunkException e) {
      throw Spore.unusable(e);
    } finally {
      if (lastSave == null) {
        dirt.stop();
      }
    }
  }

  /** The machine stands still afterwards, unless this fails. */
  private SaveReport saveStopped(
      SaveSpec spec, SporeStaging staging, Batch batch, RamSealer sealer, long started)
      throws InterruptedException {
    GuestFreezer.Held held = freezer.hold();
    MachineStandstill standstill = standstill(held);
    boolean saved = false;
    try {
      MachineState state = state();
      List<SavedSession> running = SavedSessions.of(sessions.list());
      long wallNanos = wallNanos();
      sealer.sealStopped();
      List<byte[]> disks;
      try (DiskSeals seals = DiskSeals.begin(parts.disks(), batch)) {
        disks = seals.run();
      }
      Instantaneous instant =
          new Instantaneous(state, running, wallNanos, 0, held.nanos(), 0, disks);
      SaveReport report = publish(spec, staging, batch, sealer, instant, started);
      saved = true;
      return report;
    } finally {
      if (!saved) {
        standstill.close();
        held.release();
      }
    }
  }

  /** Processes that stand still in a machine that does not are let go. */
  private MachineStandstill standstill(GuestFreezer.Held held) throws InterruptedException {
    boolean reached = false;
    try {
      MachineStandstill standstill = MachineStandstill.of(parts);
      reached = true;
      return standstill;
    } finally {
      if (!reached) {
        held.release();
      }
    }
  }

  private Instantaneous takeRunning(RamSealer sealer, Batch batch) throws InterruptedException {
    sealAhead(sealer);
    try (Closeables taken = new Closeables()) {
      Moment moment = stop(sealer, batch, taken);
      sealer.sealFrozen(moment.frozen());
      return new Instantaneous(
          moment.state(),
          moment.sessions(),
          moment.wallNanos(),
          moment.pauseNanos(),
          moment.freezeNanos(),
          moment.frozen().sizeBytes(),
          moment.seals().run());
    }
  }

  private static void sealAhead(RamSealer sealer) throws InterruptedException {
    long sealed = sealer.sealAhead();
    for (int round = 1;
        round < VmmLimits.SEAL_AHEAD_ROUNDS_MAX && sealed > VmmLimits.SEAL_AHEAD_ENOUGH_BYTES;
        round++) {
      sealed = sealer.sealAhead();
    }
  }

  /** What was taken while the machine stood still, to be sealed while it runs. */
  private record Moment(
      MachineState state,
      List<SavedSession> sessions,
      long wallNanos,
      long pauseNanos,
      long freezeNanos,
      RamSealer.Frozen frozen,
      DiskSeals seals) {}

  /**
   * First the processes, which takes a running guest, then the machine.
   *
   * @param taken closes what is in the result
   */
  private Moment stop(RamSealer sealer, Batch batch, Closeables taken) throws InterruptedException {
    GuestFreezer.Held held = freezer.hold();
    try {
      MachineState state;
      List<SavedSession> running;
      long wallNanos;
      RamSealer.Frozen frozen;
      DiskSeals seals;
      long before = System.nanoTime();
      try (MachineStandstill _ = MachineStandstill.of(parts)) {
        state = state();
        running = SavedSessions.of(sessions.list());
        wallNanos = wallNanos();
        frozen = taken.add(sealer.freeze());
        seals = taken.add(DiskSeals.begin(parts.disks(), batch));
      }
      long pauseNanos = System.nanoTime() - before;
      held.release();
      return new Moment(state, running, wallNanos, pauseNanos, held.nanos(), frozen, seals);
    } finally {
      held.release();
    }
  }

  private MachineState state() {
    return new MachineState(parts.vmState(), parts.vcpuStates(), parts.deviceStates());
  }

  /** What was read of memory that others have written to is not the machine's. */
  private void requireMemory() {
    RestoredRam memory = origin.memory();
    if (memory != null) {
      memory
          .lost()
          .ifPresent(reason -> {
            throw reason;
          });
    }
  }

  /** An agent is one that has answered: to this program, or to the one the parent was saved by. */
  private GuestImages images() {
    GuestImages images = origin.images().get();
    return origin.parent() != null || freezer.isConnected()
        ? images
        : new GuestImages(images.kernel(), images.initrd(), null);
  }

  private static long wallNanos() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  private SaveReport publish(
      SaveSpec spec,
      SporeStaging staging,
      Batch batch,
      RamSealer sealer,
      Instantaneous instant,
      long started) {
    Batch.Committed committed = batch.commit();
    MemoryIndexWriter index = MemoryIndexWriter.zero(ram.chunks() * RamView.CHUNK_BYTES);
    long dataChunks = 0;
    for (long chunk = 0; chunk < ram.chunks(); chunk++) {
      ChunkId id = sealer.id(chunk);
      index.set(chunk, id);
      dataChunks += id == null ? 0 : 1;
    }
    byte[] indexBytes = index.toBytes();
    MemoryImage memory = Manifests.memory(indexBytes, ram.chunks(), dataChunks);
    Manifest manifest =
        Manifests.of(
            parts,
            origin,
            images(),
            instant.state(),
            instant.wallNanos(),
            memory,
            instant.diskIndexes(),
            instant.sessions(),
            spec);
    for (int disk = 0; disk < instant.diskIndexes().size(); disk++) {
      staging.addDiskIndex(Manifests.diskName(disk), instant.diskIndexes().get(disk));
    }
    origin.workingSet().ifPresent(staging::addWorkingSet);
    requireMemory();
    SporeId id = staging.publish(indexBytes, ManifestCodec.encode(manifest));
    if (spec.goesOn() && spec.again()) {
      lastSave =
          new Baseline(
              Spore.chunks(spec.directory()),
              memory.openIndex(MemorySegment.ofArray(indexBytes)),
              dirt::collectChunks);
    }
    return new SaveReport(
        id,
        instant.pauseNanos(),
        instant.freezeNanos(),
        instant.copiedBytes(),
        sealer.seenBytes(),
        dataChunks,
        committed.added(),
        committed.addedBytes(),
        System.nanoTime() - started);
  }
}
