/** Tests of dev.spore.vmm.state on real KVM with guests of a few bytes. */
@NullMarked
package dev.spore.vmm.state;

import org.jspecify.annotations.NullMarked;
