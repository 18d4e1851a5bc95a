package dev.spore.format;

import dev.spore.cas.ChunkId;
import dev.spore.format.device.BlkState;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.Board;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.FeatureNeed;
import dev.spore.format.manifest.FileIdentity;
import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.GuestImages;
import dev.spore.format.manifest.HostNeeds;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.MemoryImage;
import dev.spore.format.manifest.MemoryRegion;
import dev.spore.format.manifest.SavedSession;
import dev.spore.format.manifest.StreamReplay;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.MachineState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Manifests of every shape, the same ones for the same seed. */
public final class ManifestSampler {
  private static final long GIB = 1L << 30;
  private static final List<FeatureNeed.Register> REGISTERS =
      List.of(FeatureNeed.Register.values());

  private final Random random;
  private final long seed;

  private ManifestSampler(long seed) {
    this.random = new Random(seed);
    this.seed = seed;
  }

  /** A manifest. */
  public static Manifest manifest(long seed) {
    return new ManifestSampler(seed).manifest();
  }

  private Manifest manifest() {
    List<Long> diskBytes =
        Stream.generate(() -> 512 * (1 + random.nextLong(1 << 20)))
            .limit(random.nextInt(3))
            .toList();
    MachineState machine = new MachineSampler(seed).machine(1 + random.nextInt(3), diskBytes);
    Board board =
        new Board(
            "spore-x86",
            1,
            random.nextBoolean()
                ? List.of(new MemoryRegion(0, 256L << 20))
                : List.of(new MemoryRegion(0, 3 * GIB), new MemoryRegion(4 * GIB, GIB)),
            machine.vcpus().size(),
            16);
    long chunks = board.memoryBytes() / MemoryIndex.CHUNK_BYTES;
    long zero = random.nextLong(chunks + 1);
    return new Manifest(
        "0.1.0",
        random.nextLong(Long.MAX_VALUE),
        host(),
        new GuestImages(
            file(),
            random.nextBoolean() ? file() : null,
            random.nextBoolean() ? new AgentIdentity(file(), 1 + random.nextInt(9)) : null),
        board,
        "console=hvc0 quiet \"a b\"",
        machine,
        new Generation(random.nextInt(50), maybe(new SporeId(id())), bytes(16)),
        new MemoryImage(board.memoryBytes(), MemoryIndex.CHUNK_BYTES, zero, chunks - zero, id()),
        disks(machine),
        sessions(),
        Manifest.sorted(
            random.nextBoolean()
                ? Map.of()
                : Map.of(
                    "note", "a\"b\\c\n\u0000\u007f", "", "empty key", "ключ", "\ud83c\udf44")));
  }

  private HostNeeds host() {
    List<FeatureNeed> features = new ArrayList<>();
    for (long function = 1; function < 8; function++) {
      if (random.nextBoolean()) {
        FeatureNeed.Register register = REGISTERS.get(random.nextInt(4));
        features.add(new FeatureNeed(function, random.nextInt(2), register, 1 + random.nextInt(9)));
      }
    }
    return new HostNeeds(
        "GenuineIntel",
        2_700_000,
        7,
        features,
        random.nextBoolean() ? List.of() : List.of("interpreted-kernel", "raw-tsc"));
  }

  private List<DiskImage> disks(MachineState machine) {
    List<DiskImage> disks = new ArrayList<>();
    for (DeviceSlot device : machine.devices()) {
      if (device.state().device() instanceof BlkState blk) {
        FileIdentity base = maybe(file());
        disks.add(
            new DiskImage(
                "disk" + disks.size(),
                device.slot(),
                blk.sizeBytes(),
                blk.readOnly(),
                base,
                base == null ? id() : maybe(id()),
                "/images/root.ext4"));
      }
    }
    return disks;
  }

  private List<SavedSession> sessions() {
    return random.nextBoolean()
        ? List.of()
        : List.of(
            new SavedSession(
                "main",
                random.nextLong(1L << 32),
                List.of("/bin/sh", "-lc", "echo 'ü'\t"),
                random.nextBoolean(),
                random.nextBoolean(),
                new StreamReplay(random.nextInt(1 << 20) + 64, random.nextBoolean(), bytes(40)),
                new StreamReplay(0, true, Bytes.of())));
  }

  private FileIdentity file() {
    return new FileIdentity(id(), 1 + random.nextInt(1 << 30));
  }

  private ChunkId id() {
    return ChunkId.of(bytes(32).toArray());
  }

  private <T> @Nullable T maybe(T value) {
    return random.nextBoolean() ? value : null;
  }

  private Bytes bytes(int size) {
    byte[] content = new byte[size];
    random.nextBytes(content);
    return Bytes.of(content);
  }
}
