/* p12.h: 1,024 random requests of the peers' shape, and their decision written by hand. */
#ifndef P12_H
#define P12_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { P12_REQUESTS = 1024, P12_ACTIONS = 7 };
enum { ROLE_ADMIN, ROLE_READER, ROLE_ANALYST, ROLE_ENGINEER, ROLE_SUPPORT, ROLE_FINANCE, ROLE_COUNT };
extern const char *const p12_actions[P12_ACTIONS];

struct p12_request {
  char id[12], owner[12];
  unsigned action, roles;                   /* roles: bits */
  const char *dept, *of, *path, *env;
  int64_t clearance, label, amount, hour;
  bool suspended, mfa, allowed;
  char json[512]; size_t json_length;       /* {"call":"docs.read","args":{...}} */
  char roles_json[128];
};
void p12_make(struct p12_request *requests);
bool p12_decide(const struct p12_request *request);
#endif
