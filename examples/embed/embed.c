/* embed.c: a service that asks before its agent's calls go out. Build and run: see README.md beside this file. */
#include <rebase.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGENT "shop.support.support_bot"
#define CUSTOMER "customer-17"

static void fail(const char *what, rebase_status status, const char *more) {
  fprintf(stderr, "%s: %s%s%s\n", what, rebase_status_text(status), more && *more ? ": " : "", more ? more : "");
  exit(1);
}

static void print_decision(const char *title, const rebase_decision *d) {
  static const char *const words[] = {[REBASE_DENY] = "deny", [REBASE_ASK] = "ask", [REBASE_ALLOW] = "allow"};
  char text[2048];
  printf("%s\n  %s: %s\n", title, words[d->effect], d->reason);
  if (d->effect == REBASE_ALLOW) printf("  goes upstream: %s\n", d->canonical);
  if (d->effect == REBASE_DENY) {
    rebase_explain(d, REBASE_FOR_PERSON, text, sizeof text);
    printf("%s", text);
  }
}

/* In a real service: the payment provider, reached with the credential that only this process holds. */
static const char *call_provider(const char *request) {
  return strstr(request, "get_charge") ? "{\"charge_id\":\"ch_1\",\"customer\":\"c_1\",\"amount\":300.00,\"currency\":\"usd\"}" : "{\"id\":\"re_1\"}";
}

/* What was allowed is sent, and what came of it is told: only then does the session know it. */
static void send(rebase_engine *engine, const char *session, const rebase_decision *d) {
  rebase_report report = {0};
  const char *answer = call_provider(d->canonical);
  rebase_status status = rebase_observe(engine, session, d->id, REBASE_SUCCESS, answer, strlen(answer), &report);
  if (status != REBASE_OK) fail("observe", status, report.text);
}

/* A refund as this service holds it. Where its arguments stand is said once; amounts are in millionths. */
struct refund { const char *charge; int64_t amount; };
static const rebase_member refund_members[] = {{"charge_id", REBASE_MEMBER_STRING, offsetof(struct refund, charge)},
                                               {"amount", REBASE_MEMBER_DECIMAL, offsetof(struct refund, amount)}};

static const rebase_decision *decide_refund(rebase_request *request, rebase_binding *binding, const rebase_caller *caller, int dollars) {
  const struct refund refund = {"ch_1", (int64_t)dollars * 1000000};
  return rebase_decide_bound(request, caller, binding, &refund);
}

int main(int argc, char **argv) {
  rebase_engine *engine;
  rebase_report report = {0};
  char session[REBASE_ID_BYTES], asked[REBASE_ID_BYTES];
  rebase_status status = rebase_engine_open(NULL, &engine);
  if (status != REBASE_OK) fail("engine", status, NULL);
  status = rebase_engine_load_file(engine, argc > 1 ? argv[1] : "embed.rbb", &report);
  if (status != REBASE_OK) fail("load", status, report.text);
  const rebase_opening opening = {.agent = AGENT, .requester = CUSTOMER};
  if ((status = rebase_session_open(engine, &opening, session, &report)) != REBASE_OK) fail("session", status, report.text);

  /* Who calls comes from this service's own channel, never from the request. */
  const rebase_caller caller = {.agent = AGENT, .requester = CUSTOMER, .session = session};
  rebase_request *request = rebase_request_new(engine);
  if (!request) fail("request", REBASE_E_MEMORY, NULL);
  rebase_binding *refund;
  status = rebase_bind(engine, "payments.create_refund", refund_members, sizeof refund_members / sizeof *refund_members, &refund);
  if (status != REBASE_OK) fail("create_refund", status, NULL);

  print_decision("A refund before the charge was looked up", decide_refund(request, refund, &caller, 40));

  const char *body = "{\"call\":\"payments.get_charge\",\"args\":{\"charge_id\":\"ch_1\"}}";
  const rebase_decision *d = rebase_decide_json(request, &caller, body, strlen(body));
  print_decision("The look-up", d);
  if (d->effect == REBASE_ALLOW) send(engine, session, d);

  print_decision("A refund above what was paid", decide_refund(request, refund, &caller, 500));

  d = decide_refund(request, refund, &caller, 250);
  print_decision("A large refund", d);
  memcpy(asked, d->id, sizeof asked);
  rebase_call *call;                /* what is asked about */
  if ((status = rebase_keep_call(request, &call)) != REBASE_OK) fail("keep", status, NULL);
  /* A team lead says yes, over a connection of their own; then the same call is decided again. */
  status = rebase_approve(engine, session, asked, "shop.support.team_leads", "lead-3");
  if (status != REBASE_OK) fail("approve", status, NULL);
  d = rebase_decide_call(request, &caller, call);
  print_decision("The same refund, approved", d);
  if (d->effect == REBASE_ALLOW) send(engine, session, d);

  rebase_unbind(refund);
  rebase_request_free(request);
  rebase_call_free(call);
  rebase_session_close(engine, session);
  rebase_engine_close(engine);
  return 0;
}
