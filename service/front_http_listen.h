/* front_http_listen.h: listening sockets and who is at their other end. */
#ifndef GATE_FRONT_HTTP_LISTEN_H
#define GATE_FRONT_HTTP_LISTEN_H
#include "gate.h"

/* A socket that listens, or -1. *path is set for a unix socket, for the caller to unlink and free. The admin's socket is for
 * its own user and group. */
int listen_at(const struct config *config, const char *address, bool admin, char **path, char **error);
bool peer_uid(int fd, uid_t *uid);          /* of a connected unix socket */
#endif
