/**
 * The host end of the guest agent's protocol (docs/agent-protocol.md). Knows byte streams, not
 * machines.
 */
@NullMarked
package dev.spore.vmm.agent;

import org.jspecify.annotations.NullMarked;
