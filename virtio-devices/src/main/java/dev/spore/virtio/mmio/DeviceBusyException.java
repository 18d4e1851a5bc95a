package dev.spore.virtio.mmio;

import java.time.Duration;

/** A device that did not come to rest in time; it works on as if nobody had asked. */
public final class DeviceBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DeviceBusyException(String device, Duration timeout) {
    super(
        "%s: a request is still being served after %d ms: see whether the host's end of it hangs"
            .formatted(device, timeout.toMillis()));
  }
}
