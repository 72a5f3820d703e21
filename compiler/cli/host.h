/* host.h: what eval, replay and test have in common: they play the host of an engine. The clock may stand still. */
#ifndef RBC_CLI_HOST_H
#define RBC_CLI_HOST_H
#include <jansson.h>
#include "cli/bundle_view.h"
#include "cli/raw_json.h"
#include "cli/workspace.h"
#include "rebase_quota.h"

struct host {
  rebase_engine *engine;
  rebase_request *request;
  rebase_quota *quota;              /* in memory, empty when the host begins */
  int64_t now; bool clock_stands;   /* else the real clock */
  struct bundle_view view;
};

/* Loads the bundle. The host carries out every obligation that the bundle names. CLI_OK, or what to exit with. */
int host_open(struct host *host, const struct subject *subject);
void host_close(struct host *host);
/* Decides, and reserves what limits count. */
const rebase_decision *host_decide(struct host *host, const rebase_caller *caller, const char *body, size_t length);
/* What an allowed decision came to: a call that failed moved no amount. */
void host_settle(struct host *host, const rebase_decision *decision, rebase_outcome outcome);
/* Sets the clock from --now, else from the workspace. */
int host_set_clock(struct host *host, const struct cli *cli, const struct subject *subject);
/* Full name of an agent or connector that an option names (NULL: the only one); says what is wrong. */
const char *host_agent(const struct host *host, const char *name);
const char *host_connector(const struct host *host, const char *name);

const char *effect_name(rebase_effect effect);
/* Approves every group of an ask that has just been decided; `requester` answers for themselves. */
rebase_status host_approve_all(struct host *host, const char *session, const char *requester, const rebase_decision *asked);
/* A rule that made the decision what it is: denials and errors of a deny, asks of an ask, allows of an allow. */
bool rule_decided(const rebase_decision *decision, const rebase_rule *rule);
char *rule_detail(const rebase_decision *decision, uint32_t rule);       /* see rebase_rule_detail; the caller frees it; NULL: out of memory */
json_t *decision_rules_json(const rebase_decision *decision);       /* those that matched: name, effect, file, line, because, detail */
json_t *decision_approvers_json(const rebase_decision *decision);
/* The explanation, for the caller to free; NULL: out of memory. */
char *decision_explanation(const rebase_decision *decision, rebase_audience audience);
bool print_json_line(json_t *json);                                 /* to stdout; takes the reference */
#endif
