/** Who may use which capability: policies, negotiation, the host that answers. Runs nothing. */
@NullMarked
package dev.spore.plugin.policy;

import org.jspecify.annotations.NullMarked;
