package dev.spore.virtio.blk;

/**
 * What a block device did since it was made; every count only grows.
 *
 * @param reads IN requests answered OK
 * @param writes OUT requests answered OK
 * @param flushes FLUSH requests answered OK
 * @param discards DISCARD requests answered OK
 * @param writeZeroes WRITE_ZEROES requests answered OK
 * @param readBytes bytes moved to the guest
 * @param writtenBytes bytes moved from the guest
 * @param guestFaults requests refused because the guest broke a rule
 * @param unsupported requests answered UNSUPP
 * @param hostErrors requests the host's storage failed
 */
public record BlkMetrics(
    long reads,
    long writes,
    long flushes,
    long discards,
    long writeZeroes,
    long readBytes,
    long writtenBytes,
    long guestFaults,
    long unsupported,
    long hostErrors) {}
