package dev.spore.kvm;

/** Structures of the interrupt controllers and the timer (asm/kvm.h). */
final class ChipLayout {
  @CStruct(header = "linux/kvm.h", type = "struct kvm_irqchip")
  static final class Irqchip {
    static final int SIZE = 520;

    @CField(bytes = 4)
    static final int CHIP_ID = 0;

    @CField(bytes = 512)
    static final int CHIP = 8;

    private Irqchip() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_pic_state")
  static final class PicState {
    static final int SIZE = 16;

    @CField(bytes = 1)
    static final int LAST_IRR = 0;

    @CField(bytes = 1)
    static final int IRR = 1;

    @CField(bytes = 1)
    static final int IMR = 2;

    @CField(bytes = 1)
    static final int ISR = 3;

    @CField(bytes = 1)
    static final int PRIORITY_ADD = 4;

    @CField(bytes = 1)
    static final int IRQ_BASE = 5;

    @CField(bytes = 1)
    static final int READ_REG_SELECT = 6;

    @CField(bytes = 1)
    static final int POLL = 7;

    @CField(bytes = 1)
    static final int SPECIAL_MASK = 8;

    @CField(bytes = 1)
    static final int INIT_STATE = 9;

    @CField(bytes = 1)
    static final int AUTO_EOI = 10;

    @CField(bytes = 1)
    static final int ROTATE_ON_AUTO_EOI = 11;

    @CField(bytes = 1)
    static final int SPECIAL_FULLY_NESTED_MODE = 12;

    @CField(bytes = 1)
    static final int INIT4 = 13;

    @CField(bytes = 1)
    static final int ELCR = 14;

    @CField(bytes = 1)
    static final int ELCR_MASK = 15;

    private PicState() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_ioapic_state")
  static final class IoapicState {
    static final int SIZE = 216;

    @CField(bytes = 8)
    static final int BASE_ADDRESS = 0;

    @CField(bytes = 4)
    static final int IOREGSEL = 8;

    @CField(bytes = 4)
    static final int ID = 12;

    @CField(bytes = 4)
    static final int IRR = 16;

    @CField(bytes = 192)
    static final int REDIRTBL = 24;

    private IoapicState() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_pit_config")
  static final class PitConfig {
    static final int SIZE = 64;

    @CField(bytes = 4)
    static final int FLAGS = 0;

    private PitConfig() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_pit_channel_state")
  static final class PitChannelState {
    static final int SIZE = 24;

    @CField(bytes = 4)
    static final int COUNT = 0;

    @CField(bytes = 2)
    static final int LATCHED_COUNT = 4;

    @CField(bytes = 1)
    static final int COUNT_LATCHED = 6;

    @CField(bytes = 1)
    static final int STATUS_LATCHED = 7;

    @CField(bytes = 1)
    static final int STATUS = 8;

    @CField(bytes = 1)
    static final int READ_STATE = 9;

    @CField(bytes = 1)
    static final int WRITE_STATE = 10;

    @CField(bytes = 1)
    static final int WRITE_LATCH = 11;

    @CField(bytes = 1)
    static final int RW_MODE = 12;

    @CField(bytes = 1)
    static final int MODE = 13;

    @CField(bytes = 1)
    static final int BCD = 14;

    @CField(bytes = 1)
    static final int GATE = 15;

    @CField(bytes = 8)
    static final int COUNT_LOAD_TIME = 16;

    private PitChannelState() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_pit_state2")
  static final class PitState2 {
    static final int SIZE = 112;

    @CField(bytes = 72)
    static final int CHANNELS = 0;

    @CField(bytes = 4)
    static final int FLAGS = 72;

    private PitState2() {}
  }

  private ChipLayout() {}
}
