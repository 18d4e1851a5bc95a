/**
 * The agent's client against the agent's real engine on a Unix socket, and against hostile bytes.
 */
@NullMarked
package dev.spore.vmm.agent;

import org.jspecify.annotations.NullMarked;
