package dev.spore.cli;

import dev.spore.vmm.SaveReport;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A booted machine with an agent that answers, as {@code spore run} sees it. Safe for use by
 * several threads; {@link #close} from any thread ends whatever another one waits for with a {@link
 * dev.spore.vmm.SporeException}.
 */
interface Guest extends AutoCloseable {

  /**
   * Starts the command, or goes on with the session of the request. A bad command shows in the
   * outcome.
   *
   * @throws dev.spore.vmm.SporeException the machine ended, or has no such session
   */
  Task start(RunRequest request, TerminalSize size) throws InterruptedException;

  /**
   * Saves the machine. Unless its command is to go on, it stands still from then on: {@link
   * Task#await} of a running command ends, and so does its output.
   *
   * @throws dev.spore.vmm.SporeException nothing was saved, and the machine goes on
   */
  SaveReport save(RunRequest.Save save) throws InterruptedException;

  /** Ends the machine in order, so that everything written to its disks is on them. */
  void shutDown() throws InterruptedException;

  /** Ends the machine at once. Idempotent; leaves no thread, mapping or descriptor behind. */
  @Override
  void close();

  /** The command inside the guest. */
  interface Task {
    /** What the guest command reads; closing it is its end of file. */
    OutputStream stdin();

    /** Closing it makes the guest command's next write fail with EPIPE. */
    InputStream stdout();

    /** As {@link #stdout}; ends at once when the command has a terminal. */
    InputStream stderr();

    /** Sends a Linux signal number to the command; nothing happens once it has ended. */
    void signal(int number);

    void resize(TerminalSize size);

    /** Waits until the command runs, or has no more hope to. */
    void awaitStarted() throws InterruptedException;

    /**
     * Waits for the end of the command, or until its machine is saved and stands still.
     *
     * @throws dev.spore.vmm.SporeException the machine ended first
     */
    Outcome await() throws InterruptedException;
  }

  /** How the command ended. */
  sealed interface Outcome {
    record Exited(int status) implements Outcome {}

    record Killed(int signal) implements Outcome {}

    record NotFound(String message) implements Outcome {}

    record NotStarted(String message) implements Outcome {}

    /** It had not ended when its machine was saved, and goes on where that is restored. */
    record Saved() implements Outcome {}
  }

  /** Terminal size in characters. */
  record TerminalSize(int rows, int columns) {
    static final TerminalSize DEFAULT = new TerminalSize(24, 80);
  }
}
