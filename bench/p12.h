/* p12.h: the 1,024 random requests on which policy engines are compared, and their decisions written by hand. */
#ifndef P12_H
#define P12_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { P12_REQUESTS = 1024, P12_ACTIONS = 7 };
enum { ROLE_ADMIN, ROLE_READER, ROLE_ANALYST, ROLE_ENGINEER, ROLE_SUPPORT, ROLE_FINANCE, ROLE_COUNT };
extern const char *const p12_actions[P12_ACTIONS], *const p12_roles[ROLE_COUNT];

struct p12_request {
  char id[12], owner[12];
  unsigned action, roles;                   /* roles: bits */
  const char *dept, *of, *path, *env;
  int64_t clearance, label, amount, hour;
  bool suspended, mfa, allowed;
  const char *tool;                         /* this and below: what no rule reads */
  char doc[16], ip[16], agent[20], session[33], trace[33];
  unsigned role_count, roles_in_order[ROLE_COUNT];
  char json[640]; size_t json_length;       /* {"call":"docs.read","args":{...}} */
  char roles_json[128];
  const char *role_names[ROLE_COUNT];       /* role_count of them */
};
void p12_make(struct p12_request *requests);
bool p12_decide(const struct p12_request *request);
/* A line: 1 or 0, what is allowed; the request to Rebase; the same as the peers take it: principal, action, resource, context. */
void p12_print(FILE *file, const struct p12_request *request);
#endif
