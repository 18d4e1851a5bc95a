package dev.spore.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code spore run} is to do; every value is checked.
 *
 * @param argv exact argument vector of the guest command, at least one element
 * @param memoryBytes guest RAM, whole MiB
 * @param vcpus 1 to 8
 * @param rootfs null runs the command in the initrd
 * @param env {@code NAME=value} entries, last one wins
 * @param workdir absolute, null leaves it to the guest
 * @param user name or {@code uid[:gid]}, null is root
 * @param timeout from the start of the command, null is none
 * @param bootTimeout from the start of the machine until the guest answers
 */
record RunRequest(
    List<String> argv,
    long memoryBytes,
    int vcpus,
    Path kernel,
    Path initrd,
    @Nullable Rootfs rootfs,
    List<String> env,
    @Nullable String workdir,
    @Nullable String user,
    @Nullable Duration timeout,
    Duration bootTimeout,
    @Nullable Path consoleLog,
    boolean timing,
    boolean stdin,
    boolean tty,
    OutputMode mode) {
  RunRequest {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
  }
}
