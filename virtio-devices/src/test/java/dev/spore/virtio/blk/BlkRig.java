package dev.spore.virtio.blk;

import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A block device with the driver's end of its ring in one hand. */
final class BlkRig {
  static final long RING = 0x1000;
  static final long BUFFERS = 0x10_000;
  static final int MEMORY_BYTES = 8 << 20;
  static final int NO_STATUS = 0xee;

  /** What a request came back with. */
  record Answer(int status, ByteBuffer data, long usedBytes) {
    byte[] bytes() {
      byte[] bytes = new byte[data.capacity()];
      data.get(0, bytes);
      return bytes;
    }
  }

  final GuestMemory memory;
  final BlkDevice device;
  final RingDriver ring;
  int interrupts;

  private BlkRig(Disk disk, long features) {
    memory = GuestMemory.ofSingle(Arena.ofAuto().allocate(MEMORY_BYTES, 4096));
    device = new BlkDevice(disk, "disk-under-test");
    ring = RingDriver.at(memory, RING, 128);
    device.activate(
        new Activation(memory, List.of(ring.open(features, () -> interrupts++)), features));
  }

  /** A driver that accepted all the device offers. */
  static BlkRig of(Disk disk) {
    return new BlkRig(disk, new BlkDevice(disk, "").deviceFeatures());
  }

  static BlkRig withFeatures(Disk disk, long features) {
    return new BlkRig(disk, features);
  }

  /** The 16 bytes that begin a request. */
  static byte[] header(long type, long sector) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt((int) type)
        .putInt(0)
        .putLong(sector)
        .array();
  }

  /** One discard or write-zeroes segment. */
  static byte[] segment(long sector, long sectors, long flags) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(sector)
        .putInt((int) sectors)
        .putInt((int) flags)
        .array();
  }

  Answer request(BlkOperation operation, long sector, byte[] out, int inBytes) {
    return request(operation.code(), sector, out, inBytes);
  }

  /** Header, data and status in a descriptor each, as Linux lays them out. */
  Answer request(long type, long sector, byte[] out, int inBytes) {
    List<Integer> cuts = new ArrayList<>(List.of(16));
    List<Integer> inCuts = inBytes == 0 ? List.of() : List.of(inBytes);
    return cut(concat(header(type, sector), out), cuts, inBytes, inCuts);
  }

  /** One request whose readable and writable bytes are cut at the given offsets. */
  Answer cut(byte[] readable, List<Integer> cuts, int inBytes, List<Integer> inCuts) {
    offer(readable, cuts, inBytes, inCuts);
    drain();
    List<Used> used = ring.takeUsed();
    if (used.size() != 1) {
      throw new AssertionError("used " + used);
    }
    return answer(inBytes, used.getFirst());
  }

  void offer(byte[] readable, List<Integer> cuts, int inBytes, List<Integer> inCuts) {
    memory.write(BUFFERS, readable, 0, readable.length);
    long in = inAddress();
    memory.fill(in, inBytes, (byte) 0);
    memory.putU8(in + inBytes, NO_STATUS);
    List<Piece> pieces = new ArrayList<>();
    pieces(BUFFERS, readable.length, cuts, false, pieces);
    pieces(in, inBytes + 1, inCuts, true, pieces);
    ring.offer(pieces.toArray(Piece[]::new));
  }

  Answer answer(int inBytes, Used used) {
    byte[] data = new byte[inBytes];
    memory.read(inAddress(), data, 0, inBytes);
    return new Answer(memory.u8(inAddress() + inBytes), ByteBuffer.wrap(data), used.length());
  }

  /** Passes of the device until nothing is left. */
  int drain() {
    int passes = 1;
    while (device.process()) {
      passes++;
    }
    return passes;
  }

  static byte[] concat(byte[] head, byte[] tail) {
    byte[] all = new byte[head.length + tail.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  private static long inAddress() {
    return MEMORY_BYTES / 2;
  }

  private static void pieces(
      long gpa, int length, List<Integer> cuts, boolean writable, List<Piece> pieces) {
    int from = 0;
    for (int i = 0; i <= cuts.size(); i++) {
      int to = i < cuts.size() ? Math.min(cuts.get(i), length) : length;
      if (to > from) {
        pieces.add(new Piece(gpa + from, to - from, writable));
        from = to;
      }
    }
  }
}
