/**
 * Machines of ring 3 alone: one vCPU, one address space of regions that are writable or executable
 * and never both, one doorbell as the only way out. Owns their page tables, tables of the
 * processor, runs, limits and pool; knows nothing of what runs in them.
 */
@NullMarked
package dev.spore.micro;

import org.jspecify.annotations.NullMarked;
