/**
 * Which chunks RAM and disks consist of: small binary files that are read where they are mapped.
 * All numbers in them are little-endian and unsigned. Must not know files, stores or hashing.
 */
@NullMarked
package dev.spore.format.index;

import org.jspecify.annotations.NullMarked;
