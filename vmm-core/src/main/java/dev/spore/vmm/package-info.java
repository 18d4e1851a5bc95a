/** Machine: the library object others embed. Must not know command lines, terminals or JSON. */
@NullMarked
package dev.spore.vmm;

import org.jspecify.annotations.NullMarked;
