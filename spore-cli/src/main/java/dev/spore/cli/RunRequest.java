package dev.spore.cli;

import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.ForkRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code spore run} or {@code spore attach} is to do; every value is checked.
 *
 * @param argv exact argument vector of the guest command, at least one element
 * @param memoryBytes guest RAM, whole MiB
 * @param vcpus 1 to 8
 * @param kernel null only if {@code from} is not
 * @param initrd null only if {@code from} is not
 * @param rootfs null runs the command in the initrd
 * @param env {@code NAME=value} entries, last one wins
 * @param workdir absolute, null leaves it to the guest
 * @param user name or {@code uid[:gid]}, null is root
 * @param timeout from the start of the command, null is none
 * @param from the spore to restore, null is a fresh machine; then memory, vCPUs, kernel, initrd and
 *     rootfs mean nothing
 * @param sibling which of several machines of {@code from} this is, null if it is the only one
 * @param cold whether a fresh machine has to be booted, though one that has booted is kept
 * @param keep where machines that have booted are kept; null keeps none
 * @param scratch directory for what only this run needs
 * @param restore where the memory of {@code from} is to come from
 * @param backings flat files of saved memory on this host
 * @param save whether the machine is to be saved, and when; null is never
 * @param session the session of {@code from} to go on with, which was started as {@code argv}; null
 *     starts a new command
 * @param bootTimeout from the start of the machine until the guest answers
 */
record RunRequest(
    List<String> argv,
    long memoryBytes,
    int vcpus,
    @Nullable Path kernel,
    @Nullable Path initrd,
    @Nullable Rootfs rootfs,
    List<String> env,
    @Nullable String workdir,
    @Nullable String user,
    @Nullable Duration timeout,
    Duration bootTimeout,
    @Nullable Path from,
    @Nullable Sibling sibling,
    boolean cold,
    @Nullable Path keep,
    Path scratch,
    RestoreMode restore,
    BackingStore backings,
    @Nullable Save save,
    @Nullable Path consoleLog,
    boolean timing,
    boolean stdin,
    boolean tty,
    OutputMode mode,
    @Nullable String session) {
  /**
   * A machine to be saved.
   *
   * @param directory of the spore to be
   * @param annotations the user's notes
   * @param signal the name, without SIG, of the signal to save at; null saves when the command has
   *     ended
   * @param goesOn the command goes on after a save at a signal
   */
  record Save(
      Path directory, Map<String, String> annotations, @Nullable String signal, boolean goesOn) {
    Save {
      annotations = Map.copyOf(annotations);
    }

    /** The moment, as a user knows it. */
    String when() {
      return signal == null ? "exit" : "SIG" + signal;
    }
  }

  /**
   * One of several machines that begin with the same memory and run beside each other.
   *
   * @param fork its number among them, null if {@code from} says so itself
   */
  record Sibling(@Nullable ForkRecord fork) {}

  RunRequest {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
  }

  /** The same in the saved machine {@code spore}, which is {@code which} of several. */
  RunRequest in(Path spore, Sibling which) {
    return new RunRequest(
        argv,
        memoryBytes,
        vcpus,
        kernel,
        initrd,
        rootfs,
        env,
        workdir,
        user,
        timeout,
        bootTimeout,
        spore,
        which,
        cold,
        keep,
        scratch,
        restore,
        backings,
        save,
        consoleLog,
        timing,
        stdin,
        tty,
        mode,
        session);
  }
}
