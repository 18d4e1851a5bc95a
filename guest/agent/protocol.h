/* Wire constants of the agent protocol, version 2: docs/agent-protocol.md. */
#ifndef SPORE_AGENT_PROTOCOL_H
#define SPORE_AGENT_PROTOCOL_H

#define AGENT_PORT 10700u
#define PROTOCOL_MAGIC 0x41525053u /* "SPRA" in memory order */
#define PROTOCOL_VERSION 2u

/* Header: u32 payload bytes, u8 type, u8 stream, u16 flags, u32 exec id; little endian. */
#define HEADER_BYTES 12u

enum frame_type {
  /* host to agent */
  FRAME_HELLO = 0x01,
  FRAME_EXEC = 0x02,
  FRAME_STDIN = 0x03,
  FRAME_CREDIT = 0x04,
  FRAME_SIGNAL = 0x05,
  FRAME_RESIZE = 0x06,
  FRAME_CLOSE = 0x07,
  FRAME_POWER_OFF = 0x08,
  FRAME_RESUME = 0x09,
  FRAME_ATTACH = 0x0a,
  FRAME_FREEZE = 0x0b,
  FRAME_THAW = 0x0c,
  FRAME_CLOCK = 0x0d,
  /* agent to host */
  FRAME_AGENT_HELLO = 0x81,
  FRAME_STARTED = 0x82,
  FRAME_START_FAILED = 0x83,
  FRAME_OUTPUT = 0x84,
  FRAME_STDIN_CREDIT = 0x85,
  FRAME_STDIN_CLOSED = 0x86,
  FRAME_EXIT = 0x87,
  FRAME_POWERING_OFF = 0x88,
  FRAME_RESUMED = 0x89,
  FRAME_ATTACHED = 0x8a,
  FRAME_FROZEN = 0x8b,
  FRAME_THAWED = 0x8c,
  FRAME_CLOCK_READ = 0x8d,
  FRAME_ERROR = 0xff
};

enum stream { STREAM_STDIN = 0, STREAM_STDOUT = 1, STREAM_STDERR = 2 };

#define FLAG_LAST 1u /* EXEC: the specification is complete. STDIN, OUTPUT: end of the stream. */

#define SPEC_TTY 1u
#define SPEC_STDIN 2u
#define SPEC_SESSION 4u /* a name for ATTACH comes after the user */

/* ATTACHED */
#define ATTACHED_TTY 1u
#define ATTACHED_STDIN 2u /* stdin is open: the host may send more */

enum error_code { ERROR_PROTOCOL = 1, ERROR_VERSION = 2, ERROR_BUSY = 3 };

enum start_failure {
  START_NOT_FOUND = 1,
  START_NOT_EXECUTABLE = 2,
  START_BAD_CWD = 3,
  START_BAD_USER = 4,
  START_NO_RESOURCES = 5,
  START_NO_ROOTFS = 6,
  START_NO_SESSION = 7
};

enum root_state { ROOT_INITRD = 0, ROOT_OVERLAY = 1, ROOT_WRITABLE = 2, ROOT_FAILED = 3 };

#endif
