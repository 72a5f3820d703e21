/* front_http_stream.c: server-sent events. When there is nothing to say the connection is suspended. */
#include <stdlib.h>
#include "front_http.h"

enum { MOST_UNSENT = 8 << 20 };

static void wake(struct stream *s) {
  if (!s->suspended) return;
  s->suspended = false;
  MHD_resume_connection(s->connection);
}

static ssize_t pull(void *user, uint64_t at, char *bytes, size_t most) {
  struct stream *s = user;
  (void)at;
  size_t n = s->unsent.length < most ? s->unsent.length : most;
  if (n) {
    memcpy(bytes, s->unsent.bytes, n);
    buffer_drop(&s->unsent, n);
    return (ssize_t)n;
  }
  if (s->ended) return MHD_CONTENT_READER_END_OF_STREAM;
  s->suspended = true;
  MHD_suspend_connection(s->connection);
  return 0;
}

static void gone(void *user) {
  struct stream *s = user;
  if (s->session) s->session->stream = NULL;
  buffer_free(&s->unsent);
  free(s);
}

struct stream *stream_new(struct MHD_Connection *connection) {
  struct stream *s = gate_new(sizeof *s);
  s->connection = connection;
  s->last = loop_now();
  return s;
}

struct MHD_Response *stream_response(struct stream *s) { return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, pull, s, gone); }

/* No text of a message can end the event: JSON holds no line break outside of its blanks, and those become blanks here. */
void stream_event(struct stream *s, const char *json, size_t length) {
  if (s->unsent.length > MOST_UNSENT) { stream_end(s); return; }      /* nobody reads it */
  buffer_text(&s->unsent, "event: message\ndata: ");
  size_t at = s->unsent.length;
  buffer_add(&s->unsent, json, length);
  for (char *c = s->unsent.bytes + at, *end = s->unsent.bytes + s->unsent.length; c < end; c++) if (*c == '\n' || *c == '\r') *c = ' ';
  buffer_text(&s->unsent, "\n\n");
  s->last = loop_now();
  wake(s);
}

void stream_comment(struct stream *s) {
  buffer_text(&s->unsent, ":\n\n");
  s->last = loop_now();
  wake(s);
}

void stream_end(struct stream *s) {
  s->ended = true;
  wake(s);
}
