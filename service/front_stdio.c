/* front_stdio.c: MCP over standard input and output, one JSON message a line. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include "front.h"
#include "server_requests.h"

enum { READ_BYTES = 65536, MOST_UNSENT = 64 << 20 };

struct front_stdio {
  struct channel channel;           /* first: a channel is one of ours */
  struct watch *reading, *writing;
  struct buffer received, unsent;
  bool overlong;                    /* the rest of a line that is too long is skipped */
};

struct line_reply { struct reply reply; struct front_stdio *front; };

static void flush_out(struct front_stdio *f) {
  while (f->unsent.length) {
    ssize_t n = write(STDOUT_FILENO, f->unsent.bytes, f->unsent.length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) { f->unsent.length = 0; loop_stop(f->channel.gate->loop); return; }
    buffer_drop(&f->unsent, (size_t)n);
  }
  if (f->unsent.length > MOST_UNSENT) {
    say("the agent does not read its answers");
    loop_stop(f->channel.gate->loop);
  }
  watch_want(f->writing, f->unsent.length ? POLLOUT : 0);
}

/* A line is a message: a line break between its members becomes a blank. In its texts there is none. */
static void put(struct front_stdio *f, const char *json, size_t length) {
  size_t at = f->unsent.length;
  buffer_add(&f->unsent, json, length);
  for (char *c = f->unsent.bytes + at, *end = f->unsent.bytes + f->unsent.length; c < end; c++) if (*c == '\n' || *c == '\r') *c = ' ';
  buffer_add(&f->unsent, "\n", 1);
  flush_out(f);
}

static void writable(void *user, short events) { (void)events; flush_out(user); }
static void notify(struct channel *channel, const char *json, size_t length) { put((struct front_stdio *)channel, json, length); }

static void answer(struct reply *reply, const char *json, size_t length) {
  struct line_reply *own = (struct line_reply *)reply;
  if (length) put(own->front, json, length);
  free(own);
}

static void progress(struct reply *reply, const char *json, size_t length) { put(((struct line_reply *)reply)->front, json, length); }

static struct reply *new_reply(struct front_stdio *f) {
  struct line_reply *reply = gate_new(sizeof *reply);
  *reply = (struct line_reply){{answer, progress, NULL}, f};
  return &reply->reply;
}

static void take_lines(struct front_stdio *f) {
  size_t start = 0;
  for (char *end; f->received.bytes && (end = memchr(f->received.bytes + start, '\n', f->received.length - start));) {
    char *line = f->received.bytes + start;
    size_t length = (size_t)(end - line);
    start += length + 1;
    if (length && line[length - 1] == '\r') length--;
    if (f->overlong) f->overlong = false;
    else if (length > f->channel.gate->config->message_bytes) reply_error(new_reply(f), NULL, -32600, "the message is too long");
    else if (length) mcp_receive(&f->channel, new_reply(f), line, length);
  }
  buffer_drop(&f->received, start);
  if (f->received.length <= f->channel.gate->config->message_bytes) return;
  if (!f->overlong) reply_error(new_reply(f), NULL, -32600, "the message is too long");
  f->overlong = true;
  f->received.length = 0;
}

static void readable(void *user, short events) {
  struct front_stdio *f = user;
  char *bytes = gate_new(READ_BYTES);
  ssize_t n = read(STDIN_FILENO, bytes, READ_BYTES);
  (void)events;
  if (n > 0) {
    buffer_add(&f->received, bytes, (size_t)n);
    take_lines(f);
  }
  free(bytes);
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
  loop_unwatch(f->reading);
  f->reading = NULL;
  server_requests_of_channel_end(&f->channel);
  gate_finish(f->channel.gate);             /* the agent closed its side: what it asked for is still done */
}

struct front_stdio *front_stdio_open(struct gate *gate, char **error) {
  const struct caller_config *caller = NULL;
  for (size_t i = 0; i < gate->config->caller_count; i++)
    if (gate->config->callers[i].stdio) caller = &gate->config->callers[i];
  if (!caller) { *error = gate_copy("no caller has \"stdio\": true"); return NULL; }
  struct front_stdio *f = gate_new(sizeof *f);
  char *context = caller->context ? json_dumps(caller->context, JSON_COMPACT) : NULL;
  const struct identity who = {(char *)(uintptr_t)caller->agent, (char *)(uintptr_t)caller->requester, context};
  f->channel.person = gate_person(gate, &who);
  f->channel.notify = notify;
  free(context);
  channel_add(gate, &f->channel);
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
  f->reading = loop_watch(gate->loop, STDIN_FILENO, POLLIN, readable, f);
  f->writing = loop_watch(gate->loop, STDOUT_FILENO, 0, writable, f);
  return f;
}

void front_stdio_close(struct front_stdio *f) {
  if (!f) return;
  channel_remove(&f->channel);
  loop_unwatch(f->reading);
  loop_unwatch(f->writing);
  buffer_free(&f->received);
  buffer_free(&f->unsent);
  free(f);
}
