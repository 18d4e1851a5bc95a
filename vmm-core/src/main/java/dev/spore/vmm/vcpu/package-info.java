/**
 * vCPU threads: KVM_RUN and its exits, nothing else. Must not do device work, and must not know
 * what is behind the buses.
 */
@NullMarked
package dev.spore.vmm.vcpu;

import org.jspecify.annotations.NullMarked;
