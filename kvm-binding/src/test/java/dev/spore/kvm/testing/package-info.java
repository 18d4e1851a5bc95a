/** What the tests of every module share about the host's KVM. */
@NullMarked
package dev.spore.kvm.testing;

import org.jspecify.annotations.NullMarked;
