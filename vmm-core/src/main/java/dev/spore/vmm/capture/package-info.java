/**
 * Takes guest RAM down as content-addressed chunks while the guest keeps running for all but the
 * time its latest writes take to copy. Must not know devices, vCPUs or files.
 */
@NullMarked
package dev.spore.vmm.capture;

import org.jspecify.annotations.NullMarked;
