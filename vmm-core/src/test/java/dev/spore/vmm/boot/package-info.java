/** Loaders and boot structures against damaged files, small RAM and the kernel's own header. */
@NullMarked
package dev.spore.vmm.boot;

import org.jspecify.annotations.NullMarked;
