package dev.spore.vmm.agent;

/** Wire constants, version 1: docs/agent-protocol.md and {@code guest/agent/protocol.h}. */
final class Wire {
  static final int MAGIC = 0x41525053;
  static final int VERSION = 2;

  /** u32 payload bytes, u8 type, u8 stream, u16 flags, u32 exec id; little endian. */
  static final int HEADER_BYTES = 12;

  static final int HELLO = 0x01;
  static final int EXEC = 0x02;
  static final int STDIN = 0x03;
  static final int CREDIT = 0x04;
  static final int SIGNAL = 0x05;
  static final int RESIZE = 0x06;
  static final int CLOSE = 0x07;
  static final int POWER_OFF = 0x08;
  static final int RESUME = 0x09;
  static final int ATTACH = 0x0a;
  static final int FREEZE = 0x0b;
  static final int THAW = 0x0c;
  static final int CLOCK = 0x0d;

  static final int AGENT_HELLO = 0x81;
  static final int STARTED = 0x82;
  static final int START_FAILED = 0x83;
  static final int OUTPUT = 0x84;
  static final int STDIN_CREDIT = 0x85;
  static final int STDIN_CLOSED = 0x86;
  static final int EXIT = 0x87;
  static final int POWERING_OFF = 0x88;
  static final int RESUMED = 0x89;
  static final int ATTACHED = 0x8a;
  static final int FROZEN = 0x8b;
  static final int THAWED = 0x8c;
  static final int CLOCK_READ = 0x8d;
  static final int ERROR = 0xff;

  static final int STDOUT = 1;
  static final int STDERR = 2;

  static final int FLAG_LAST = 1;
  static final int SPEC_TTY = 1;
  static final int SPEC_STDIN = 2;
  static final int SPEC_SESSION = 4;
  static final int ATTACHED_TTY = 1;
  static final int ATTACHED_STDIN = 2;

  private Wire() {}
}
