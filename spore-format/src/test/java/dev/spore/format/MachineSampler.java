package dev.spore.format;

import dev.spore.format.device.BlkState;
import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.DeviceState;
import dev.spore.format.device.QueueState;
import dev.spore.format.device.RngState;
import dev.spore.format.device.TransportState;
import dev.spore.format.device.VirtioState;
import dev.spore.format.device.VsockState;
import dev.spore.format.state.ClockState;
import dev.spore.format.state.CpuidLeaf;
import dev.spore.format.state.DeviceSlot;
import dev.spore.format.state.IoapicState;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.PicState;
import dev.spore.format.state.PitChannel;
import dev.spore.format.state.PitState;
import dev.spore.format.state.UartState;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Machine states of every shape, the same ones for the same seed. */
public final class MachineSampler {
  private final Random random;
  private final VcpuSampler vcpus;

  public MachineSampler(long seed) {
    this.random = new Random(seed);
    this.vcpus = new VcpuSampler(random);
  }

  /** A state whose block devices have the sizes of {@code diskBytes}. */
  public MachineState machine(int vcpuCount, List<Long> diskBytes) {
    List<VcpuState> states = IntStream.range(0, vcpuCount).mapToObj(vcpus::vcpu).toList();
    return new MachineState(vm(), states, devices(diskBytes));
  }

  private VmState vm() {
    List<CpuidLeaf> leaves =
        Stream.generate(this::leaf).limit(random.nextInt(8)).sorted().distinct().toList();
    return new VmState(leaves, clock(), pic(), pic(), ioapic(), pit(), uart());
  }

  private CpuidLeaf leaf() {
    boolean matters = random.nextBoolean();
    return new CpuidLeaf(
        random.nextLong(1L << 32),
        matters ? random.nextLong(1L << 32) : 0,
        matters,
        random.nextInt(),
        random.nextInt(),
        random.nextInt(),
        random.nextInt());
  }

  private ClockState clock() {
    return new ClockState(
        random.nextLong(Long.MAX_VALUE) % (FormatLimits.CLOCK_NANOS_MAX + 1),
        random.nextBoolean(),
        random.nextBoolean()
            ? OptionalLong.of(random.nextLong(Long.MAX_VALUE))
            : OptionalLong.empty(),
        random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty());
  }

  private PicState pic() {
    return new PicState(
        u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(), u8(),
        u8());
  }

  private IoapicState ioapic() {
    List<Long> entries = Stream.generate(random::nextLong).limit(IoapicState.INPUTS).toList();
    return new IoapicState(random.nextLong(), u8(), u8(), random.nextInt(1 << 24), entries);
  }

  private PitState pit() {
    return new PitState(
        random.nextBoolean(),
        random.nextBoolean(),
        Stream.generate(this::channel).limit(PitState.CHANNELS).toList());
  }

  private PitChannel channel() {
    return new PitChannel(
        random.nextInt(65537),
        u16(),
        u8(),
        random.nextInt(2),
        u8(),
        u8(),
        u8(),
        u8(),
        random.nextInt(4),
        random.nextInt(8),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextLong());
  }

  private UartState uart() {
    return new UartState(
        random.nextInt(16), u8(), u8(), u8(), u16(), random.nextBoolean(), random.nextBoolean());
  }

  private List<DeviceSlot> devices(List<Long> diskBytes) {
    List<DeviceState> devices = new ArrayList<>();
    devices.add(new ConsoleState(u16(), u16()));
    for (long bytes : diskBytes) {
      devices.add(new BlkState("disk-" + devices.size(), bytes, 512, random.nextBoolean()));
    }
    devices.add(new VsockState(3 + random.nextLong((1L << 32) - 4)));
    devices.add(new RngState());
    List<DeviceSlot> slots = new ArrayList<>();
    int slot = 0;
    for (DeviceState device : devices) {
      slots.add(new DeviceSlot(slot, new VirtioState(transport(device.deviceType()), device)));
      slot += 1 + random.nextInt(2);
    }
    return slots;
  }

  private TransportState transport(int deviceType) {
    return new TransportState(
        deviceType,
        u8(),
        random.nextLong(),
        random.nextBoolean(),
        random.nextLong(1L << 32),
        random.nextLong(1L << 32),
        random.nextLong(1L << 32),
        random.nextInt(4),
        random.nextLong(1L << 32),
        Stream.generate(this::queue).limit(random.nextInt(4)).toList());
  }

  private QueueState queue() {
    return new QueueState(
        random.nextLong(1L << 32),
        random.nextBoolean(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        u16(),
        u16());
  }

  private int u8() {
    return random.nextInt(1 << 8);
  }

  private int u16() {
    return random.nextInt(1 << 16);
  }
}
