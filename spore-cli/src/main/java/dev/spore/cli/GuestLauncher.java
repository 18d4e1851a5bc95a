package dev.spore.cli;

import java.io.OutputStream;

/** Boots machines. The one seam between the command line and the machine monitor. */
interface GuestLauncher {

  /**
   * Boots and waits until the agent answers.
   *
   * @param console takes what the guest prints on its console; a failing write is the guest's end
   * @param timeline told when the first guest instruction is about to run
   * @param canceler handed the machine's kill switch as soon as there is something to kill
   * @throws dev.spore.vmm.SporeException with the phase that failed
   */
  Guest boot(RunRequest request, OutputStream console, Timeline timeline, Cancellation canceler)
      throws InterruptedException;
}
