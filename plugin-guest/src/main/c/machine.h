// What the host and the guest agree on; GuestLayout.java and Messages.java say the same.
#ifndef SPORE_PLUGIN_MACHINE_H
#define SPORE_PLUGIN_MACHINE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

_Static_assert(sizeof(u64) == 8 && sizeof(void *) == 8, "x86-64");

enum tag { I64, NIL, BOOL, F64, TEXT, ARRAY, FUNCTION, CAPABILITY };

// Tags of events that carry no value: the instruction has run, has failed, has opened a frame.
enum { NO_CHANGE = 16, FAILURE = 17, OPENED = 18 };

// A register, or an item of an array. From TEXT on, bits are the address of an object.
typedef struct {
  u64 tag;
  u64 bits;
} slot;

// Head of an object; at least 16 bytes long in all, and a multiple of 8.
typedef struct {
  u16 kind;
  u16 depth;
  u32 count;     // bytes of a text, UTF-16 bytes of a name, items of an array
  u64 extra[];   // of an array: one word, what it counts; then the items
} object;

typedef struct {
  u32 op;
  u32 a;  // registers are byte offsets in their frame; targets are distances in bytes
  u32 b;
  u32 c;
} instruction;

enum opcode {
  CONST, MOVE, ADD, SUB, MUL, DIV, EQ, LT, JUMP, JUMP_IF, CALL, RET, CAP_CALL, ARRAY_NEW,
  ARRAY_GET, ARRAY_SET, END, OPCODES
};

typedef struct {
  const instruction *code;
  u64 registers;
} routine;

typedef struct {
  const routine *functions;
  const slot *constants;
  const u8 *lists;  // each: count, then the registers, 32 bits each
} image;

typedef struct {
  u32 function;
  u32 pc;
  slot value;
} event;

// Kinds of a doorbell.
enum { BELL_EVENTS = 1, BELL_CAPABILITY, BELL_ROOM, BELL_RETURNED, BELL_FAILED, BELL_BROKEN };

enum failure {
  NONE, BUDGET, ENDED, DEPTH, REGISTERS, MEMORY, NUMERIC, DIVISION, OVERFLOW, GET_NO_ARRAY,
  SET_NO_ARRAY, INDEX_KIND, INDEX_RANGE, ITEMS, NESTING, HOST, TIME
};

enum { DEPTH_MAX = 500, FRAME_BYTES = 64, SLOT_BYTES = 16 };

// What both sides write; each field is written by the side named.
typedef struct {
  // host, before the run
  const image *program;
  u64 entry;
  i64 instructions_max;
  u64 depth_max;
  u64 registers_max;
  u64 items_max;
  i64 memory_max;
  u64 tracing;
  slot *stack;
  slot *stack_end;
  u8 *heap;
  u64 heap_bytes;  // of one half
  event *ring;
  u64 ring_events;
  // guest
  u64 function;
  i64 pc;
  slot *frame;
  u64 failure;
  u64 operand;
  slot value;
  u64 events;
  u8 *room;
  // host, in answer to a capability call
  u64 failed;
  slot answer;
  i64 extra;
  u64 bytes;
  // host, when time is over, while the guest does not run
  volatile u64 stop;
} mailbox;

_Static_assert(sizeof(mailbox) == 29 * 8, "as Messages.java has it");

#endif
