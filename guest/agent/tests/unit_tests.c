/* Unit tests of the agent's pure parts. Prints what failed; the exit status is the number of failures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "../cmdline.h"
#include "../frame.h"
#include "../groups.h"
#include "../limits.h"
#include "../protocol.h"
#include "../resume.h"
#include "../ring.h"
#include "../session.h"
#include "../spec.h"
#include "../superblock.h"
#include "../user.h"

static int failures;

#define CHECK(condition)                                                   \
  do {                                                                     \
    if (!(condition)) {                                                    \
      failures++;                                                          \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
    }                                                                      \
  } while (0)

static const char passwd[] =
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken-line\n"
    "nan:x:abc:1::/nan:/bin/sh\n"
    "alice:x:1000:1001:Alice,,,:/home/alice:/bin/sh\n"
    "nohome:x:1002:1002:::\n";
static const char group[] =
    "root:x:0:\nalice:x:1001:\naudio:x:29:bob,alice\nvideo:x:44:alicex,xalice\nwheel:x:10:alice";

static int resolve(const char *who, struct identity *identity) {
  char error[128];
  return user_resolve(who, passwd, group, identity, error, sizeof error);
}

static void group_events_are_read_by_their_keys(void) {
  const char *text = "populated 1\nfrozen 0\n";
  CHECK(group_event(text, "populated") == 1);
  CHECK(group_event(text, "frozen") == 0);
  CHECK(group_event("populated 1\nfrozen 1\n", "frozen") == 1);
  CHECK(group_event(text, "froze") == -1);
  CHECK(group_event(text, "1") == -1);
  CHECK(group_event("", "frozen") == -1);
  CHECK(group_event("frozen", "frozen") == -1);
  CHECK(group_event("frozen ", "frozen") == -1);
  CHECK(group_event("frozen x", "frozen") == -1);
}

static void names_and_numbers_resolve(void) {
  struct identity id;
  CHECK(resolve("alice", &id) == 0 && id.uid == 1000 && id.gid == 1001);
  CHECK(strcmp(id.home, "/home/alice") == 0);
  CHECK(id.group_count == 3 && id.groups[0] == 1001 && id.groups[1] == 29 && id.groups[2] == 10);
  CHECK(resolve("1000", &id) == 0 && id.gid == 1001 && id.group_count == 3);
  CHECK(resolve("4242", &id) == 0 && id.uid == 4242 && id.gid == 0 && strcmp(id.home, "/") == 0);
  CHECK(resolve("alice:video", &id) == 0 && id.gid == 44 && id.group_count == 1);
  CHECK(resolve("7:8", &id) == 0 && id.uid == 7 && id.gid == 8);
  CHECK(resolve("nohome", &id) == 0 && strcmp(id.home, "/") == 0);
}

static void unknown_and_malformed_users_are_refused(void) {
  struct identity id;
  CHECK(resolve("mallory", &id) != 0);
  CHECK(resolve("", &id) != 0);
  CHECK(resolve(":", &id) != 0);
  CHECK(resolve("alice:", &id) != 0);
  CHECK(resolve("alice:nogroup", &id) != 0);
  CHECK(resolve("nan", &id) != 0);
  CHECK(resolve("broken-line", &id) != 0);
  CHECK(resolve("-1", &id) != 0);
  CHECK(resolve("4294967295", &id) != 0);
  CHECK(resolve("99999999999999999999", &id) != 0);
}

static int parse(const char *bytes, size_t length, struct spec *spec) {
  struct spec_assembly assembly = {.id = 1};
  const char *error;
  if (spec_append(&assembly, (const uint8_t *)bytes, length, &error) != 0) return -1;
  return spec_parse(&assembly, spec, &error);
}

static void a_specification_is_read_in_place(void) {
  static const char good[] = "\3\0\0\0\x18\0\x50\0\2\0\0\0\1\0\0\0/tmp\0alice\0sh\0\0A=b";
  struct spec spec;
  CHECK(parse(good, sizeof good, &spec) == 0);
  CHECK(spec.tty && spec.wants_stdin && spec.rows == 24 && spec.cols == 80);
  CHECK(strcmp(spec.cwd, "/tmp") == 0 && strcmp(spec.user, "alice") == 0);
  CHECK(strcmp(spec.argv[0], "sh") == 0 && spec.argv[1][0] == 0 && !spec.argv[2]);
  CHECK(strcmp(spec.envp[0], "A=b") == 0 && !spec.envp[1]);
  spec_free(&spec);
}

static void a_specification_cut_anywhere_is_refused(void) {
  static const char good[] = "\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0/\0\0sh\0A=b";
  struct spec spec;
  for (size_t length = 1; length < sizeof good; length++) CHECK(parse(good, length, &spec) != 0);
  CHECK(parse(good, sizeof good, &spec) == 0);
  spec_free(&spec);
}

static void counts_and_flags_of_a_specification_are_checked(void) {
  struct spec spec;
  CHECK(parse("\10\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/\0\0sh", 22, &spec) != 0);
  CHECK(parse("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0/\0\0", 19, &spec) != 0);
  CHECK(parse("\0\0\0\0\0\0\0\0\xff\xff\xff\xff\2\0\0\0/\0\0sh", 22, &spec) != 0);
  CHECK(parse("\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/\0\0sh\0x", 24, &spec) != 0);
}

static void a_specification_beyond_its_bound_is_refused(void) {
  struct spec_assembly assembly = {.id = 1};
  const char *error;
  uint8_t *chunk = calloc(1, LIMIT_PAYLOAD_BYTES);
  unsigned chunks = 0;
  while (spec_append(&assembly, chunk, LIMIT_PAYLOAD_BYTES, &error) == 0) chunks++;
  CHECK(chunks == LIMIT_SPEC_BYTES / LIMIT_PAYLOAD_BYTES);
  CHECK(assembly.capacity <= LIMIT_SPEC_BYTES);
  spec_discard(&assembly);
  free(chunk);
}

static long decode(uint8_t type, uint8_t stream, uint16_t flags, uint32_t id, uint32_t length) {
  uint8_t bytes[HEADER_BYTES + 64] = {0};
  struct frame frame;
  const char *error;
  frame_header(bytes, type, stream, flags, id, length);
  store32(bytes + HEADER_BYTES, 1);
  return frame_decode(bytes, sizeof bytes, &frame, &error);
}

static void frames_within_the_rules_are_taken(void) {
  CHECK(decode(FRAME_STDIN, 0, 0, 1, 5) == HEADER_BYTES + 5);
  CHECK(decode(FRAME_STDIN, 0, FLAG_LAST, 1, 0) == HEADER_BYTES);
  CHECK(decode(FRAME_CREDIT, 2, 0, 1, 4) == HEADER_BYTES + 4);
  CHECK(decode(FRAME_STDIN, 0, 0, 1, LIMIT_PAYLOAD_BYTES) == 0);
  CHECK(decode(FRAME_THAW, 0, 0, 0, 0) == HEADER_BYTES);
}

static void frames_against_the_rules_are_refused(void) {
  CHECK(decode(0, 0, 0, 1, 4) < 0);
  CHECK(decode(9, 0, 0, 1, 4) < 0);
  CHECK(decode(FRAME_OUTPUT, 1, 0, 1, 4) < 0);
  CHECK(decode(FRAME_ERROR, 0, 0, 0, 4) < 0);
  CHECK(decode(FRAME_STDIN, 0, 0, 1, LIMIT_PAYLOAD_BYTES + 1) < 0);
  CHECK(decode(FRAME_STDIN, 0, 0, 1, 0xffffffffu) < 0);
  CHECK(decode(FRAME_STDIN, 0, 0, 1, 0) < 0);
  CHECK(decode(FRAME_STDIN, 0, 0, 0, 1) < 0);
  CHECK(decode(FRAME_STDIN, 0, 2, 1, 1) < 0);
  CHECK(decode(FRAME_STDIN, 1, 0, 1, 1) < 0);
  CHECK(decode(FRAME_CREDIT, 0, 0, 1, 4) < 0);
  CHECK(decode(FRAME_CREDIT, 3, 0, 1, 4) < 0);
  CHECK(decode(FRAME_CREDIT, 255, 0, 1, 4) < 0);
  CHECK(decode(FRAME_CREDIT, 1, 0, 1, 3) < 0);
  CHECK(decode(FRAME_SIGNAL, 0, 0, 1, 5) < 0);
  CHECK(decode(FRAME_POWER_OFF, 0, 0, 1, 4) < 0);
  CHECK(decode(FRAME_FREEZE, 0, 0, 0, 3) < 0);
  CHECK(decode(FRAME_FREEZE, 0, 0, 1, 4) < 0);
  CHECK(decode(FRAME_THAW, 0, 0, 0, 1) < 0);
  CHECK(decode(FRAME_THAW, 0, FLAG_LAST, 0, 0) < 0);
  CHECK(decode(FRAME_HELLO, 0, 0, 0, 15) < 0);
  CHECK(decode(FRAME_CLOCK, 0, 0, 0, 8) > 0);
  CHECK(decode(FRAME_CLOCK, 0, 0, 0, 7) < 0);
  CHECK(decode(FRAME_CLOCK, 0, 0, 0, 9) < 0);
  CHECK(decode(FRAME_CLOCK, 0, 0, 1, 8) < 0);
  CHECK(decode(FRAME_EXEC, 0, FLAG_LAST, 1, 0) < 0);
  CHECK(decode(FRAME_ATTACH, 0, 0, 1, 4) < 0);
  CHECK(decode(FRAME_ATTACH, 0, 0, 0, 4) < 0);
  CHECK(decode(FRAME_ATTACH, 0, 0, 1, LIMIT_SESSION_BYTES) < 0);
  CHECK(decode(FRAME_ATTACH, 0, 0, 1, 0) < 0);
}

static void options_of_the_command_line_are_whole_words(void) {
  char out[16];
  CHECK(cmdline_option("quiet spore.rootfs=/dev/vda x\n", "spore.rootfs", out, sizeof out));
  CHECK(strcmp(out, "/dev/vda") == 0);
  CHECK(cmdline_option("a=1 a=2", "a", out, sizeof out) && strcmp(out, "2") == 0);
  CHECK(!cmdline_option("xspore.rootfs=/dev/vda", "spore.rootfs", out, sizeof out));
  CHECK(!cmdline_option("spore.rootfs_rw=1", "spore.rootfs", out, sizeof out));
  CHECK(!cmdline_option("spore.rootfs", "spore.rootfs", out, sizeof out));
  CHECK(!cmdline_option("a=0123456789abcdef", "a", out, sizeof out));
  CHECK(!cmdline_option("", "a", out, sizeof out));
}

static void images_are_told_by_their_magic_numbers(void) {
  uint8_t image[SUPERBLOCK_PROBE_BYTES] = {0};
  CHECK(!superblock_type(image, sizeof image));
  CHECK(!superblock_type(image, 0));
  store16(image + 1080, 0xef53);
  CHECK(strcmp(superblock_type(image, sizeof image), "ext4") == 0);
  CHECK(!superblock_type(image, 1081));
  memcpy(image, "hsqs", 4);
  CHECK(strcmp(superblock_type(image, 4), "squashfs") == 0);
  memset(image, 0, sizeof image);
  store32(image + 1024, 0xe0f5e1e2u);
  CHECK(strcmp(superblock_type(image, sizeof image), "erofs") == 0);
}

static void the_session_is_read_behind_any_process_name(void) {
  CHECK(session_of_stat("12 (sh) S 1 12 77 0 -1") == 77);
  CHECK(session_of_stat("12 (a) S 9 9 9) S 1 12 77 0") == 77);
  CHECK(session_of_stat("12 (sh) S 1 12") == -1);
  CHECK(session_of_stat("12 (sh)") == -1);
  CHECK(session_of_stat("") == -1);
}

static uint8_t resume_bytes[RESUME_FIXED_BYTES + 512];

/* A RESUME payload with one parameter named `name`; its length. */
static uint32_t resume_payload(const char *name, const char *value) {
  uint8_t *p = resume_bytes;
  memset(p, 0, sizeof resume_bytes);
  store64(p, 1);
  store64(p + 8, 2);
  p[24] = 0xab;
  store16(p + 40, LIMIT_RESUME_ENTROPY_MIN);
  store16(p + 42, 1);
  store16(p + 44, 2);
  store16(p + 46, 1);
  p += RESUME_FIXED_BYTES + LIMIT_RESUME_ENTROPY_MIN;
  memcpy(p, "hvm", 3);
  store16(p + 3, (uint16_t)strlen(name));
  store16(p + 5, (uint16_t)strlen(value));
  memcpy(p + 7, name, strlen(name));
  memcpy(p + 7 + strlen(name), value, strlen(value));
  return (uint32_t)(p + 7 + strlen(name) + strlen(value) - resume_bytes);
}

static int resume_of(uint32_t length, struct resume *out) {
  struct frame frame = {.type = FRAME_RESUME, .length = length, .payload = resume_bytes};
  const char *error;
  return resume_decode(&frame, out, &error);
}

static void an_identity_is_read_and_written_out(void) {
  static struct resume resume;
  static char text[RESUME_TEXT_BYTES];
  CHECK(resume_of(resume_payload("A_1", "it's \"x\\\xc3\xbc"), &resume) == 0);
  CHECK(strcmp(resume.machine_id, "ab000000000000000000000000000000") == 0);
  CHECK(strcmp(resume.hostname, "h") == 0 && strcmp(resume.vm_id, "vm") == 0);
  text[resume_env(&resume, text)] = 0;
  CHECK(strcmp(text, "A_1='it'\\''s \"x\\\xc3\xbc'\n") == 0);
  text[resume_json(&resume, text)] = 0;
  CHECK(strstr(text, ",\"parameters\":{\"A_1\":\"it's \\\"x\\\\\xc3\xbc\"}}\n"));
}

static void an_identity_cut_anywhere_is_refused(void) {
  static struct resume resume;
  uint32_t length = resume_payload("A", "b");
  for (uint32_t cut = RESUME_FIXED_BYTES; cut < length; cut++) CHECK(resume_of(cut, &resume) != 0);
  CHECK(resume_of(length + 1, &resume) != 0);
  CHECK(resume_of(length, &resume) == 0);
}

static void text_that_is_not_text_is_no_parameter(void) {
  static const char *const bad[] = {"\n",       "\x7f",         "\xc2\x85", "\xff",
                                    "\xc3",      "\xc0\xaf",    "\x80",     "\xe0\x80\x80",
                                    "\xed\xa0\x80", "\xf4\x90\x80\x80"};
  static const char *const names[] = {"", "1A", "A-B", "A=", "\xc3\xbc"};
  static struct resume resume;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    CHECK(resume_of(resume_payload("A", bad[i]), &resume) != 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    CHECK(resume_of(resume_payload(names[i], "x"), &resume) != 0);
  CHECK(resume_of(resume_payload("A", "\xf0\x9f\x8d\x84\xe2\x82\xac"), &resume) == 0);
}

static void a_ring_keeps_the_last_bytes_by_their_place(void) {
  static struct ring ring;
  static uint8_t in[3 * LIMIT_REPLAY_BYTES];
  static uint8_t out[LIMIT_REPLAY_BYTES];
  for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)(i * 7 + i / 256);
  size_t put = 0;
  for (size_t step = 1; put + step <= sizeof in; put += step, step = step * 3 + 1) {
    ring_put(&ring, in + put, step);
    size_t end = put + step;
    size_t start = (size_t)ring_start(&ring);
    CHECK(ring.end == end && end - start == (end < sizeof out ? end : sizeof out));
    CHECK(ring_copy(&ring, start, out, sizeof out) == end - start);
    CHECK(memcmp(out, in + start, end - start) == 0);
    CHECK(ring_copy(&ring, end - 1, out, 5) == 1 && out[0] == in[end - 1]);
    CHECK(ring_copy(&ring, end, out, 5) == 0);
  }
  ring_put(&ring, in, sizeof in);
  CHECK(ring.end == put + sizeof in);
  CHECK(ring_copy(&ring, ring_start(&ring), out, sizeof out) == sizeof out);
  CHECK(memcmp(out, in + sizeof in - sizeof out, sizeof out) == 0);
}

static void sessions_have_names_that_are_words(void) {
  static const char good[] = "\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/\0\0a-B_9.x\0sh";
  struct spec spec;
  CHECK(parse(good, sizeof good, &spec) == 0 && strcmp(spec.session, "a-B_9.x") == 0);
  CHECK(strcmp(spec.argv[0], "sh") == 0);
  spec_free(&spec);
  CHECK(parse("\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/\0\0\0sh", 23, &spec) != 0);
  CHECK(parse("\4\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/\0\0a b\0sh", 26, &spec) != 0);
  CHECK(!spec_session_name((const uint8_t *)"", 0));
  CHECK(!spec_session_name((const uint8_t *)"a/b", 3));
  CHECK(!spec_session_name((const uint8_t *)"a\0b", 3));
  uint8_t longest[LIMIT_SESSION_BYTES];
  memset(longest, 'x', sizeof longest);
  CHECK(spec_session_name(longest, LIMIT_SESSION_BYTES - 1));
  CHECK(!spec_session_name(longest, LIMIT_SESSION_BYTES));
}

int main(void) {
  a_ring_keeps_the_last_bytes_by_their_place();
  sessions_have_names_that_are_words();
  an_identity_is_read_and_written_out();
  an_identity_cut_anywhere_is_refused();
  text_that_is_not_text_is_no_parameter();
  group_events_are_read_by_their_keys();
  names_and_numbers_resolve();
  unknown_and_malformed_users_are_refused();
  a_specification_is_read_in_place();
  a_specification_cut_anywhere_is_refused();
  counts_and_flags_of_a_specification_are_checked();
  a_specification_beyond_its_bound_is_refused();
  frames_within_the_rules_are_taken();
  frames_against_the_rules_are_refused();
  options_of_the_command_line_are_whole_words();
  images_are_told_by_their_magic_numbers();
  the_session_is_read_behind_any_process_name();
  if (failures == 0) printf("agent unit tests: ok\n");
  return failures;
}
