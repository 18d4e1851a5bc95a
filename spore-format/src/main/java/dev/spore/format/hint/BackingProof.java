package dev.spore.format.hint;

import dev.spore.cas.ChunkId;
import dev.spore.format.Bytes;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.check.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/**
 * The file {@code ram.backing.proof}: this host's own word that {@code ram.backing} holds the RAM
 * of a memory index, so that it can be mapped without hashing it again. 128 bytes, little-endian:
 *
 * <pre>
 *  0  8  "SPOREPRF"
 *  8  4  version, 1
 * 12  4  user id of the file's owner
 * 16 32  BLAKE3-256 of memory.index
 * 48  8  device number of the file
 * 56  8  inode number
 * 64  8  size in bytes
 * 72  8  time of last modification, nanoseconds since 1970, signed
 * 80  8  time of last status change, likewise
 * 88  8  zero
 * 96 32  HMAC-SHA-256 (RFC 2104) of bytes 0 to 95 with the host's key
 * </pre>
 *
 * <p>Whoever can write the file as its owner can also set its modification time back, but not the
 * time of its status change; that is why both are bound. The latter moves with every link, rename
 * and change of mode too, so a proof is made after the last of these.
 *
 * @param memoryIndex BLAKE3-256 of the file memory.index
 * @param file what was true of the file; a regular one
 * @param mac over all the rest
 */
public record BackingProof(ChunkId memoryIndex, FileFacts file, Bytes mac) {
  /** Name of the file in a spore's directory. */
  public static final String FILE = "ram.backing.proof";

  private static final long MAGIC = 0x4652_5045_524f_5053L;
  private static final int VERSION = 1;
  private static final int SIGNED_BYTES = 96;
  private static final int FILE_BYTES = SIGNED_BYTES + HostMac.BYTES;

  public BackingProof {
    check(file);
    Check.range("mac size", mac.size(), HostMac.BYTES, HostMac.BYTES);
  }

  /**
   * Proves {@code file}, which the caller has just written or verified.
   *
   * @param key 32 bytes that only this host has
   */
  public static BackingProof make(ChunkId memoryIndex, FileFacts file, byte[] key) {
    check(file);
    return new BackingProof(
        memoryIndex, file, Bytes.of(HostMac.of(signed(memoryIndex, file), key)));
  }

  /**
   * Reads the file. The result has been proven by nobody yet.
   *
   * @throws FormatException if {@code bytes} are anything but a proof
   */
  public static BackingProof parse(byte[] bytes) {
    if (bytes.length != FILE_BYTES) {
      throw new FormatException(
          bytes.length < FILE_BYTES ? Code.TRUNCATED : Code.INVALID,
          FILE,
          "has %d bytes instead of %d".formatted(bytes.length, FILE_BYTES));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong() != MAGIC) {
      throw new FormatException(Code.INVALID, FILE, "does not begin with its magic");
    }
    if (in.getInt() != VERSION) {
      throw new FormatException(Code.UNKNOWN_VERSION, FILE, "has a version other than " + VERSION);
    }
    long owner = Integer.toUnsignedLong(in.getInt());
    byte[] index = new byte[ChunkId.BYTES];
    in.get(index);
    FileFacts file =
        new FileFacts(
            true, in.getLong(), in.getLong(), in.getLong(), owner, in.getLong(), in.getLong());
    if (in.getLong() != 0) {
      throw new FormatException(Code.INVALID, FILE, "has reserved bytes in use");
    }
    Bytes mac = Bytes.of(bytes, SIGNED_BYTES, HostMac.BYTES);
    try {
      return new BackingProof(ChunkId.of(index), file, mac);
    } catch (IllegalArgumentException e) {
      throw new FormatException(Code.INVALID, FILE, String.valueOf(e.getMessage()));
    }
  }

  /** The file. */
  public byte[] encode() {
    byte[] bytes = new byte[FILE_BYTES];
    System.arraycopy(signed(memoryIndex, file), 0, bytes, 0, SIGNED_BYTES);
    mac.copyTo(bytes, SIGNED_BYTES);
    return bytes;
  }

  /**
   * Whether {@code found} may be mapped as RAM.
   *
   * @param expectedIndex digest of the memory index in the manifest
   * @param memoryBytes RAM in the manifest
   * @param found of the file that is open now, not of its path
   * @param key this host's key
   */
  public BackingVerdict verify(
      ChunkId expectedIndex, long memoryBytes, FileFacts found, byte[] key) {
    if (!found.regular()) {
      return BackingVerdict.BACKING_NOT_REGULAR;
    }
    if (found.sizeBytes() != memoryBytes) {
      return BackingVerdict.BACKING_SIZE_MISMATCH;
    }
    if (!MessageDigest.isEqual(HostMac.of(signed(memoryIndex, file), key), mac.toArray())) {
      return BackingVerdict.PROOF_MAC_MISMATCH;
    }
    if (!memoryIndex.equals(expectedIndex)) {
      return BackingVerdict.PROOF_OTHER_MEMORY;
    }
    return file.equals(found) ? BackingVerdict.PROOF_VALID : BackingVerdict.PROOF_OTHER_FILE;
  }

  private static byte[] signed(ChunkId memoryIndex, FileFacts file) {
    ByteBuffer out = ByteBuffer.allocate(SIGNED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC);
    out.putInt(VERSION);
    out.putInt((int) file.ownerUid());
    out.put(memoryIndex.toBytes());
    out.putLong(file.device());
    out.putLong(file.inode());
    out.putLong(file.sizeBytes());
    out.putLong(file.modifiedNanos());
    out.putLong(file.changedNanos());
    return out.array();
  }

  private static void check(FileFacts file) {
    Check.that(file.regular(), "the file is not a regular one");
    Check.range("size_bytes", file.sizeBytes(), 1, Long.MAX_VALUE);
    Check.u32("owner_uid", file.ownerUid());
  }
}
