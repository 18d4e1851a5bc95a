/*
 * Every bound on what a peer, a command line or a file can make the agent hold or do: why this
 * number, and what happens at it. The host's copy is dev.spore.vmm.agent.AgentLimits; a test
 * compares the two.
 */
#ifndef SPORE_AGENT_LIMITS_H
#define SPORE_AGENT_LIMITS_H

/* Payload of one frame. A read of this size is one system call; a longer one is a protocol error. */
#define LIMIT_PAYLOAD_BYTES 65536u

/* argv and env with their NULs: what Linux takes with its default stack limit, halved. */
#define LIMIT_ARGS_BYTES 1048576u

/* Pointers of argv and env together: half a MiB of pointer table at most. */
#define LIMIT_SPEC_STRINGS 65536u

/* Working directory, NUL included: PATH_MAX of Linux. */
#define LIMIT_CWD_BYTES 4096u

/* "user[:group]", NUL included: twice LOGIN_NAME_MAX of Linux. */
#define LIMIT_USER_BYTES 512u

/* Name of a session, NUL included: room for a UUID or a digest in hex. */
#define LIMIT_SESSION_BYTES 65u

/* Sessions at once: they live without a connection, and their output takes 4 MiB at most. */
#define LIMIT_SESSIONS 32u

/* Output of a session that is kept for whoever attaches, for stdout and for stderr. Older bytes are
 * dropped: a process nobody is attached to must not stall. */
#define LIMIT_REPLAY_BYTES 65536u

/* A whole exec specification: the fixed part and the strings above. One is assembled at a time. */
#define LIMIT_SPEC_BYTES \
  (16u + LIMIT_CWD_BYTES + LIMIT_USER_BYTES + LIMIT_SESSION_BYTES + LIMIT_ARGS_BYTES)

/* Execs that live at once: three pipes each stay below the 1024 descriptors a process has by
 * default. One more is answered by START_FAILED. */
#define LIMIT_EXECS 256u

/* Bytes of stdin on the way to one process: what the agent may have to keep for it. */
#define LIMIT_STDIN_WINDOW 131072u

/* Bytes of stdout, and of stderr, on the way to the host: what the host may have to keep. */
#define LIMIT_OUTPUT_WINDOW 262144u

/* Seed from the host: the kernel's pool is 256 bits; more is accepted, not needed. */
#define LIMIT_ENTROPY_BYTES 512u

/* Seed of a restored machine: what the kernel's pool holds. Less is refused: its copies would share
 * the random numbers to come. */
#define LIMIT_RESUME_ENTROPY_MIN 32u

/* Host name of a restored machine, without NUL: __NEW_UTS_LEN of Linux. */
#define LIMIT_HOSTNAME_BYTES 64u

/* Id of a restored machine: room for a UUID or a digest in hex. */
#define LIMIT_VM_ID_BYTES 64u

/* Parameters of a restored machine, and the name and the value of one: 32 KiB at most where the
 * agent writes them out. More or longer ones are refused. */
#define LIMIT_PARAMETERS 32u
#define LIMIT_PARAMETER_NAME_BYTES 64u
#define LIMIT_PARAMETER_VALUE_BYTES 960u

/* How long processes may take to stand still for a save, milliseconds. */
#define LIMIT_FREEZE_MILLIS 60000u

/* Control groups at the top of the hierarchy that are held for a save. One more fails the save. */
#define LIMIT_HELD_GROUPS 64u

/* A message text. Longer ones are cut. */
#define LIMIT_TEXT_BYTES 1024u

/* /etc/passwd or /etc/group. A larger file is refused, not read in part. */
#define LIMIT_ACCOUNT_FILE_BYTES 1048576u

/* Supplementary groups of a user: further ones are ignored. */
#define LIMIT_GROUPS 64u

/* Kernel command line: COMMAND_LINE_SIZE of x86 is 2048. */
#define LIMIT_CMDLINE_BYTES 4096u

/* Grace between SIGTERM and SIGKILL at power off, milliseconds. */
#define LIMIT_GRACE_MILLIS 60000u

/* Grace between SIGHUP and SIGKILL for the execs of a lost connection, milliseconds. */
#define LOST_CONNECTION_GRACE_MILLIS 2000u

#endif
