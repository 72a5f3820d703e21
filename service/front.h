/* front.h: where agents come in. */
#ifndef GATE_FRONT_H
#define GATE_FRONT_H
#include "gate.h"

struct front_stdio;
/* One agent on standard input and output: whoever started this process. NULL: no caller is configured so, *error says it. */
struct front_stdio *front_stdio_open(struct gate *gate, char **error);
void front_stdio_close(struct front_stdio *front);

struct front_http;
/* Agents, and people with the admin address, over HTTP on TCP, TLS or unix sockets. */
struct front_http *front_http_open(struct gate *gate, char **error);
void front_http_round(struct front_http *front, int64_t now);
void front_http_callers(struct front_http *front, struct config *config);      /* who is known from now on; takes the configuration over */
void front_http_close(struct front_http *front);
#endif
