package dev.spore.vmm.board;

/**
 * Ports and KVM's own pages of the Spore board, version 1; the rest of the map is {@link
 * dev.spore.vmm.boot.BootLayout}. A saved machine depends on both.
 */
public final class BoardMap {
  /** Name of the board in saved machines. */
  public static final String NAME = "spore-x86";

  /** Rises whenever an address, a port or an interrupt line changes. */
  public static final int VERSION = 1;

  /** First port of the 16550 (COM1). */
  public static final int UART_PORT = 0x3f8;

  /** GSI of the 16550. */
  public static final int UART_GSI = 4;

  /** Command port of the keyboard controller, whose only command here is reset. */
  public static final int RESET_PORT = 0x64;

  /** Port a guest writes to, any value, when it wants to be switched off. */
  public static final int POWER_PORT = 0x604;

  /** Three pages KVM needs on Intel hosts for real mode (KVM_SET_TSS_ADDR). */
  public static final long KVM_TSS_GPA = 0xfffb_d000L;

  /** One page KVM needs on Intel hosts for real mode (KVM_SET_IDENTITY_MAP_ADDR). */
  public static final long KVM_IDENTITY_MAP_GPA = 0xfffb_c000L;

  private BoardMap() {}
}
