package dev.spore.format.state;

import dev.spore.format.check.Check;
import java.util.List;

/**
 * The 8254 timer (Intel 8254 data sheet).
 *
 * @param hpetLegacy an HPET has taken over channel 0
 * @param speakerOn the speaker's data bit, port 0x61 bit 1
 * @param channels three
 */
public record PitState(boolean hpetLegacy, boolean speakerOn, List<PitChannel> channels) {
  /** Channels of an 8254. */
  public static final int CHANNELS = 3;

  public PitState {
    channels = Check.list("channels", channels, CHANNELS, CHANNELS);
  }
}
