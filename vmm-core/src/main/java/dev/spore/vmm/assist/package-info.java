/**
 * Instructions that some hosts' KVM hands back instead of running them, completed in software. Off
 * unless KVM reports an emulation failure; what is not in the table stops the machine. Must not
 * know KVM: it sees registers and guest memory.
 */
@NullMarked
package dev.spore.vmm.assist;

import org.jspecify.annotations.NullMarked;
