package dev.spore.cli;

/**
 * One thing {@code spore doctor} looked at.
 *
 * @param id stable name for programs
 * @param required without it no machine runs
 * @param detail what was found
 * @param fix the command, or the step, that grants it; empty when all is well
 */
record Check(String id, boolean ok, boolean required, String detail, String fix) {

  static Check ok(String id, String detail) {
    return new Check(id, true, true, detail, "");
  }

  /** Machines do not run until this is fixed. */
  static Check missing(String id, String detail, String fix) {
    return new Check(id, false, true, detail, fix);
  }

  /** Machines run, with less speed or fewer functions. */
  static Check advice(String id, String detail, String fix) {
    return new Check(id, false, false, detail, fix);
  }

  String status() {
    if (ok) {
      return "ok";
    }
    return required ? "missing" : "advice";
  }
}
