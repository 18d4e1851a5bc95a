package dev.spore.vmm;

import dev.spore.format.SporeId;

/**
 * What a save did.
 *
 * @param id of the spore
 * @param pauseNanos how long the guest stood still; to the end of the save if it does not go on
 * @param freezeNanos how much longer its processes stood still: what it took the guest to stop them
 *     before that and to let them go on after it
 * @param copiedBytes guest memory copied during that time
 * @param seenBytes guest memory looked at; of the rest it was known that it had not changed
 * @param dataChunks chunks of RAM that are not all zero
 * @param addedChunks chunks of RAM and disks that the store did not have
 * @param addedBytes what those cost on the disk
 * @param totalNanos from the request to the published spore
 */
public record SaveReport(
    SporeId id,
    long pauseNanos,
    long freezeNanos,
    long copiedBytes,
    long seenBytes,
    long dataChunks,
    long addedChunks,
    long addedBytes,
    long totalNanos) {}
