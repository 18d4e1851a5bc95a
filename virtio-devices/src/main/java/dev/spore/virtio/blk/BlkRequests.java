package dev.spore.virtio.blk;

import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.queue.DescriptorChain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * Carries out one request at a time: struct virtio_blk_req (virtio 1.2 §5.2.6), a 16-byte header
 * and data to read, then data and one status byte to fill, cut into descriptors anywhere.
 *
 * <p>The header is copied once and only the copy is used. A request that breaks a rule is answered
 * IOERR and touches nothing; one without a place for the status byte cannot be answered at all and
 * is dropped and counted. Runs on the device thread.
 */
final class BlkRequests {
  static final int HEADER_BYTES = 16;
  static final int STATUS_BYTES = 1;
  static final int ID_BYTES = 20;

  private final Disk disk;
  private final byte[] id;
  private final BlkMetrics metrics;
  private final RateLimitedLog log;
  private Set<BlkOperation> supported = Set.of();
  private boolean writeThrough;

  /**
   * @param id what GET_ID answers, {@link #ID_BYTES} bytes padded with NUL
   */
  BlkRequests(Disk disk, byte[] id, BlkMetrics metrics, RateLimitedLog log) {
    this.disk = disk;
    this.id = id;
    this.metrics = metrics;
    this.log = log;
  }

  /**
   * What the driver negotiated.
   *
   * @param writeThrough a driver that cannot flush is owed durable writes (§5.2.6.2)
   */
  void configure(Set<BlkOperation> operations, boolean writeThrough) {
    this.supported = Set.copyOf(operations);
    this.writeThrough = writeThrough;
  }

  /**
   * Serves {@code chain}.
   *
   * @return bytes written to it from its start on, for the used ring
   */
  long serve(DescriptorChain chain) {
    if (chain.writableBytes() < STATUS_BYTES) {
      metrics.guestFaults.increment();
      log.guestFault(() -> "request %d has no status byte: dropped".formatted(chain.head()));
      return 0;
    }
    ChainWriter writer = chain.writer();
    BlkStatus status;
    try {
      status = run(chain.reader(), writer);
    } catch (IOException e) {
      metrics.hostErrors.increment();
      log.hostFault(() -> "host storage failed, guest sees an I/O error: " + e);
      status = BlkStatus.IOERR;
    }
    long data = status == BlkStatus.OK ? writer.position() : 0;
    writer.skip(writer.remaining() - STATUS_BYTES);
    writer.putU8(status.code());
    return data + STATUS_BYTES;
  }

  private BlkStatus run(ChainReader reader, ChainWriter writer) throws IOException {
    if (reader.remaining() < HEADER_BYTES) {
      return fault("header of %d bytes", reader.remaining());
    }
    long type = reader.u32();
    reader.u32(); // Reserved; a driver of before 1.0 keeps its I/O priority here.
    long sector = reader.u64();
    BlkOperation operation = BlkOperation.of(type);
    if (operation == null || !supported.contains(operation)) {
      metrics.unsupported.increment();
      return BlkStatus.UNSUPP;
    }
    return switch (operation) {
      case IN -> in(sector, writer);
      case OUT -> out(sector, reader);
      case FLUSH -> flush();
      case GET_ID -> getId(writer);
      case DISCARD -> discard(reader);
      case WRITE_ZEROES -> writeZeroes(reader);
    };
  }

  private BlkStatus in(long sector, ChainWriter writer) throws IOException {
    long left = writer.remaining() - STATUS_BYTES;
    if (!isTransfer(sector, left)) {
      return fault("read of %d bytes", left);
    }
    long offset = sector * Disk.SECTOR_BYTES;
    while (left > 0) {
      ByteBuffer span = writer.span((int) Math.min(left, Integer.MAX_VALUE));
      int bytes = span.remaining();
      disk.read(offset, span);
      offset += bytes;
      left -= bytes;
    }
    metrics.readBytes.add(writer.position());
    metrics.reads.increment();
    return BlkStatus.OK;
  }

  private BlkStatus out(long sector, ChainReader reader) throws IOException {
    long left = reader.remaining();
    if (disk.isReadOnly() || !isTransfer(sector, left)) {
      return fault("write of %d bytes", left);
    }
    long offset = sector * Disk.SECTOR_BYTES;
    while (left > 0) {
      ByteBuffer span = reader.span((int) Math.min(left, Integer.MAX_VALUE));
      int bytes = span.remaining();
      disk.write(offset, span);
      offset += bytes;
      left -= bytes;
    }
    afterWrite();
    metrics.writtenBytes.add(reader.position() - HEADER_BYTES);
    metrics.writes.increment();
    return BlkStatus.OK;
  }

  private BlkStatus flush() throws IOException {
    if (!disk.isReadOnly()) {
      disk.flush();
    }
    metrics.flushes.increment();
    return BlkStatus.OK;
  }

  private BlkStatus getId(ChainWriter writer) {
    long room = writer.remaining() - STATUS_BYTES;
    if (room < ID_BYTES) {
      return fault("GET_ID into %d bytes", room);
    }
    writer.write(id, 0, ID_BYTES);
    return BlkStatus.OK;
  }

  private BlkStatus discard(ChainReader reader) throws IOException {
    int count = segmentCount(reader.remaining(), Limits.BLK_DISCARD_SEGMENTS_MAX);
    if (count == 0 || disk.isReadOnly()) {
      return fault("discard of %d bytes of segments", reader.remaining());
    }
    for (int i = 0; i < count; i++) {
      BlkSegment segment = BlkSegment.read(reader);
      // §5.2.6.2: unmap means nothing to a discard and is refused like a flag nobody knows.
      if (segment.flags() != 0) {
        metrics.unsupported.increment();
        return BlkStatus.UNSUPP;
      }
      if (!isRange(segment, Limits.BLK_DISCARD_SECTORS_MAX)) {
        return fault("discard of %d sectors", segment.sectors());
      }
      disk.discard(segment.sector() * Disk.SECTOR_BYTES, segment.sectors() * Disk.SECTOR_BYTES);
    }
    metrics.discards.increment();
    return BlkStatus.OK;
  }

  private BlkStatus writeZeroes(ChainReader reader) throws IOException {
    int count = segmentCount(reader.remaining(), Limits.BLK_ZERO_SEGMENTS_MAX);
    if (count == 0 || disk.isReadOnly()) {
      return fault("write-zeroes of %d bytes of segments", reader.remaining());
    }
    for (int i = 0; i < count; i++) {
      BlkSegment segment = BlkSegment.read(reader);
      if (segment.hasUnknownFlags()) {
        metrics.unsupported.increment();
        return BlkStatus.UNSUPP;
      }
      if (!isRange(segment, Limits.BLK_ZERO_SECTORS_MAX)) {
        return fault("write-zeroes of %d sectors", segment.sectors());
      }
      disk.writeZeroes(
          segment.sector() * Disk.SECTOR_BYTES,
          segment.sectors() * Disk.SECTOR_BYTES,
          segment.unmap());
    }
    afterWrite();
    metrics.writeZeroes.increment();
    return BlkStatus.OK;
  }

  private void afterWrite() throws IOException {
    if (writeThrough) {
      disk.flush();
    }
  }

  /** Whether whole sectors are meant, all of them on the disk, and not more than one pass bears. */
  private boolean isTransfer(long sector, long bytes) {
    return bytes % Disk.SECTOR_BYTES == 0
        && bytes <= Limits.BLK_REQUEST_BYTES_MAX
        && isOnDisk(sector, bytes / Disk.SECTOR_BYTES);
  }

  private boolean isRange(BlkSegment segment, long sectorsMax) {
    return segment.sectors() <= sectorsMax && isOnDisk(segment.sector(), segment.sectors());
  }

  /** Written so that no sum or product can wrap: {@code sector} is any 64 bits. */
  private boolean isOnDisk(long sector, long sectors) {
    long capacity = disk.sizeBytes() / Disk.SECTOR_BYTES;
    return sector >= 0 && sector <= capacity && sectors <= capacity - sector;
  }

  /** Number of segments, 0 if the bytes are not 1 to {@code most} whole ones. */
  private static int segmentCount(long bytes, int most) {
    if (bytes % BlkSegment.BYTES != 0 || bytes > (long) most * BlkSegment.BYTES) {
      return 0;
    }
    return (int) (bytes / BlkSegment.BYTES);
  }

  private BlkStatus fault(String what, long count) {
    metrics.guestFaults.increment();
    log.guestFault(() ->
        "refused a " + what.formatted(count) + (disk.isReadOnly() ? " on a read-only disk" : ""));
    return BlkStatus.IOERR;
  }
}
