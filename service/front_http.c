/* front_http.c: MCP over streamable HTTP, and the admin's pages. libmicrohttpd runs within the gateway's one thread: its epoll
 * file is watched by the loop. (Run so it does not stall when a multiple of 128 sockets is ready, as it does with threads.) */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>
#include "admin.h"
#include "front_http.h"
#include "front_http_listen.h"
#include "front_tls.h"

enum { CONNECTION_SECONDS = 120 };

/* ---- one HTTP request ---- */
struct http_request {
  struct listener *listener;
  struct MHD_Connection *connection;
  struct buffer body;
  bool too_large, suspended, events_wanted;
  struct http_reply *reply;         /* not answered yet */
  struct stream *stream;            /* its answer has begun as events */
  struct buffer answer; unsigned status; bool answered;
  struct protocol_session *session;         /* while it waits for its answer */
  char session_id[SESSION_ID_BYTES];
};

struct http_reply { struct reply reply; struct http_request *request; };

static enum MHD_Result respond(struct http_request *r, unsigned status, const char *type, const char *bytes, size_t length) {
  struct MHD_Response *response = MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  if (length) MHD_add_response_header(response, "Content-Type", type);
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  if (status == 401) MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
  if (r->session_id[0]) MHD_add_response_header(response, "Mcp-Session-Id", r->session_id);
  enum MHD_Result result = MHD_queue_response(r->connection, status, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result refuse(struct http_request *r, unsigned status, const char *text) {
  struct buffer b = {0};
  buffer_text(&b, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":");
  buffer_quote_text(&b, text);
  buffer_text(&b, "}}");
  enum MHD_Result result = respond(r, status, "application/json", b.bytes, b.length);
  buffer_free(&b);
  return result;
}

static enum MHD_Result respond_events(struct http_request *r, struct stream *stream) {
  struct MHD_Response *response = stream_response(stream);
  if (!response) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", "text/event-stream");
  MHD_add_response_header(response, "Cache-Control", "no-store");
  if (r->session_id[0]) MHD_add_response_header(response, "Mcp-Session-Id", r->session_id);
  enum MHD_Result result = MHD_queue_response(r->connection, 200, response);
  MHD_destroy_response(response);
  return result;
}

/* ---- replies ---- */
static void wake(struct http_request *r) {
  if (!r->suspended) return;
  r->suspended = false;
  MHD_resume_connection(r->connection);
  loop_again(r->listener->front->gate->loop);
}

static void answer(struct reply *reply, const char *json, size_t length) {
  struct http_reply *own = (struct http_reply *)reply;
  struct http_request *r = own->request;
  free(own);
  if (!r) return;
  r->reply = NULL;
  if (r->session) r->session->under_way--;
  r->session = NULL;                        /* it may end before the answer is out */
  if (r->stream) {
    if (length) stream_event(r->stream, json, length);
    stream_end(r->stream);
    return;
  }
  r->answered = true;
  r->status = length ? 200 : 202;
  buffer_add(&r->answer, json ? json : "", length);
  wake(r);
}

static void progress(struct reply *reply, const char *json, size_t length) {
  struct http_request *r = ((struct http_reply *)reply)->request;
  if (!r || !r->events_wanted) return;
  if (!r->stream) {
    r->stream = stream_new(r->connection);
    wake(r);
  }
  stream_event(r->stream, json, length);
}

/* ---- headers ---- */
struct counted { const char *name; unsigned count; const char *value; };

static enum MHD_Result count_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct counted *c = user;
  (void)kind;
  if (strcasecmp(name, c->name) != 0) return MHD_YES;
  c->count++;
  c->value = value;
  return MHD_YES;
}

/* A header that must not be there twice: then whoever reads the first and whoever reads the last would differ. */
static const char *header(struct http_request *r, const char *name, bool *twice) {
  struct counted c = {.name = name};
  MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_header, &c);
  if (c.count > 1) *twice = true;
  return c.value;
}

static bool origin_fits(struct http_request *r, const char *origin) {
  const struct config *config = r->listener->front->gate->config;
  if (!origin) return true;
  for (size_t i = 0; i < config->origin_count; i++) if (!strcmp(config->origins[i], origin)) return true;
  return false;
}

static struct peer peer_of(struct http_request *r, bool *twice) {
  struct peer peer = {.authorization = header(r, "Authorization", twice)};
  if (r->listener->tls) peer.certificate = tls_certificate(r->connection);
  if (!r->listener->unix_socket) return peer;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  peer.has_uid = info && peer_uid(info->connect_fd, &peer.uid);
  return peer;
}

static bool known_protocol(const char *version) {
  static const char *const known[] = GATE_PROTOCOLS;
  if (version && !strcmp(version, GATE_MODERN)) return true;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) if (!version || !strcmp(known[i], version)) return true;
  return false;
}

static bool is_initialize(json_t *root) {
  const char *method = json_string_value(json_object_get(root, "method"));
  return method && !strcmp(method, "initialize");
}

/* What the headers of a modern request say is what stands in it: whoever routes by them must not be told something else. */
static bool headers_agree(struct http_request *r, json_t *root) {
  bool twice = false;
  json_t *params = json_object_get(root, "params");
  const char *version = header(r, "MCP-Protocol-Version", &twice), *method = header(r, "Mcp-Method", &twice), *name = header(r, "Mcp-Name", &twice);
  const char *said = json_string_value(json_object_get(root, "method")), *key = said && !strcmp(said, "resources/read") ? "uri" : "name";
  const char *meant = json_string_value(json_object_get(params, key));
  const char *spoken = json_string_value(json_object_get(json_object_get(params, "_meta"), "io.modelcontextprotocol/protocolVersion"));
  if (twice || !version || !method || !said || !spoken || strcmp(version, spoken) != 0 || strcmp(method, said) != 0) return false;
  bool named = !strcmp(said, "tools/call") || !strcmp(said, "resources/read") || !strcmp(said, "prompts/get");
  return named ? name && meant && !strcmp(name, meant) : true;
}

/* ---- MCP ---- */
static enum MHD_Result respond_mismatch(struct http_request *r) {
  static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32020,\"message\":\"the headers say something else than the message\"}}";
  return respond(r, 400, "application/json", text, sizeof text - 1);
}

static enum MHD_Result post(struct http_request *r, struct person *person, const char *id) {
  struct front_http *f = r->listener->front;
  json_t *root = json_loadb(r->body.bytes ? r->body.bytes : "", r->body.length, JSON_REJECT_DUPLICATES, NULL);
  bool modern = mcp_modern(root), begins = is_initialize(root), agree = !modern || headers_agree(r, root);
  json_decref(root);
  if (!agree) return respond_mismatch(r);
  if (modern) r->session = protocol_session_stateless(f, person);
  else if (id) {
    r->session = protocol_session_find(f, id);
    if (r->session && r->session->channel.person != person) r->session = NULL;    /* somebody else's: as if there were none */
    if (!r->session) return refuse(r, 404, "no such session: initialize again");
  } else if (!begins) return refuse(r, 400, "begin with initialize, and send the Mcp-Session-Id that it gives");
  else if (!(r->session = protocol_session_new(f, person))) return refuse(r, 503, "too many sessions");
  struct http_reply *reply = gate_new(sizeof *reply);
  *reply = (struct http_reply){{answer, progress, NULL}, r};
  r->reply = reply;
  r->session->used = loop_now();
  r->session->under_way++;
  memcpy(r->session_id, r->session->id, sizeof r->session_id);
  mcp_receive(&r->session->channel, &reply->reply, r->body.bytes ? r->body.bytes : "", r->body.length);
  if (r->answered) return respond(r, r->status, "application/json", r->answer.bytes ? r->answer.bytes : "", r->answer.length);
  if (r->stream) return respond_events(r, r->stream);
  r->suspended = true;
  MHD_suspend_connection(r->connection);
  return MHD_YES;
}

static enum MHD_Result get(struct http_request *r, struct protocol_session *session) {
  if (!r->events_wanted) return refuse(r, 405, "GET opens a stream of events: accept text/event-stream");
  if (session->stream) return refuse(r, 409, "this session has a stream already");
  session->stream = stream_new(r->connection);
  session->stream->session = session;
  memcpy(r->session_id, session->id, sizeof r->session_id);
  stream_comment(session->stream);
  return respond_events(r, session->stream);
}

static enum MHD_Result serve_agent(struct http_request *r, const char *method, const char *path) {
  struct front_http *f = r->listener->front;
  bool twice = false;
  const char *id = header(r, "Mcp-Session-Id", &twice), *origin = header(r, "Origin", &twice), *accept = header(r, "Accept", &twice);
  const char *type = header(r, "Content-Type", &twice), *version = header(r, "MCP-Protocol-Version", &twice), *why = NULL;
  const struct peer peer = peer_of(r, &twice);
  struct page page = {0};
  if (!strcmp(method, "GET") && admin_health(f->gate, path, &page)) {
    enum MHD_Result result = respond(r, page.status, page.type, page.body.bytes ? page.body.bytes : "", page.body.length);
    buffer_free(&page.body);
    return result;
  }
  if (strcmp(path, "/mcp") != 0) return refuse(r, 404, "MCP is spoken at /mcp");
  if (twice) return refuse(r, 400, "a header is given twice");
  if (!origin_fits(r, origin)) return refuse(r, 403, "requests of this origin are not taken");
  struct identity who = {0};
  if (!identify(f->known, &peer, &who, &why)) {
    f->gate->metrics.unauthenticated++;
    log_fact(&f->gate->log, "unauthenticated", "reason", why, NULL);
    return refuse(r, 401, "who are you?");
  }
  struct person *person = gate_person(f->gate, &who);
  identity_free(&who);
  if (!known_protocol(version)) return refuse(r, 400, "this protocol version is not spoken here");
  if (r->too_large) return refuse(r, 413, "the message is too long");
  r->events_wanted = accept && strstr(accept, "text/event-stream");
  if (!strcmp(method, "POST")) {
    if (!type || strncasecmp(type, "application/json", 16) != 0) return refuse(r, 415, "a message is application/json");
    return post(r, person, id);
  }
  struct protocol_session *session = id ? protocol_session_find(f, id) : NULL;
  if (!session || session->channel.person != person) return refuse(r, id ? 404 : 400, "no such session");
  if (!strcmp(method, "GET")) return get(r, session);
  if (strcmp(method, "DELETE") != 0) return refuse(r, 405, "POST, GET or DELETE");
  protocol_session_end(session);
  return respond(r, 204, "", "", 0);
}

static enum MHD_Result serve_admin(struct http_request *r, const char *method, const char *path) {
  struct front_http *f = r->listener->front;
  bool twice = false;
  struct page page = {0};
  const struct peer peer = peer_of(r, &twice);
  if (twice || header(r, "Origin", &twice)) return refuse(r, 403, "not from a browser");
  admin_page(f->gate, method, path, r->body.bytes ? r->body.bytes : "", r->body.length, identify_approver(f->known, &peer), &page);
  enum MHD_Result result = respond(r, page.status, page.type, page.body.bytes ? page.body.bytes : "", page.body.length);
  buffer_free(&page.body);
  return result;
}

/* ---- what libmicrohttpd calls ---- */
static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
                              const char *bytes, size_t *size, void **context) {
  struct listener *listener = user;
  struct http_request *r = *context;
  (void)version;
  if (!r) {
    r = *context = gate_new(sizeof *r);
    r->listener = listener;
    r->connection = connection;
    return MHD_YES;
  }
  if (*size) {
    r->too_large |= r->body.length + *size > listener->front->gate->config->message_bytes;
    if (!r->too_large) buffer_add(&r->body, bytes, *size);
    *size = 0;
    return MHD_YES;
  }
  if (r->stream) return respond_events(r, r->stream);
  if (r->answered) return respond(r, r->status, "application/json", r->answer.bytes ? r->answer.bytes : "", r->answer.length);
  return listener->admin ? serve_admin(r, method, path) : serve_agent(r, method, path);
}

static void completed(void *user, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code) {
  struct http_request *r = *context;
  (void)user;
  (void)connection;
  (void)code;
  *context = NULL;
  if (!r) return;
  if (r->reply) {                           /* nobody waits for the answer any more */
    struct exchange *x = r->reply->reply.exchange;
    r->reply->request = NULL;
    if (r->session) r->session->under_way--;
    if (x) exchange_abandon(x);
  }
  buffer_free(&r->body);
  buffer_free(&r->answer);
  free(r);
}

static void ready(void *user, short events) {
  (void)events;
  MHD_run(((struct listener *)user)->daemon);
}

static void complain(void *user, const char *format, va_list arguments) {
  char line[400];
  (void)user;
  vsnprintf(line, sizeof line, format, arguments);
  say("%s", line);
}

/* ---- life ---- */
static bool open_listener(struct front_http *f, const char *address, bool admin, char **error) {
  struct listener *l = &f->listeners[f->listener_count];
  struct tls_files files = {0};
  struct MHD_OptionItem tls[5] = {{MHD_OPTION_END, 0, NULL}};
  *l = (struct listener){.front = f, .admin = admin, .unix_socket = !strncmp(address, "unix:", 5), .tls = !strncmp(address, "tls:", 4), .fd = -1};
  if ((l->fd = listen_at(f->gate->config, address, admin, &l->path, error)) < 0) { free(l->path); return false; }
  if (l->tls && !tls_read(f->gate->config, &files, error)) { tls_free(&files); close(l->fd); return false; }
  if (l->tls) tls_options(&files, tls);
  l->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (l->tls ? MHD_USE_TLS : 0), 0, NULL, NULL, handle, l,
                               MHD_OPTION_EXTERNAL_LOGGER, complain, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_NOTIFY_CONNECTION, l->tls ? tls_connection : NULL, NULL,
                               MHD_OPTION_LISTEN_SOCKET, l->fd, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
                               MHD_OPTION_CONNECTION_LIMIT, (unsigned)f->gate->config->max_connections,
                               MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS, MHD_OPTION_END);
  tls_free(&files);
  const union MHD_DaemonInfo *info = l->daemon ? MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
  if (!info) { *error = gate_format("%s: cannot be served", address); return false; }
  l->watch = loop_watch(f->gate->loop, info->epoll_fd, POLLIN, ready, l);
  f->listener_count++;
  say("%s at %s", admin ? "admin" : "agents", address);
  return true;
}

static void raise_limits(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

struct front_http *front_http_open(struct gate *gate, char **error) {
  const struct config *config = gate->config;
  struct front_http *f = gate_new(sizeof *f);
  bool fine = true;
  f->gate = gate;
  f->known = known_new(gate->loop, config);
  f->listeners = gate_new((config->listen_count + 2) * sizeof *f->listeners);
  raise_limits();
  if (!config->listen_count) { *error = gate_copy("\"listen\" names no address"); fine = false; }
  for (size_t i = 0; fine && i < config->listen_count; i++) fine = open_listener(f, config->listen[i], false, error);
  if (fine && config->admin) fine = open_listener(f, config->admin, true, error);
  if (fine) return f;
  front_http_close(f);
  return NULL;
}

void front_http_callers(struct front_http *f, struct config *config) {
  known_free(f->known);
  config_free(f->callers);
  f->callers = config;
  f->known = known_new(f->gate->loop, config);
}

void front_http_round(struct front_http *f, int64_t now) {
  sessions_sweep(f, now);
  for (size_t i = 0; i < f->listener_count; i++) MHD_run(f->listeners[i].daemon);
}

void front_http_close(struct front_http *f) {
  if (!f) return;
  sessions_end(f);
  for (size_t i = 0; i < f->listener_count; i++) {
    struct listener *l = &f->listeners[i];
    loop_unwatch(l->watch);
    MHD_run(l->daemon);                     /* answers that are ready go out */
    MHD_stop_daemon(l->daemon);
    if (l->path) unlink(l->path);
    free(l->path);
  }
  known_free(f->known);
  config_free(f->callers);
  free(f->listeners);
  free(f);
}
