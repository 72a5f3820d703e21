/* p12.c: see p12.h */
#include "p12.h"
#include <stdio.h>
#include <string.h>

const char *const p12_actions[P12_ACTIONS] = {"read", "write", "share", "export", "deploy", "pay", "delete"};
static const char *const roles[ROLE_COUNT] = {"admin", "reader", "analyst", "engineer", "support", "finance"};
static const char *const departments[] = {"risk", "sales", "hr", "platform"};
static const char *const environments[] = {"prod", "staging", "dev"};
static const char *const paths[] = {"/tickets/2026/11/4711.json", "/secrets/prod/db-password", "/docs/handbook/travel.md", "/ledger/eu/q4.csv",
                                    "/repos/core/main.c"};
#define PICK(state, array) ((array)[below(state, (uint32_t)(sizeof(array) / sizeof *(array)))])

static uint32_t below(uint64_t *state, uint32_t n) {        /* splitmix64 */
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (uint32_t)(((z ^ (z >> 31)) >> 32) % n);
}

bool p12_decide(const struct p12_request *q) {
  unsigned r = q->roles, action = q->action;
#define HAS(ROLE) (r >> ROLE_##ROLE & 1)
#define IS(NAME) (strcmp(p12_actions[action], #NAME) == 0)
  if (q->suspended || (q->label >= 3 && q->clearance < 3)) return false;
  if (strncmp(q->path, "/secrets/", 9) == 0 && !HAS(ADMIN)) return false;
  if (HAS(ADMIN)) return true;
  if (HAS(READER) && IS(read) && q->label <= 1) return true;
  if (HAS(ANALYST) && IS(read) && strcmp(q->dept, q->of) == 0 && q->clearance >= q->label) return true;
  if (HAS(ANALYST) && IS(export) && strcmp(q->dept, q->of) == 0 && q->amount <= 1000) return true;
  if (HAS(ENGINEER) && (IS(read) || IS(write) || IS(deploy)) && strcmp(q->env, "staging") == 0) return true;
  if (HAS(ENGINEER) && IS(deploy) && strcmp(q->env, "prod") == 0 && q->mfa && q->hour >= 9 && q->hour < 17) return true;
  if ((IS(read) || IS(write) || IS(share)) && strcmp(q->owner, q->id) == 0) return true;
  if (HAS(SUPPORT) && IS(read) && strncmp(q->path, "/tickets/", 9) == 0) return true;
  return HAS(FINANCE) && IS(pay) && q->amount <= 5000 && q->mfa;
#undef HAS
#undef IS
}

static void write_json(struct p12_request *q) {
  size_t length = 0;
  for (unsigned i = 0; i < ROLE_COUNT; i++)
    if (q->roles >> i & 1)
      length += (size_t)snprintf(q->roles_json + length, sizeof q->roles_json - length, "%s\"%s\"", length ? "," : "[", roles[i]);
  snprintf(q->roles_json + length, sizeof q->roles_json - length, "]");
  q->json_length = (size_t)snprintf(q->json, sizeof q->json,
    "{\"call\":\"docs.%s\",\"args\":{\"id\":\"%s\",\"roles\":%s,\"dept\":\"%s\",\"clearance\":%d,\"suspended\":%s,\"path\":\"%s\",\"owner\":\"%s\","
    "\"of\":\"%s\",\"label\":%d,\"env\":\"%s\",\"amount\":%d,\"hour\":%d,\"mfa\":%s}}",
    p12_actions[q->action], q->id, q->roles_json, q->dept, (int)q->clearance, q->suspended ? "true" : "false", q->path, q->owner, q->of,
    (int)q->label, q->env, (int)q->amount, (int)q->hour, q->mfa ? "true" : "false");
}

void p12_make(struct p12_request *requests) {
  uint64_t s = 12;
  for (unsigned i = 0; i < P12_REQUESTS; i++) {
    struct p12_request *q = &requests[i];
    memset(q, 0, sizeof *q);
    for (unsigned wanted = 1 + below(&s, 3); wanted > 0;) {
      unsigned bit = 1u << (below(&s, 20) == 0 ? ROLE_ADMIN : 1 + below(&s, 5));
      wanted -= !(q->roles & bit);
      q->roles |= bit;
    }
    snprintf(q->id, sizeof q->id, "user-%04u", below(&s, 200));
    if (below(&s, 4) == 0) memcpy(q->owner, q->id, sizeof q->owner);
    else snprintf(q->owner, sizeof q->owner, "user-%04u", below(&s, 200));
    q->action = below(&s, P12_ACTIONS);
    q->dept = PICK(&s, departments);
    q->of = PICK(&s, departments);
    q->path = PICK(&s, paths);
    q->env = PICK(&s, environments);
    q->clearance = below(&s, 4);
    q->label = below(&s, 4);
    q->amount = below(&s, 8000);
    q->hour = below(&s, 24);
    q->mfa = below(&s, 2);
    q->suspended = below(&s, 25) == 0;
    q->allowed = p12_decide(q);
    write_json(q);
  }
}
