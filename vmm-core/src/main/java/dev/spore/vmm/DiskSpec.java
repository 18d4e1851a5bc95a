package dev.spore.vmm;

import java.nio.file.Path;

/**
 * A disk given to a machine.
 *
 * @param image raw image file, its size a multiple of 512 bytes
 * @param readOnly whether the guest's writes are refused and the file is opened for reading only
 */
public record DiskSpec(Path image, boolean readOnly) {}
