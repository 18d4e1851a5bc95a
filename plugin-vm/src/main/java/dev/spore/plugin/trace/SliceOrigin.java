package dev.spore.plugin.trace;

/**
 * What a slice was cut from. All unsigned.
 *
 * @param from first event, of the trace it was cut from
 * @param to last event
 * @param events of that trace
 * @param checksum of that trace
 */
public record SliceOrigin(long from, long to, long events, long checksum) {}
