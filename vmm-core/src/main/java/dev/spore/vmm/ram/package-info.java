/**
 * Guest RAM and where it comes from: zeroes at boot; at a restore the chunks of a spore, read
 * before the start or as they are touched, or a proven flat file. Must not know machines, devices
 * or vCPUs.
 */
@NullMarked
package dev.spore.vmm.ram;

import org.jspecify.annotations.NullMarked;
