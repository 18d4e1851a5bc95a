// Runs one plugin at ring 3 of a machine that has nothing else: no kernel, no library. Meaning,
// order of checks and what is counted are those of dev.spore.plugin.run.Interpreter; tests hold
// the two against each other.
//
// Values that change make new objects, so copying is sharing. Objects live in two halves of a
// heap of which one is used; what is alive is copied over when the half is full. The heap is so
// large that what the memory limit allows always fits.
#include "machine.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NOINLINE __attribute__((noinline))
#define ALWAYS inline __attribute__((always_inline))

enum { RECORD = 3, FIRST_HEAP = 1 << 20, MOVED = 0xffff };

// Instructions between two looks at the time: a fraction of a millisecond, with the host's part.
enum { SLICE = 1 << 16, TRACED_SLICE = 1 << 10 };

typedef struct {
  mailbox *box;
  volatile u32 *bell;
  const image *program;
  i64 memory;      // counted
  i64 memory_max;
  u8 *free;
  u8 *limit;
  u8 *half;        // the one in use
  slot *top;       // end of the innermost frame
  u64 failure;
  u64 operand;
} state;

void *memcpy(void *to, const void *from, u64 bytes) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
  return result;
}

void *memset(void *to, int value, u64 bytes) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
  return result;
}

// Returns when the host has answered; it has then taken the events along. One plain store: an
// emulator has to understand it.
static void ring(state *s, u32 kind) {
  __asm__ volatile("movl %0, (%1)" : : "r"(kind), "r"(s->bell) : "memory");
  s->box->events = 0;
}

static _Noreturn NOINLINE void stop(state *s, u32 kind) {
  for (;;) {
    ring(s, kind);
  }
}

static void flush(state *s) {
  if (s->box->events > 0) {
    ring(s, BELL_EVENTS);
  }
}

static void tell(state *s, u64 function, u64 pc, slot value) {
  if (s->box->events == s->box->ring_events) {
    flush(s);
  }
  s->box->ring[s->box->events] = (event){(u32)function, (u32)pc, value};
  // The host may stop this between any two instructions: what it counts is complete.
  __asm__ volatile("" : : : "memory");
  s->box->events++;
}

// ---- values

static object *object_of(slot value) { return (object *)value.bits; }

static slot *items_of(object *array) { return (slot *)(array->extra + 1); }

static int is_object(slot value) { return value.tag >= TEXT; }

static i64 extra_of(slot value) {
  switch (value.tag) {
    case TEXT: return object_of(value)->count;
    case ARRAY: return (i64)object_of(value)->extra[0];
    case FUNCTION:
    case CAPABILITY: return object_of(value)->count / 2 * 3L;
    default: return 0;
  }
}

static u64 depth_of(slot value) { return value.tag == ARRAY ? object_of(value)->depth : 0; }

static u64 size_of(const object *o) {
  u64 bytes = sizeof(object);
  bytes += o->kind == ARRAY ? 8 + o->count * sizeof(slot) : (o->count + 7UL) & ~7UL;
  return bytes < 16 ? 16 : bytes;
}

static double as_double(slot value) {
  double number;
  if (value.tag == I64) {
    return (double)(i64)value.bits;
  }
  __builtin_memcpy(&number, &value.bits, sizeof number);
  return number;
}

static u64 bits_of(double number) {
  u64 bits;
  __builtin_memcpy(&bits, &number, sizeof bits);
  return bits;
}

static int is_number(slot value) { return value.tag == I64 || value.tag == F64; }

static int truthy(slot value) {
  switch (value.tag) {
    case F64: return as_double(value) != 0;
    case TEXT:
    case ARRAY: return object_of(value)->count != 0;
    case FUNCTION:
    case CAPABILITY: return 1;
    default: return value.bits != 0;
  }
}

static int same_bytes(const u8 *left, const u8 *right, u64 count) {
  for (u64 i = 0; i < count; i++) {
    if (left[i] != right[i]) {
      return 0;
    }
  }
  return 1;
}

// Recurses as deep as arrays nest, at most DEPTH_MAX.
static int same(slot left, slot right) {
  if (left.tag != right.tag) {
    return 0;
  }
  if (left.tag == F64) {
    return as_double(left) == as_double(right);
  }
  if (!is_object(left)) {
    return left.bits == right.bits;
  }
  object *a = object_of(left);
  object *b = object_of(right);
  if (a->count != b->count) {
    return 0;
  }
  if (left.tag != ARRAY) {
    return same_bytes((u8 *)a->extra, (u8 *)b->extra, a->count);
  }
  for (u64 i = 0; i < a->count; i++) {
    if (!same(items_of(a)[i], items_of(b)[i])) {
      return 0;
    }
  }
  return 1;
}

// ---- memory

static void move_object(state *s, slot *at) {
  u8 *from = (u8 *)at->bits;
  // Constants stay where they are, outside the heap.
  if (!is_object(*at) || from < s->box->heap || from >= s->box->heap + 2 * s->box->heap_bytes) {
    return;
  }
  object *o = (object *)from;
  if (o->kind != MOVED) {
    u64 bytes = size_of(o);
    memcpy(s->free, o, bytes);
    o->kind = MOVED;
    o->extra[0] = (u64)s->free;
    s->free += bytes;
  }
  at->bits = o->extra[0];
}

static NOINLINE void collect(state *s, u64 wanted) {
  mailbox *box = s->box;
  flush(s);  // events point to objects
  u8 *to = s->half == box->heap ? box->heap + box->heap_bytes : box->heap;
  s->half = to;
  s->free = to;
  for (slot *at = box->stack; at < s->top; at++) {
    move_object(s, at);
  }
  for (u8 *at = to; at < s->free;) {
    object *o = (object *)at;
    for (u64 i = 0; o->kind == ARRAY && i < o->count; i++) {
      move_object(s, items_of(o) + i);
    }
    at += size_of(o);
  }
  u64 live = (u64)(s->free - to);
  u64 next = 2 * live + wanted;
  next = next < FIRST_HEAP ? FIRST_HEAP : next;
  s->limit = to + (next < box->heap_bytes ? next : box->heap_bytes);
  if ((u64)(s->limit - s->free) < wanted) {
    stop(s, BELL_BROKEN);  // cannot be: what is counted fits
  }
}

// Room for an object; what registers and arrays hold may move.
static void *allocate(state *s, u64 bytes) {
  if (UNLIKELY((u64)(s->limit - s->free) < bytes)) {
    collect(s, bytes);
  }
  u8 *at = s->free;
  s->free += bytes;
  return at;
}

static int fail(state *s, u64 failure, u64 operand) {
  s->failure = failure;
  s->operand = operand;
  return 0;
}

// One of the instructions that ask this may take as long as thousands of others.
static ALWAYS int in_time(state *s) {
  return LIKELY(!s->box->stop) ? 1 : fail(s, TIME, 0);
}

static int charge(state *s, i64 bytes) {
  if (UNLIKELY(bytes > s->memory_max - s->memory)) {
    return fail(s, MEMORY, 0);
  }
  s->memory += bytes;
  return 1;
}

static ALWAYS void put_scalar(state *s, slot *at, u64 tag, u64 bits) {
  if (UNLIKELY(is_object(*at))) {
    s->memory -= extra_of(*at);
  }
  *at = (slot){tag, bits};
}

static ALWAYS int put(state *s, slot *at, slot value) {
  if (LIKELY(!is_object(value))) {
    put_scalar(s, at, value.tag, value.bits);
    return 1;
  }
  if (!charge(s, extra_of(value) - extra_of(*at))) {
    return 0;
  }
  *at = value;
  return 1;
}

// ---- instructions that are more than a few steps; each returns whether it succeeded

static int whole(state *s, u32 op, slot *dst, i64 left, i64 right) {
  u64 result;
  switch (op) {
    case ADD: result = (u64)left + (u64)right; break;
    case SUB: result = (u64)left - (u64)right; break;
    case MUL: result = (u64)left * (u64)right; break;
    default:
      if (right == -1 && left == (i64)(1UL << 63)) {
        return fail(s, OVERFLOW, 0);
      }
      result = (u64)(left / right);
  }
  put_scalar(s, dst, I64, result);
  return 1;
}

static NOINLINE int arithmetic(state *s, u32 op, slot *dst, slot lhs, slot rhs) {
  double left, right, result;
  // The divisor comes first, whatever the dividend is.
  if (op == DIV && is_number(rhs) && as_double(rhs) == 0) {
    return fail(s, DIVISION, 0);
  }
  if (!is_number(lhs) || !is_number(rhs)) {
    return fail(s, NUMERIC, 0);
  }
  if (lhs.tag == I64 && rhs.tag == I64) {
    return whole(s, op, dst, (i64)lhs.bits, (i64)rhs.bits);
  }
  left = as_double(lhs);
  right = as_double(rhs);
  switch (op) {
    case ADD: result = left + right; break;
    case SUB: result = left - right; break;
    case MUL: result = left * right; break;
    default: result = left / right;
  }
  put_scalar(s, dst, F64, bits_of(result));
  return 1;
}

static NOINLINE int less(state *s, slot *dst, slot lhs, slot rhs) {
  if (!is_number(lhs) || !is_number(rhs)) {
    return fail(s, NUMERIC, 0);
  }
  int result = lhs.tag == I64 && rhs.tag == I64 ? (i64)lhs.bits < (i64)rhs.bits
                                                : as_double(lhs) < as_double(rhs);
  put_scalar(s, dst, BOOL, (u64)result);
  return 1;
}

static object *new_array(state *s, u64 count, u64 depth, i64 extra) {
  object *o = allocate(s, sizeof(object) + 8 + count * sizeof(slot));
  o->kind = ARRAY;
  o->depth = (u16)depth;
  o->count = (u32)count;
  o->extra[0] = (u64)extra;
  return o;
}

static NOINLINE int array_new(state *s, slot *dst, u8 *frame, const u32 *list) {
  u64 count = *list++;
  u64 depth = 0;
  i64 extra = 0;
  if (count > s->box->items_max) {
    return fail(s, ITEMS, count);
  }
  for (u64 i = 0; i < count; i++) {
    slot item = *(slot *)(frame + list[i]);
    depth = depth_of(item) > depth ? depth_of(item) : depth;
    extra += SLOT_BYTES + extra_of(item);
  }
  if (depth == DEPTH_MAX) {
    return fail(s, NESTING, 0);
  }
  if (!charge(s, extra - extra_of(*dst))) {
    return 0;
  }
  object *o = new_array(s, count, depth + 1, extra);
  for (u64 i = 0; i < count; i++) {
    items_of(o)[i] = *(slot *)(frame + list[i]);
  }
  *dst = (slot){ARRAY, (u64)o};
  return 1;
}

static int index_kind(slot index) { return index.tag == I64 && (i64)index.bits >= 0; }

static NOINLINE int array_get(state *s, slot *dst, slot array, slot index) {
  if (array.tag != ARRAY) {
    return fail(s, GET_NO_ARRAY, 0);
  }
  if (!index_kind(index)) {
    return fail(s, INDEX_KIND, 0);
  }
  if (index.bits >= object_of(array)->count) {
    return fail(s, INDEX_RANGE, index.bits);
  }
  return put(s, dst, items_of(object_of(array))[index.bits]);
}

static NOINLINE int array_set(state *s, slot *array, const slot *index, const slot *value) {
  if (!index_kind(*index)) {
    return fail(s, INDEX_KIND, 0);
  }
  if (array->tag != ARRAY) {
    return fail(s, SET_NO_ARRAY, 0);
  }
  object *old = object_of(*array);
  u64 at = index->bits;
  if (at >= old->count) {
    return fail(s, INDEX_RANGE, at);
  }
  if (depth_of(*value) == DEPTH_MAX) {
    return fail(s, NESTING, 0);
  }
  i64 extra = (i64)old->extra[0] - extra_of(items_of(old)[at]) + extra_of(*value);
  if (!charge(s, extra - (i64)old->extra[0])) {
    return 0;
  }
  object *o = new_array(s, old->count, 0, extra);
  old = object_of(*array);  // it may have moved
  memcpy(items_of(o), items_of(old), old->count * sizeof(slot));
  items_of(o)[at] = *value;
  u64 depth = 0;
  for (u64 i = 0; i < o->count; i++) {
    depth = depth_of(items_of(o)[i]) > depth ? depth_of(items_of(o)[i]) : depth;
  }
  o->depth = (u16)(depth + 1);
  *array = (slot){ARRAY, (u64)o};
  return 1;
}

// The host knows from function and pc which capability is called with which registers.
static NOINLINE int capability(state *s, slot *dst, u64 function, u64 pc, u8 *frame) {
  mailbox *box = s->box;
  box->function = function;
  box->pc = (i64)pc;
  box->frame = (slot *)frame;
  ring(s, BELL_CAPABILITY);
  if (box->failed) {
    return fail(s, HOST, 0);
  }
  if (box->answer.tag < TEXT) {
    put_scalar(s, dst, box->answer.tag, box->answer.bits);
    return 1;
  }
  if (!charge(s, box->extra - extra_of(*dst))) {
    return 0;
  }
  *dst = (slot){NIL, 0};  // what was there need not be kept
  box->room = allocate(s, box->bytes);
  ring(s, BELL_ROOM);
  *dst = box->answer;
  return 1;
}

// ---- frames

// Opens a frame of nil registers above the innermost one.
static int open_frame(state *s, u64 entered, slot *base) {
  u64 registers = s->program->functions[entered].registers;
  if (registers > s->box->registers_max) {
    return fail(s, REGISTERS, entered);
  }
  if (registers > (u64)s->memory_max / SLOT_BYTES ||
      !charge(s, FRAME_BYTES + SLOT_BYTES * (i64)registers)) {
    return fail(s, MEMORY, 0);
  }
  if (UNLIKELY(base > s->box->stack_end || (u64)(s->box->stack_end - base) < registers)) {
    stop(s, BELL_BROKEN);  // cannot be: what is counted fits
  }
  for (u64 i = 0; i < registers; i++) {
    base[i] = (slot){NIL, 0};
  }
  s->top = base + registers;
  return 1;
}

static void close_frame(state *s, const slot *base) {
  i64 freed = FRAME_BYTES;
  for (const slot *at = base; at < s->top; at++) {
    freed += SLOT_BYTES + extra_of(*at);
  }
  s->memory -= freed;
}

static _Noreturn NOINLINE void failed(state *s, int tracing, u64 function, i64 pc, slot *base,
                                      u64 depth) {
  mailbox *box = s->box;
  box->failure = s->failure;
  box->operand = s->operand;
  box->function = function;
  if (tracing) {
    if (pc >= 0) {
      tell(s, function, (u64)pc, (slot){FAILURE, 0});
    }
    for (; depth > 0; depth--) {
      slot *record = base - RECORD;
      u64 caller = record[2].bits;
      const instruction *call = (const instruction *)record[0].bits;
      tell(s, caller, (u64)(call - s->program->functions[caller].code), (slot){FAILURE, 0});
      base = (slot *)record[1].bits;
    }
  }
  stop(s, BELL_FAILED);
}

#define AT(offset) ((slot *)(frame + (offset)))
#define PC ((u64)(ip - code))
#define DISPATCH()             \
  do {                         \
    if (UNLIKELY(--left < 0)) { \
      goto exhausted;          \
    }                          \
    goto *labels[ip->op];      \
  } while (0)
#define CHANGED(offset)                     \
  do {                                      \
    if (UNLIKELY(tracing)) {                \
      tell(s, current, PC, *AT(offset));    \
    }                                       \
    ip++;                                   \
    DISPATCH();                             \
  } while (0)
#define TRY(done)      \
  do {                 \
    if (UNLIKELY(!(done))) { \
      goto failing;    \
    }                  \
  } while (0)
#define BOTH_WHOLE(b, c) LIKELY(((AT(b)->tag | AT(c)->tag) == I64))

static _Noreturn void run(state *s) {
  static const void *const labels[OPCODES] = {
      &&op_const, &&op_move, &&op_add, &&op_sub, &&op_mul, &&op_div, &&op_eq, &&op_lt, &&op_jump,
      &&op_jump_if, &&op_call, &&op_ret, &&op_cap_call, &&op_array_new, &&op_array_get,
      &&op_array_set, &&op_end};
  const routine *functions = s->program->functions;
  const slot *constants = s->program->constants;
  const u8 *lists = s->program->lists;
  const int tracing = s->box->tracing != 0;
  const i64 slice = tracing ? TRACED_SLICE : SLICE;
  i64 rest = s->box->instructions_max;  // beside those that are left of the slice
  i64 left = 0;
  u64 depth = 0;
  u64 current = s->box->entry;
  u8 *frame = (u8 *)s->box->stack;
  const instruction *code = functions[current].code;
  const instruction *ip = code;
  const u32 *list;
  u64 callee;
  slot *opened;
  slot value;

  if (s->box->depth_max == 0) {
    fail(s, DEPTH, 0);
    failed(s, tracing, current, -1, (slot *)frame, depth);
  }
  if (!open_frame(s, current, (slot *)frame)) {
    failed(s, tracing, current, -1, (slot *)frame, depth);
  }
  DISPATCH();

op_const:
  TRY(put(s, AT(ip->a), constants[ip->b]));
  CHANGED(ip->a);
op_move:
  TRY(put(s, AT(ip->a), *AT(ip->b)));
  CHANGED(ip->a);
op_add:
  if (BOTH_WHOLE(ip->b, ip->c)) {
    put_scalar(s, AT(ip->a), I64, AT(ip->b)->bits + AT(ip->c)->bits);
  } else {
    TRY(arithmetic(s, ADD, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  }
  CHANGED(ip->a);
op_sub:
  if (BOTH_WHOLE(ip->b, ip->c)) {
    put_scalar(s, AT(ip->a), I64, AT(ip->b)->bits - AT(ip->c)->bits);
  } else {
    TRY(arithmetic(s, SUB, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  }
  CHANGED(ip->a);
op_mul:
  if (BOTH_WHOLE(ip->b, ip->c)) {
    put_scalar(s, AT(ip->a), I64, AT(ip->b)->bits * AT(ip->c)->bits);
  } else {
    TRY(arithmetic(s, MUL, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  }
  CHANGED(ip->a);
op_div:
  TRY(arithmetic(s, DIV, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  CHANGED(ip->a);
op_eq:
  put_scalar(s, AT(ip->a), BOOL, (u64)same(*AT(ip->b), *AT(ip->c)));
  CHANGED(ip->a);
op_lt:
  if (BOTH_WHOLE(ip->b, ip->c)) {
    put_scalar(s, AT(ip->a), BOOL, (i64)AT(ip->b)->bits < (i64)AT(ip->c)->bits);
  } else {
    TRY(less(s, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  }
  CHANGED(ip->a);
op_jump:
  if (UNLIKELY(tracing)) {
    tell(s, current, PC, (slot){NO_CHANGE, 0});
  }
  ip = (const instruction *)((const u8 *)ip + (i32)ip->a);
  DISPATCH();
op_jump_if:
  if (UNLIKELY(tracing)) {
    tell(s, current, PC, (slot){NO_CHANGE, 0});
  }
  value = *AT(ip->a);
  if (LIKELY(value.tag <= BOOL) ? value.bits != 0 : truthy(value)) {
    ip = (const instruction *)((const u8 *)ip + (i32)ip->b);
  } else {
    ip++;
  }
  DISPATCH();
op_call:
  callee = ip->b;
  list = (const u32 *)(lists + ip->c);
  opened = (slot *)frame + functions[current].registers + RECORD;
  if (depth + 1 >= s->box->depth_max) {
    fail(s, DEPTH, 0);
    goto failing;
  }
  TRY(open_frame(s, callee, opened));
  opened[-3] = (slot){I64, (u64)ip};
  opened[-2] = (slot){I64, (u64)frame};
  opened[-1] = (slot){I64, current};
  for (u64 i = 0; i < list[0]; i++) {
    TRY(put(s, opened + i, *AT(list[1 + i])));
  }
  if (UNLIKELY(tracing)) {
    tell(s, current, PC, (slot){OPENED, 0});
  }
  depth++;
  current = callee;
  frame = (u8 *)opened;
  code = functions[current].code;
  ip = code;
  DISPATCH();
op_ret:
  if (UNLIKELY(tracing)) {
    tell(s, current, PC, (slot){NO_CHANGE, 0});
  }
  value = *AT(ip->a);
  close_frame(s, (slot *)frame);
  if (depth == 0) {
    s->box->value = value;
    stop(s, BELL_RETURNED);
  }
  opened = (slot *)frame;
  s->top = opened - RECORD;
  ip = (const instruction *)opened[-3].bits;
  frame = (u8 *)opened[-2].bits;
  current = opened[-1].bits;
  code = functions[current].code;
  depth--;
  TRY(put(s, AT(ip->a), value));
  CHANGED(ip->a);
op_cap_call:
  TRY(in_time(s));
  TRY(capability(s, AT(ip->a), current, PC, frame));
  CHANGED(ip->a);
op_array_new:
  TRY(in_time(s));
  TRY(array_new(s, AT(ip->a), frame, (const u32 *)(lists + ip->c)));
  CHANGED(ip->a);
op_array_get:
  TRY(in_time(s));
  TRY(array_get(s, AT(ip->a), *AT(ip->b), *AT(ip->c)));
  CHANGED(ip->a);
op_array_set:
  TRY(in_time(s));
  TRY(array_set(s, AT(ip->a), AT(ip->b), AT(ip->c)));
  CHANGED(ip->a);

exhausted:
  if (ip->op == END) {
    goto op_end;
  }
  if (rest == 0) {
    fail(s, BUDGET, 0);
    goto failing;
  }
  // Time ends no call, so that a trace shows in which frame it ended the run.
  if (s->box->stop && ip->op != CALL) {
    fail(s, TIME, 0);
    goto failing;
  }
  left = s->box->stop ? 1 : rest < slice ? rest : slice;
  rest -= left;
  left--;
  goto *labels[ip->op];
op_end:
  // There is no instruction to blame.
  fail(s, ENDED, 0);
  failed(s, tracing, current, -1, (slot *)frame, depth);
failing:
  failed(s, tracing, current, (i64)PC, (slot *)frame, depth);
}

_Noreturn void start(mailbox *box, volatile u32 *bell) {
  state s = {0};
  s.box = box;
  s.bell = bell;
  s.program = box->program;
  s.memory_max = box->memory_max;
  s.half = s.free = box->heap;
  s.limit = box->heap + (FIRST_HEAP < box->heap_bytes ? FIRST_HEAP : box->heap_bytes);
  s.top = box->stack;
  run(&s);
}
