package dev.spore.virtio.queue;

import dev.spore.virtio.Limits;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver.Piece;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The descriptor rules of virtio 1.2 §2.7.5 said once more, slowly: sets instead of step counts,
 * big integers instead of careful sums. The oracle of the walk's properties.
 */
final class NaiveWalk {
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final GuestMemory memory;
  private final QueueLayout layout;
  private final boolean indirectAllowed;

  NaiveWalk(GuestMemory memory, QueueLayout layout, boolean indirectAllowed) {
    this.memory = memory;
    this.layout = layout;
    this.indirectAllowed = indirectAllowed;
  }

  /** The buffers of the chain at {@code head}, or empty if the driver broke a rule. */
  Optional<List<Piece>> walk(int head) {
    List<Piece> pieces = new ArrayList<>();
    try {
      collect(layout.descriptorGpa(), layout.size(), head, false, new HashSet<>(), pieces);
    } catch (Broken e) {
      return Optional.empty();
    }
    return isLegal(pieces) ? Optional.of(pieces) : Optional.empty();
  }

  private void collect(
      long table, long entries, int index, boolean nested, Set<Integer> seen, List<Piece> out)
      throws Broken {
    check(index < entries && seen.add(index));
    long at = table + 16L * index;
    long gpa = memory.u64(at);
    long length = memory.u32(at + 8);
    int flags = memory.u16(at + 12);
    boolean next = (flags & RingDriver.NEXT) != 0;
    if ((flags & RingDriver.INDIRECT) != 0) {
      check(indirectAllowed && !nested && !next);
      check(length > 0 && length % 16 == 0 && length / 16 <= Limits.INDIRECT_DESCRIPTORS_MAX);
      check(inRam(gpa, length));
      collect(gpa, length / 16, 0, true, new HashSet<>(), out);
      return;
    }
    out.add(new Piece(gpa, length, (flags & RingDriver.WRITE) != 0));
    if (next) {
      collect(table, entries, memory.u16(at + 14), nested, seen, out);
    }
  }

  private boolean isLegal(List<Piece> pieces) {
    long total = pieces.stream().mapToLong(Piece::length).sum();
    boolean inRam = pieces.stream().allMatch(p -> p.length() == 0 || inRam(p.gpa(), p.length()));
    int firstWritable = (int) pieces.stream().takeWhile(p -> !p.writable()).count();
    boolean ordered = pieces.stream().skip(firstWritable).allMatch(Piece::writable);
    return inRam && ordered && total <= 1L << 32;
  }

  private boolean inRam(long gpa, long length) {
    BigInteger start = new BigInteger(Long.toUnsignedString(gpa));
    BigInteger end = start.add(BigInteger.valueOf(length));
    return memory.regions().stream()
        .anyMatch(region ->
            start.compareTo(BigInteger.valueOf(region.gpa())) >= 0
                && end.compareTo(BigInteger.valueOf(region.gpa() + region.bytes().byteSize()))
                    <= 0);
  }

  private static void check(boolean rule) throws Broken {
    if (!rule) {
      throw new Broken();
    }
  }
}
