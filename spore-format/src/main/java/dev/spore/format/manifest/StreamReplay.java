package dev.spore.format.manifest;

import dev.spore.format.Bytes;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;

/**
 * What somebody who attaches is shown of an output stream first.
 *
 * @param bytesTotal how much the process has written since it began, at least the tail
 * @param closed nothing more will come
 * @param tail the last of it
 */
public record StreamReplay(long bytesTotal, boolean closed, Bytes tail) {
  public StreamReplay {
    Check.range("tail size", tail.size(), 0, FormatLimits.REPLAY_BYTES_MAX);
    Check.range("bytes_total", bytesTotal, tail.size(), Long.MAX_VALUE);
  }
}
