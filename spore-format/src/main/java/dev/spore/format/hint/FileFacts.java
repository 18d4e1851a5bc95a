package dev.spore.format.hint;

/**
 * What stat(2) says about an open file.
 *
 * @param regular it is a regular file
 * @param device number of its file system
 * @param inode its number there
 * @param sizeBytes at least 0
 * @param ownerUid 0 to 2^32-1
 * @param modifiedNanos st_mtim since 1970
 * @param changedNanos st_ctim since 1970
 */
public record FileFacts(
    boolean regular,
    long device,
    long inode,
    long sizeBytes,
    long ownerUid,
    long modifiedNanos,
    long changedNanos) {}
