/* p12.c: see p12.h */
#include "p12.h"
#include <stdio.h>
#include <string.h>

const char *const p12_actions[P12_ACTIONS] = {"read", "write", "share", "export", "deploy", "pay", "delete"};
const char *const p12_roles[ROLE_COUNT] = {"admin", "reader", "analyst", "engineer", "support", "finance"};
static const char *const departments[] = {"risk", "sales", "hr", "platform"};
static const char *const environments[] = {"prod", "staging", "dev"};
static const char *const paths[] = {"/tickets/2026/11/4711.json", "/secrets/prod/db-password", "/docs/handbook/travel.md", "/ledger/eu/q4.csv",
                                    "/repos/core/main.c"};
static const char *const tools[] = {"crm.search", "fs.read", "git.push", "erp.post"};
#define PICK(state, array) ((array)[below(state, (uint32_t)(sizeof(array) / sizeof *(array)))])
#define TRUTH(value) ((value) ? "true" : "false")

static uint32_t below(uint32_t *state, uint32_t n) {        /* xorshift32 */
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state % n;
}

static void write_hex(uint32_t *state, char *text, unsigned digits) {
  for (unsigned i = 0; i < digits; i++) text[i] = "0123456789abcdef"[below(state, 16)];
  text[digits] = 0;
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
  for (unsigned i = 0; i < q->role_count; i++) {
    length += (size_t)snprintf(q->roles_json + length, sizeof q->roles_json - length, "%s\"%s\"", i ? "," : "[", p12_roles[q->roles_in_order[i]]);
    q->role_names[i] = p12_roles[q->roles_in_order[i]];
  }
  snprintf(q->roles_json + length, sizeof q->roles_json - length, "]");
  q->json_length = (size_t)snprintf(q->json, sizeof q->json,
    "{\"call\":\"docs.%s\",\"args\":{\"id\":\"%s\",\"roles\":%s,\"dept\":\"%s\",\"clearance\":%d,\"suspended\":%s,\"doc\":\"%s\",\"path\":\"%s\","
    "\"owner\":\"%s\",\"of\":\"%s\",\"label\":%d,\"env\":\"%s\",\"amount\":%d,\"hour\":%d,\"ip\":\"%s\",\"mfa\":%s,\"tool\":\"%s\","
    "\"agent_id\":\"%s\",\"session_id\":\"%s\",\"trace\":\"%s\"}}",
    p12_actions[q->action], q->id, q->roles_json, q->dept, (int)q->clearance, TRUTH(q->suspended), q->doc, q->path, q->owner, q->of, (int)q->label,
    q->env, (int)q->amount, (int)q->hour, q->ip, TRUTH(q->mfa), q->tool, q->agent, q->session, q->trace);
}

void p12_print(FILE *file, const struct p12_request *q) {
  fprintf(file, "%d\t%s\t{\"principal\":{\"id\":\"%s\",\"roles\":%s,\"dept\":\"%s\",\"clearance\":%d,\"suspended\":%s},\"action\":\"%s\","
    "\"resource\":{\"id\":\"%s\",\"path\":\"%s\",\"owner\":\"%s\",\"dept\":\"%s\",\"label\":%d,\"env\":\"%s\"},"
    "\"context\":{\"amount\":%d,\"hour\":%d,\"ip\":\"%s\",\"mfa\":%s,\"tool\":\"%s\",\"agent\":\"%s\",\"session\":\"%s\",\"trace\":\"%s\"}}\n",
    q->allowed, q->json, q->id, q->roles_json, q->dept, (int)q->clearance, TRUTH(q->suspended), p12_actions[q->action], q->doc, q->path, q->owner,
    q->of, (int)q->label, q->env, (int)q->amount, (int)q->hour, q->ip, TRUTH(q->mfa), q->tool, q->agent, q->session, q->trace);
}

static void make_roles(struct p12_request *q, uint32_t *s) {
  for (unsigned wanted = 1 + below(s, 3); q->role_count < wanted;) {
    unsigned role = below(s, 20) == 0 ? ROLE_ADMIN : 1 + below(s, 5);
    if (q->roles >> role & 1) continue;
    q->roles |= 1u << role;
    q->roles_in_order[q->role_count++] = role;
  }
}

void p12_make(struct p12_request *requests) {
  uint32_t s = 0x2545F491;
  for (unsigned i = 0; i < P12_REQUESTS; i++) {             /* the order of the draws is part of the workload */
    struct p12_request *q = &requests[i];
    memset(q, 0, sizeof *q);
    make_roles(q, &s);
    snprintf(q->id, sizeof q->id, "user-%04u", below(&s, 200));
    q->dept = PICK(&s, departments);
    q->clearance = below(&s, 4);
    q->suspended = below(&s, 25) == 0;
    q->action = below(&s, P12_ACTIONS);
    snprintf(q->doc, sizeof q->doc, "doc-%06u", below(&s, 99999));
    q->path = PICK(&s, paths);
    if (below(&s, 4) == 0) memcpy(q->owner, q->id, sizeof q->owner);
    else snprintf(q->owner, sizeof q->owner, "user-%04u", below(&s, 200));
    q->of = PICK(&s, departments);
    q->label = below(&s, 4);
    q->env = PICK(&s, environments);
    q->amount = below(&s, 8000);
    q->hour = below(&s, 24);
    unsigned ip[3];
    for (unsigned k = 0; k < 3; k++) ip[k] = below(&s, 256);
    snprintf(q->ip, sizeof q->ip, "10.%u.%u.%u", ip[0] & 255, ip[1] & 255, ip[2] & 255);
    q->mfa = below(&s, 2) == 1;
    q->tool = PICK(&s, tools);
    memcpy(q->agent, "agent-", 6);
    write_hex(&s, q->agent + 6, 12);
    write_hex(&s, q->session, 32);
    write_hex(&s, q->trace, 32);
    q->allowed = p12_decide(q);
    write_json(q);
  }
}
