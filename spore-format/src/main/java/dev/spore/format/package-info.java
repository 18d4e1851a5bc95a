/**
 * What a spore consists of on disk: parses untrusted bytes into records, validates, writes. Must
 * not know KVM, sockets or the clock.
 */
@NullMarked
package dev.spore.format;

import org.jspecify.annotations.NullMarked;
