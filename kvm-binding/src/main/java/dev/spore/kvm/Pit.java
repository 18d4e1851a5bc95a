package dev.spore.kvm;

import dev.spore.kvm.ChipLayout.PitChannelState;
import dev.spore.kvm.ChipLayout.PitState2;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The 8254 timer ({@code struct kvm_pit_state2}, asm/kvm.h).
 *
 * @param flags {@link KvmConst#PIT_FLAGS_HPET_LEGACY} and {@link
 *     KvmConst#PIT_FLAGS_SPEAKER_DATA_ON}
 * @param channels {@link #CHANNELS} of them
 */
public record Pit(int flags, List<Channel> channels) {
  /** Channels of an 8254. */
  public static final int CHANNELS = 3;

  public Pit {
    channels = List.copyOf(channels);
    if (channels.size() != CHANNELS) {
      throw new IllegalArgumentException("an 8254 has " + CHANNELS + " channels");
    }
  }

  /**
   * One channel ({@code struct kvm_pit_channel_state}).
   *
   * @param count 1 to 65536
   * @param loadNanos when it was loaded, by the host's monotonic clock
   */
  public record Channel(
      long count,
      int latchedCount,
      int countLatched,
      int statusLatched,
      int status,
      int readState,
      int writeState,
      int writeLatch,
      int rwMode,
      int mode,
      int bcd,
      int gate,
      long loadNanos) {
    private static Channel read(MemorySegment struct, long at) {
      return new Channel(
          Field.u32(struct, at + PitChannelState.COUNT),
          Field.u16(struct, at + PitChannelState.LATCHED_COUNT),
          Field.u8(struct, at + PitChannelState.COUNT_LATCHED),
          Field.u8(struct, at + PitChannelState.STATUS_LATCHED),
          Field.u8(struct, at + PitChannelState.STATUS),
          Field.u8(struct, at + PitChannelState.READ_STATE),
          Field.u8(struct, at + PitChannelState.WRITE_STATE),
          Field.u8(struct, at + PitChannelState.WRITE_LATCH),
          Field.u8(struct, at + PitChannelState.RW_MODE),
          Field.u8(struct, at + PitChannelState.MODE),
          Field.u8(struct, at + PitChannelState.BCD),
          Field.u8(struct, at + PitChannelState.GATE),
          Field.u64(struct, at + PitChannelState.COUNT_LOAD_TIME));
    }

    private void write(MemorySegment struct, long at) {
      Field.put32(struct, at + PitChannelState.COUNT, count);
      Field.put16(struct, at + PitChannelState.LATCHED_COUNT, latchedCount);
      Field.put8(struct, at + PitChannelState.COUNT_LATCHED, countLatched);
      Field.put8(struct, at + PitChannelState.STATUS_LATCHED, statusLatched);
      Field.put8(struct, at + PitChannelState.STATUS, status);
      Field.put8(struct, at + PitChannelState.READ_STATE, readState);
      Field.put8(struct, at + PitChannelState.WRITE_STATE, writeState);
      Field.put8(struct, at + PitChannelState.WRITE_LATCH, writeLatch);
      Field.put8(struct, at + PitChannelState.RW_MODE, rwMode);
      Field.put8(struct, at + PitChannelState.MODE, mode);
      Field.put8(struct, at + PitChannelState.BCD, bcd);
      Field.put8(struct, at + PitChannelState.GATE, gate);
      Field.put64(struct, at + PitChannelState.COUNT_LOAD_TIME, loadNanos);
    }
  }

  static Pit read(MemorySegment struct) {
    List<Channel> channels = new ArrayList<>(CHANNELS);
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(Channel.read(struct, channelAt(i)));
    }
    return new Pit(Field.i32(struct, PitState2.FLAGS), channels);
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(PitState2.SIZE);
    for (int i = 0; i < CHANNELS; i++) {
      channels.get(i).write(struct, channelAt(i));
    }
    Field.put32(struct, PitState2.FLAGS, flags);
    return struct;
  }

  private static long channelAt(int i) {
    return PitState2.CHANNELS + (long) i * PitChannelState.SIZE;
  }
}
