package dev.spore.format.manifest;

import org.jspecify.annotations.Nullable;

/**
 * What the machine was booted from. It is in the guest's memory, so none of it is needed again; the
 * identities say what runs in there.
 *
 * @param initrd null when there was none
 * @param agent null when the guest has none
 */
public record GuestImages(
    FileIdentity kernel, @Nullable FileIdentity initrd, @Nullable AgentIdentity agent) {}
