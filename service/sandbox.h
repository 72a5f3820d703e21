/* sandbox.h: what the running gateway gives up once everything is open: changing the system, debugging others, new privileges. */
#ifndef GATE_SANDBOX_H
#define GATE_SANDBOX_H
#include "gate.h"

/* Says what could not be done; the gateway runs on without it. Server processes inherit no_new_privs and nothing else. */
void sandbox_enter(const struct gate *gate);
#endif
