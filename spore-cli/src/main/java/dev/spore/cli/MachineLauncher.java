package dev.spore.cli;

import java.io.OutputStream;

final class MachineLauncher implements GuestLauncher {
  @Override
  public Guest boot(
      RunRequest request, OutputStream console, Timeline timeline, Cancellation canceler) {
    throw new dev.spore.vmm.SporeException(dev.spore.vmm.ErrorCode.HOST_UNSUPPORTED, "not yet");
  }
}
