package dev.spore.format.state;

/** Whether a vCPU runs, waits or has not been started (Intel SDM volume 3 §9.4). */
public enum Activity {
  RUNNABLE("runnable"),
  /** An application processor before INIT. */
  UNINITIALIZED("uninitialized"),
  /** After INIT, before the start-up interrupt. */
  INIT_RECEIVED("init-received"),
  HALTED("halted"),
  /** The start-up interrupt has come and has not been acted on. */
  SIPI_RECEIVED("sipi-received");

  private final String id;

  Activity(String id) {
    this.id = id;
  }

  /** Its name in a manifest. */
  public String id() {
    return id;
  }
}
