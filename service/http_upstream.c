/* http_upstream.c: an MCP server over streamable HTTP. Each message is a POST; the answer is JSON, or a stream of events that
 * ends with it. Callbacks of libcurl only collect; messages are handed on between rounds. */
#include <stdlib.h>
#include <strings.h>
#include "server_requests.h"
#include "web.h"

enum { RELIST_SECONDS = 60 };

struct post { struct post *next; struct upstream *upstream; uint64_t id; struct web web; bool events, answered; char *new_session; size_t taken; };
struct http_link { struct post *posts; char *session; int64_t listed; };

static void free_post(struct post *post) {
  web_close(&post->web);
  free(post->new_session);
  free(post);
}

static void unlink_post(struct http_link *link, struct post *post) {
  for (struct post **at = &link->posts; *at; at = &(*at)->next)
    if (*at == post) { *at = post->next; return; }
}

static void close_http(struct upstream *u) {
  struct http_link *link = u->link;
  if (!link) return;
  u->link = NULL;
  for (struct post *p = link->posts, *next; p; p = next) {
    next = p->next;
    loop_abandon(u->gate->loop, p->web.easy);
    free_post(p);
  }
  free(link->session);
  free(link);
}

static bool open_http(struct upstream *u, char **error) {
  (void)error;
  struct http_link *link = gate_new(sizeof *link);
  u->link = link;
  link->listed = loop_now();
  upstream_up(u);
  return true;
}

/* ---- answers ---- */
static size_t header(char *bytes, size_t size, size_t count, void *user) {
  struct post *post = user;
  size_t length = size * count;
  static const char session[] = "mcp-session-id:", type[] = "content-type:";
  if (length > sizeof type && !strncasecmp(bytes, type, sizeof type - 1)) {
    char *line = gate_copy_bytes(bytes, length);
    post->events = strstr(line, "text/event-stream") != NULL;
    free(line);
  }
  if (length > sizeof session && length < 512 && !strncasecmp(bytes, session, sizeof session - 1)) {
    const char *at = bytes + sizeof session - 1, *end = bytes + length;
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    while (end > at && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ')) end--;
    free(post->new_session);
    post->new_session = gate_copy_bytes(at, (size_t)(end - at));
  }
  return length;
}

/* The data lines of one event, joined. */
static void hand_on_event(struct upstream *u, const char *event, size_t length, uint64_t about) {
  struct buffer data = {0};
  for (const char *at = event, *end = event + length; at < end;) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t line = (size_t)((stop ? stop : end) - at);
    if (line && at[line - 1] == '\r') line--;
    if (line > 5 && !memcmp(at, "data:", 5)) {
      if (data.length) buffer_add(&data, "\n", 1);
      size_t skip = at[5] == ' ' ? 6 : 5;
      buffer_add(&data, at + skip, line - skip);
    }
    at = stop ? stop + 1 : end;
  }
  if (data.length) upstream_message(u, data.bytes, data.length, about);
  buffer_free(&data);
}

/* End of the first whole event, behind its blank line; NULL: none yet. */
static const char *event_end(const char *at, const char *end) {
  for (const char *c = at; c + 1 < end; c++) {
    if (c[0] == '\n' && c[1] == '\n') return c + 2;
    if (c + 3 < end && c[0] == '\r' && c[1] == '\n' && c[2] == '\r' && c[3] == '\n') return c + 4;
  }
  return NULL;
}

/* False: the link was closed by what an event made us do. */
static bool take_events(struct upstream *u, struct http_link *link, struct post *post) {
  for (const char *end; post->events && post->web.answer.bytes;) {
    const char *at = post->web.answer.bytes + post->taken;
    if (!(end = event_end(at, post->web.answer.bytes + post->web.answer.length))) break;
    size_t length = (size_t)(end - at);
    char *event = gate_copy_bytes(at, length);
    post->taken += length;
    hand_on_event(u, event, length, post->id);
    free(event);
    if (u->link != link) return false;
  }
  return true;
}

static void ended(struct upstream *u, struct http_link *link, struct post *post, CURLcode code) {
  long status = 0;
  uint64_t id = post->id;
  curl_easy_getinfo(post->web.easy, CURLINFO_RESPONSE_CODE, &status);
  if (post->web.too_large) u->gate->metrics.too_large++;
  if (post->web.too_large) { upstream_failed(u, id, true, "its answer is larger than the gateway takes"); return; }
  if (code != CURLE_OK) { upstream_failed(u, id, !web_never_sent(code), curl_easy_strerror(code)); return; }
  if (status == 404 && link->session) { upstream_down(u, "it forgot the session"); return; }
  if (status == 401 || status == 403) { upstream_failed(u, id, false, "it refuses the gateway's credential"); return; }
  if (status >= 300) {
    char *why = gate_format("it answered with HTTP status %ld", status);
    upstream_failed(u, id, status >= 500 || status == 408, why);
    free(why);
    return;
  }
  if (post->new_session && !link->session) {
    link->session = post->new_session;
    post->new_session = NULL;
  }
  if (!post->events && id && post->web.answer.length) {
    struct buffer answer = post->web.answer;
    post->web.answer = (struct buffer){0};
    upstream_message(u, answer.bytes, answer.length, id);
    buffer_free(&answer);
  }
  if (u->link == link && !take_events(u, link, post)) return;
  if (u->link == link && id) upstream_failed(u, id, true, "it ended its answer without a result");    /* nothing, when there was one */
}

static void done(void *user, CURL *easy, CURLcode code) {
  struct post *post = user;
  struct upstream *u = post->upstream;
  struct http_link *link = u->link;
  (void)easy;
  unlink_post(link, post);
  ended(u, link, post, code);
  free_post(post);
}

static void round_http(struct upstream *u, int64_t now) {
  struct http_link *link = u->link;
  if (!link) return;
  for (struct post *p = link->posts; p; p = p->next) {
    if (!p->events || !p->web.answer.length || p->taken == p->web.answer.length) continue;
    size_t before = p->taken;
    if (!take_events(u, link, p)) return;
    if (p->taken != before) { loop_again(u->gate->loop); return; }         /* the list may have changed */
  }
  if (u->state == UPSTREAM_READY && now - link->listed > RELIST_SECONDS * 1000000LL) {
    link->listed = now;
    upstream_relist(u);
  }
}

/* ---- requests ---- */
static bool send_http(struct upstream *u, uint64_t id, const char *message, size_t length) {
  struct http_link *link = u->link;
  char *error = NULL;
  if (!link) return false;
  struct post *post = gate_new(sizeof *post);
  post->upstream = u;
  post->id = id;
  if (!web_open(&post->web, u->gate->config, u->config, u->config->url, &error)) {
    say("%s: %s", u->config->name, error);
    free(error);
    free(post);
    return false;
  }
  if (id && !upstream_is_read(u, id)) web_once(&post->web);
  web_header(&post->web, "Content-Type", "application/json");
  web_header(&post->web, "Accept", "application/json, text/event-stream");
  if (link->session) web_header(&post->web, "Mcp-Session-Id", link->session);
  if (u->protocol[0]) web_header(&post->web, "MCP-Protocol-Version", u->protocol);
  buffer_add(&post->web.body, message, length);
  curl_easy_setopt(post->web.easy, CURLOPT_HTTPHEADER, post->web.headers);
  curl_easy_setopt(post->web.easy, CURLOPT_POSTFIELDS, post->web.body.bytes);
  curl_easy_setopt(post->web.easy, CURLOPT_POSTFIELDSIZE, (long)length);
  curl_easy_setopt(post->web.easy, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(post->web.easy, CURLOPT_HEADERDATA, post);
  curl_easy_setopt(post->web.easy, CURLOPT_TIMEOUT_MS, (long)(u->config->timeout / 1000) + 5000L + SERVER_REQUEST_SECONDS * 1000L);   /* ours ends it before */
  post->next = link->posts;
  link->posts = post;
  if (loop_transfer(u->gate->loop, post->web.easy, done, post)) return true;
  link->posts = post->next;
  free_post(post);
  return false;
}

static void cancel_http(struct upstream *u, uint64_t id) {
  struct http_link *link = u->link;
  for (struct post *p = link ? link->posts : NULL; p; p = p->next) {
    if (p->id != id) continue;
    loop_abandon(u->gate->loop, p->web.easy);
    unlink_post(link, p);
    free_post(p);
    return;
  }
}

const struct transport http_transport = {.open = open_http, .send = send_http, .cancel = cancel_http, .close = close_http, .round = round_http};
