package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.OutputStream;

/** Boots machines through the monitor library. */
final class MachineLauncher implements GuestLauncher {
  @Override
  public Guest boot(
      RunRequest request, OutputStream console, Timeline timeline, Cancellation canceler) {
    throw new SporeException(
        ErrorCode.HOST_UNSUPPORTED, "this build has no machine monitor; take a newer one");
  }
}
