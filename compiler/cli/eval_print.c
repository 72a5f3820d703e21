/* eval_print.c: decisions of rbc eval, for people and as JSON lines. */
#include <stdlib.h>
#include <string.h>
#include "cli/eval.h"

static json_t *obligations_json(const rebase_decision *d) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < d->obligation_count; i++)
    json_array_append_new(list, json_pack("{s:s, s:s?}", "kind", d->obligations[i].kind, "argument", d->obligations[i].argument));
  return list;
}

static json_t *choice_json(const rebase_choice *c) {
  return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:i, s:i}", "model", c->model, "id", c->id, "provider", c->provider, "currency", c->currency,
                   "cost_e12", (json_int_t)c->cost, "route", c->route, "output", (json_int_t)c->output, "attempt", (int)c->attempt, "others",
                   (int)c->others);
}

static void print_json(const struct eval *e, const rebase_decision *d) {
  json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "line", (json_int_t)e->line, "effect", effect_name(d->effect), "status",
                           rebase_status_text(d->status), "id", d->id, "reason", json_stringn(d->reason ? d->reason : "", d->reason_length),
                           "rules", decision_rules_json(d), "obligations", obligations_json(d), "approvers", decision_approvers_json(d));
  if (!json) return;
  if (d->deadline) {
    char time[32];
    cli_format_time(d->deadline, time);
    json_object_set_new(json, "deadline", json_string(time));
  }
  if (d->canonical) json_object_set_new(json, "canonical", json_stringn(d->canonical, d->canonical_length));
  if (d->choice) json_object_set_new(json, "choice", choice_json(d->choice));
  json_object_set_new(json, "call_hash", json_string(d->call_hash));
  json_object_set_new(json, "steps", json_integer((json_int_t)d->steps));
  json_object_set_new(json, "steps_bound", json_integer((json_int_t)d->steps_bound));
  if (e->explain) {
    char *text = decision_explanation(d, e->audience);
    json_object_set_new(json, "explanation", json_string(text ? text : ""));
    free(text);
  }
  print_json_line(json);
}

static void print_explanation(const struct eval *e, const rebase_decision *d) {
  char *text = decision_explanation(d, e->audience);
  for (char *at = text; at && *at;) {
    size_t length = strcspn(at, "\n");
    printf("  ");
    cli_put_clean(stdout, at, length);
    putchar('\n');
    at += length + (at[length] == '\n');
  }
  free(text);
}

void eval_print_decision(const struct eval *e, const struct eval_session *session, const rebase_decision *d) {
  (void)session;
  if (e->json) {
    print_json(e, d);
    fflush(stdout);
    return;
  }
  static const enum cli_tone tones[] = {TONE_BAD, TONE_CARE, TONE_GOOD};
  printf("%s%s%s", cli_tone(stdout, tones[d->effect]), effect_name(d->effect), cli_plain(stdout));
  for (uint32_t i = 0; i < d->approver_count; i++) printf("%s %s", i ? "," : "", d->approvers[i]);
  if (d->reason && d->reason_length) {
    printf(": ");
    cli_put_clean(stdout, d->reason, d->reason_length);
  } else if (d->effect == REBASE_DENY && d->status != REBASE_OK) {
    printf(": %s", rebase_status_text(d->status));
  }
  for (uint32_t i = 0; i < d->obligation_count; i++)
    printf("%s%s%s%s", i ? ", " : "  with ", d->obligations[i].kind, d->obligations[i].argument && *d->obligations[i].argument ? " " : "",
           d->obligations[i].argument ? d->obligations[i].argument : "");
  putchar('\n');
  if (e->explain) print_explanation(e, d);
  fflush(stdout);                   /* who pipes requests in waits for each answer */
}

void eval_print_done(const struct eval *e, const char *what, const char *detail) {
  if (e->json) {
    json_t *json = json_pack("{s:I, s:s}", "line", (json_int_t)e->line, "done", what);
    if (json && detail) json_object_set_new(json, "session", json_string(detail));
    print_json_line(json);
    fflush(stdout);
  }
}
