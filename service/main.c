/* main.c: rbgate: the table of commands. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include "commands.h"

static const struct command { const char *name, *arguments, *help; int least, most; int (*run)(int, char **); } commands[] = {
  {"stdio", "CONFIG", "stand between one agent, on standard input and output, and the servers", 1, 1, run_stdio},
  {"serve", "CONFIG", "stand between agents, over HTTP, and the servers", 1, 1, run_serve},
  {"check", "CONFIG", "say what is wrong before anything is started", 1, 1, run_check},
  {"pin", "CONFIG [--accept]", "review the servers' tools: what is new, changed or gone; --accept writes the pins", 1, 2, run_pin},
  {"tools", "CONFIG", "print the servers' tools as JSON, for `rbc import mcp`", 1, 1, run_tools},
  {"approvals", "ADDRESS [list | approve ID | deny ID] [--group G]", "the calls that wait for a person", 1, 5, run_approvals},
  {"status", "ADDRESS", "what a running gateway says of itself", 1, 1, run_status},
  {"seed", "CONFIG", "begin to count limits: once for a new store, and again after it was found to have lost something", 1, 1, run_seed},
  {"reservations", "CONFIG [--json]", "reservations that were not settled: whose outcome nobody has said", 1, 2, run_reservations},
  {"settle", "CONFIG ID [USED ...]", "settle one by hand: what each of its counters came to, or nothing: as spent", 2, 34, run_settle},
  {"report", "LOG ...", "what a decision log holds: in shadow mode, what enforcing would have stopped", 1, 64, run_report},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int usage(FILE *to) {
  fputs("rbgate: the gateway between AI agents and their tools. Every call is decided by a Rebase bundle.\n\nusage: rbgate COMMAND ...\n\n", to);
  for (size_t i = 0; i < COMMANDS; i++) fprintf(to, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].help);
  fputs("  version\n\nCONFIG is a JSON file; its settings are in service/README.md. ADDRESS is the admin address: unix:PATH or HOST:PORT;\n"
        "REBASE_ADMIN_TOKEN may hold a token for it. Exit codes: 0 fine, 1 no, 2 wrong usage.\n", to);
  return to == stdout ? EXIT_FINE : EXIT_USAGE;
}

int main(int count, char **arguments) {
  if (sodium_init() < 0) { say("libsodium cannot be used"); return EXIT_NO; }
  const char *name = count > 1 ? arguments[1] : "";
  if (!strcmp(name, "version") || !strcmp(name, "--version")) { printf("rbgate %s\n", rebase_version()); return EXIT_FINE; }
  if (!strcmp(name, "help") || !strcmp(name, "--help")) return usage(stdout);
  for (size_t i = 0; i < COMMANDS; i++) {
    const struct command *c = &commands[i];
    if (strcmp(c->name, name) != 0) continue;
    if (count - 2 >= c->least && count - 2 <= c->most) return c->run(count - 2, arguments + 2);
    fprintf(stderr, "usage: rbgate %s %s\n", c->name, c->arguments);
    return EXIT_USAGE;
  }
  if (*name) fprintf(stderr, "rbgate: no command `%s`\n\n", name);
  return usage(stderr);
}
