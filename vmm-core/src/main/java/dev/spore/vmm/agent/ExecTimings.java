package dev.spore.vmm.agent;

/**
 * When an exec reached which state, by the guest's CLOCK_BOOTTIME in nanoseconds, and what it used.
 *
 * @param receivedNanos its specification was complete
 * @param spawnedNanos its program was running, or could not be started
 * @param exitedNanos it was reaped; 0 if it never ran
 * @param userMicros processor time in user mode
 * @param systemMicros processor time in the kernel
 * @param rssBytesMax largest resident set
 */
public record ExecTimings(
    long receivedNanos,
    long spawnedNanos,
    long exitedNanos,
    long userMicros,
    long systemMicros,
    long rssBytesMax) {}
