/* child.c: an MCP server as a child process: JSON lines on its standard input and output. It gets a process group of its own,
 * a small environment with only the secrets that its configuration names, and is started again when it ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "upstream.h"

enum { MOST_UNSENT = 16 << 20, READ_BYTES = 65536 };

struct child { pid_t pid; int in, out; struct watch *reading, *writing; struct buffer unsent, received; };

static void close_child(struct upstream *u) {
  struct child *c = u->link;
  if (!c) return;
  u->link = NULL;
  loop_unwatch(c->reading);
  loop_unwatch(c->writing);
  if (c->in >= 0) close(c->in);
  if (c->out >= 0) close(c->out);
  kill(-c->pid, SIGKILL);
  waitpid(c->pid, NULL, 0);
  buffer_free(&c->unsent);
  buffer_free(&c->received);
  free(c);
}

/* ---- writing ---- */
static bool flush_child(struct child *c) {
  while (c->unsent.length) {
    ssize_t n = write(c->in, c->unsent.bytes, c->unsent.length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return false;
    buffer_drop(&c->unsent, (size_t)n);
  }
  watch_want(c->writing, c->unsent.length ? POLLOUT : 0);
  return true;
}

static void writable(void *user, short events) {
  struct upstream *u = user;
  struct child *c = u->link;
  (void)events;
  if (c && c->unsent.length && !flush_child(c)) upstream_down(u, "it no longer takes messages");
}

static bool send_child(struct upstream *u, uint64_t id, const char *message, size_t length) {
  struct child *c = u->link;
  (void)id;
  if (!c || c->unsent.length + length > MOST_UNSENT || memchr(message, '\n', length)) return false;
  buffer_add(&c->unsent, message, length);
  buffer_add(&c->unsent, "\n", 1);
  return flush_child(c) || true;            /* a broken pipe shows as the end of its output, too */
}

/* ---- reading ---- */
/* False: the child is gone, by what a message made us do. */
static bool take_lines(struct upstream *u, struct child *c) {
  size_t start = 0;
  for (;;) {
    char *line = c->received.bytes ? c->received.bytes + start : NULL;
    char *end = line ? memchr(line, '\n', c->received.length - start) : NULL;
    if (!end) break;
    size_t length = (size_t)(end - line);
    start += length + 1;
    if (length && line[length - 1] == '\r') length--;
    if (length) upstream_message(u, line, length, 0);
    if (u->link != c) return false;
  }
  if (start) buffer_drop(&c->received, start);
  return true;
}

static void readable(void *user, short events) {
  struct upstream *u = user;
  struct child *c = u->link;
  (void)events;
  if (!c) return;
  char *bytes = gate_new(READ_BYTES);
  ssize_t n = read(c->out, bytes, READ_BYTES);
  if (n > 0) buffer_add(&c->received, bytes, (size_t)n);
  free(bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) { upstream_down(u, "the server ended"); return; }
  if (!take_lines(u, c)) return;
  if (c->received.length > u->gate->config->result_bytes) {
    u->gate->metrics.too_large++;
    upstream_down(u, "it sent a message larger than the gateway takes");
  }
}

/* ---- starting ---- */
static void add_variable(char ***list, size_t *count, char *variable) {
  *list = gate_grow(*list, (*count + 2) * sizeof **list);
  (*list)[(*count)++] = variable;
  (*list)[*count] = NULL;
}

static void free_list(char **list) {
  for (size_t i = 0; list && list[i]; i++) secret_free(list[i]);
  free(list);
}

static char **environment(struct upstream *u, char **error) {
  static const char *const kept[] = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"};
  char **list = NULL;
  size_t count = 0;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (getenv(kept[i])) add_variable(&list, &count, gate_format("%s=%s", kept[i], getenv(kept[i])));
  for (size_t i = 0; i < u->config->environment_count; i++) {
    char *value = secret_read(u->gate->config, &u->config->environment[i].value, error);
    if (!value) { free_list(list); return NULL; }
    add_variable(&list, &count, gate_format("%s=%s", u->config->environment[i].name, value));
    secret_free(value);
  }
  if (!list) add_variable(&list, &count, gate_copy("PATH=/usr/bin:/bin"));
  return list;
}

static bool spawn(struct upstream *u, struct child *c, int in, int out, char **variables) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  sigset_t none, all;
  size_t words = json_array_size(u->config->command);
  char **command = gate_new((words + 1) * sizeof *command);
  for (size_t i = 0; i < words; i++) command[i] = (char *)(uintptr_t)json_string_value(json_array_get(u->config->command, i));
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, 0);
  posix_spawn_file_actions_adddup2(&files, out, 1);
  char *directory = u->config->directory ? config_path(u->gate->config, u->config->directory) : NULL;
  if (directory) posix_spawn_file_actions_addchdir_np(&files, directory);
  posix_spawnattr_init(&how);
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  int failed = posix_spawnp(&c->pid, command[0], &files, &how, command, variables);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  free(directory);
  free(command);
  errno = failed;
  return !failed;
}

static bool open_child(struct upstream *u, char **error) {
  int in[2], out[2];
  char **variables = environment(u, error);
  if (!variables) return false;
  if (pipe2(in, O_CLOEXEC)) { free_list(variables); return false; }
  if (pipe2(out, O_CLOEXEC)) { close(in[0]); close(in[1]); free_list(variables); return false; }
  struct child *c = gate_new(sizeof *c);
  bool fine = spawn(u, c, in[0], out[1], variables);
  if (!fine) *error = gate_format("`%s` cannot be started: %s", json_string_value(json_array_get(u->config->command, 0)), strerror(errno));
  free_list(variables);
  close(in[0]);
  close(out[1]);
  if (!fine) { close(in[1]); close(out[0]); free(c); return false; }
  c->in = in[1];
  c->out = out[0];
  fcntl(c->in, F_SETFL, O_NONBLOCK);
  fcntl(c->out, F_SETFL, O_NONBLOCK);
  u->link = c;
  c->reading = loop_watch(u->gate->loop, c->out, POLLIN, readable, u);
  c->writing = loop_watch(u->gate->loop, c->in, 0, writable, u);
  upstream_up(u);
  return true;
}

const struct transport child_transport = {.open = open_child, .send = send_child, .close = close_child};
