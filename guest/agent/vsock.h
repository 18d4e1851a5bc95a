/* From include/uapi/linux/vm_sockets.h, which musl's include path does not have. */
#ifndef SPORE_AGENT_VSOCK_H
#define SPORE_AGENT_VSOCK_H

#include <stdint.h>
#include <sys/socket.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

#define VSOCK_CID_ANY 0xffffffffu
#define VSOCK_CID_HOST 2u

/* struct sockaddr_vm */
struct vsock_address {
  sa_family_t family;
  uint16_t reserved;
  uint32_t port;
  uint32_t cid;
  uint8_t flags;
  uint8_t zero[3];
};

_Static_assert(sizeof(struct vsock_address) == 16, "sizeof(struct sockaddr_vm)");

#endif
