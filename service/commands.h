/* commands.h: the commands of rbgate; each returns what the process exits with. */
#ifndef GATE_COMMANDS_H
#define GATE_COMMANDS_H
#include "gate.h"

enum { EXIT_FINE = 0, EXIT_NO = 1, EXIT_USAGE = 2 };

int run_stdio(int count, char **arguments);
int run_serve(int count, char **arguments);
int run_check(int count, char **arguments);
int run_pin(int count, char **arguments);
int run_tools(int count, char **arguments);
int run_approvals(int count, char **arguments);
int run_status(int count, char **arguments);
int run_seed(int count, char **arguments);
int run_reservations(int count, char **arguments);
int run_settle(int count, char **arguments);
int run_report(int count, char **arguments);
/* The gate of a configuration file; NULL: said why. */
struct gate *open_gate(const char *path, bool with_bundle, struct config **config);
#endif
