/* server_requests.h: what MCP servers ask of an agent's side while they work on its call: a completion of its model
 * (sampling/createMessage), an answer of its person (elicitation/create). Operations `sampling_create` and `elicitation_create` of the
 * server's connector govern them, with the request's parameters as arguments. It is decided twice: before the agent's side is asked,
 * and again, with what the session has seen by then, before its answer goes to the server. */
#ifndef GATE_SERVER_REQUESTS_H
#define GATE_SERVER_REQUESTS_H
#include "upstream.h"

enum { SERVER_REQUEST_SECONDS = 300 };      /* a person answers */

/* What the server is told that it may ask: those whose operations the bundle declares. */
void server_requests_offer(const struct upstream *upstream, struct buffer *capabilities);
/* A request of the server. root: the message, parsed; message: its bytes. about: the call that it belongs to; 0: not known. */
void server_requests_take(struct upstream *upstream, json_t *root, const char *message, size_t length, uint64_t about);
/* The agent's answer to one. False: there is none of this id on this channel. */
bool server_requests_answered(struct channel *channel, json_t *root, const char *message, size_t length);
void server_requests_round(struct gate *gate, int64_t now);           /* deadlines */
void server_requests_of_channel_end(struct channel *channel);         /* nobody can answer any more */
void server_requests_of_upstream_end(struct upstream *upstream);      /* nobody waits any more */
#endif
