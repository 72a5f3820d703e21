/* front_http.h: the inside of the HTTP front: listening, requests, protocol sessions. */
#ifndef GATE_FRONT_HTTP_H
#define GATE_FRONT_HTTP_H
#include <microhttpd.h>
#include "front.h"
#include "identity.h"

enum { SESSION_BUCKETS = 1024, SESSION_ID_BYTES = 33 };

struct listener { struct front_http *front; struct MHD_Daemon *daemon; struct watch *watch; int fd; bool unix_socket, tls, admin; char *path; };

/* A protocol session (Mcp-Session-Id): of one caller, and of no consequence for what is remembered of them. */
struct protocol_session {
  struct channel channel;           /* first */
  struct protocol_session *next;    /* in its bucket */
  struct front_http *front;
  char id[SESSION_ID_BYTES];
  struct stream *stream;            /* its GET, or NULL */
  int64_t used;
  uint32_t under_way;
};

/* Bytes on their way into a response that goes on: server-sent events. */
struct stream { struct MHD_Connection *connection; struct buffer unsent; bool suspended, ended; struct protocol_session *session; int64_t last; };

struct front_http {
  struct gate *gate;
  struct known *known; struct config *callers;              /* callers: the configuration that known was read anew from, or NULL */
  struct listener *listeners; size_t listener_count;
  struct protocol_session *sessions[SESSION_BUCKETS];
  struct protocol_session *stateless;       /* one a person, for requests of GATE_MODERN */
  uint32_t session_count;
  int64_t swept;
};

/* front_http_sessions.c */
struct protocol_session *protocol_session_find(struct front_http *front, const char *id);
struct protocol_session *protocol_session_new(struct front_http *front, struct person *person);     /* NULL: too many */
struct protocol_session *protocol_session_stateless(struct front_http *front, struct person *person);
void protocol_session_end(struct protocol_session *session);
void sessions_sweep(struct front_http *front, int64_t now);
void sessions_end(struct front_http *front);

/* front_http_stream.c */
struct stream *stream_new(struct MHD_Connection *connection);
void stream_event(struct stream *stream, const char *json, size_t length);
void stream_comment(struct stream *stream);               /* keeps the connection alive, and shows when it is not */
void stream_end(struct stream *stream);
struct MHD_Response *stream_response(struct stream *stream);          /* owns the stream */
#endif
