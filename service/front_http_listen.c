/* front_http_listen.c: sockets: 127.0.0.1:8181, [::1]:8181, tls:0.0.0.0:8443, unix:/run/rbgate/mcp.sock. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "front_http_listen.h"

enum { BACKLOG = 1024 };

static int listen_unix(const char *path, mode_t mode, char **error) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat found;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (strlen(path) >= sizeof address.sun_path) errno = ENAMETOOLONG;
  else {
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (lstat(path, &found) == 0 && S_ISSOCK(found.st_mode)) unlink(path);        /* of a gateway before us */
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0) return fd;
  }
  *error = gate_format("unix:%s: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
  return -1;
}

static int listen_tcp(const char *address, char **error) {
  const char *colon = strrchr(address, ':');
  struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found = NULL;
  if (!colon) { *error = gate_format("`%s` is no address; write HOST:PORT or unix:PATH", address); return -1; }
  bool bracketed = *address == '[' && colon > address && colon[-1] == ']';
  char *host = gate_copy_bytes(address + bracketed, (size_t)(colon - address) - (bracketed ? 2 : 0));
  int wrong = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found), fd = -1, on = 1;
  free(host);
  if (wrong) { *error = gate_format("%s: %s", address, gai_strerror(wrong)); return -1; }
  fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
    *error = gate_format("%s: %s", address, strerror(errno));
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

int listen_at(const struct config *config, const char *address, bool admin, char **path, char **error) {
  if (strncmp(address, "unix:", 5) != 0) return listen_tcp(!strncmp(address, "tls:", 4) ? address + 4 : address, error);
  *path = config_path(config, address + 5);
  return listen_unix(*path, admin ? 0660 : 0666, error);
}

bool peer_uid(int fd, uid_t *uid) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return false;
  *uid = peer.uid;
  return true;
}
