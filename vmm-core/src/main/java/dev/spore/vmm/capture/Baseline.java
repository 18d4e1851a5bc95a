package dev.spore.vmm.capture;

import dev.spore.cas.ChunkStore;
import dev.spore.format.index.MemoryIndex;
import java.util.BitSet;
import java.util.function.Supplier;

/**
 * What RAM held when it last was, or became, a spore: what has not changed since need not be looked
 * at again.
 *
 * @param chunks of that spore; it may have been deleted since
 * @param index of its RAM
 * @param changed numbers of all chunks that may have been written since, as far as that can be told
 *     when it is asked; asked once for each seal, with every later write being watched
 */
public record Baseline(ChunkStore chunks, MemoryIndex index, Supplier<BitSet> changed) {}
