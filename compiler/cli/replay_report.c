/* replay_report.c: what a replay found, for a person and as JSON. Both are made from the list of entries. */
#include <stdlib.h>
#include <string.h>
#include "cli/replay.h"

struct by_rule { const char *rule, *because; size_t calls, sessions; const char *last_session; };

static const char *text_of(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text ? text : "";
}

/* How often each rule (with its reason) made a call what `effect` says, most often first. *n entries; the caller frees. */
static void count_rule(struct by_rule *rows, size_t *n, const char *rule, const char *because, const char *session) {
  size_t i = 0;
  while (i < *n && (strcmp(rows[i].rule, rule) != 0 || strcmp(rows[i].because, because) != 0)) i++;
  if (i == *n) rows[(*n)++] = (struct by_rule){.rule = rule, .because = because};
  rows[i].calls++;
  if (!rows[i].last_session || strcmp(rows[i].last_session, session) != 0) rows[i].sessions++;
  rows[i].last_session = session;
}

static int most_calls_first(const void *a, const void *b) {
  const struct by_rule *x = a, *y = b;
  if (x->calls != y->calls) return x->calls < y->calls ? 1 : -1;
  int order = strcmp(x->rule, y->rule);
  return order ? order : strcmp(x->because, y->because);
}

/* Two rules of one guard that stop a call for the same reason stop one call. */
static bool said_before(const json_t *rules, size_t k) {
  const json_t *rule = json_array_get(rules, k);
  for (size_t i = 0; i < k; i++) {
    const json_t *other = json_array_get(rules, i);
    if (!strcmp(text_of(rule, "name"), text_of(other, "name")) && !strcmp(text_of(rule, "because"), text_of(other, "because")) &&
        !strcmp(text_of(rule, "detail"), text_of(other, "detail"))) return true;
  }
  return false;
}

static struct by_rule *group_by_rule(const struct replay *r, const char *effect, size_t *n) {
  size_t room = 1, i;
  json_t *entry;
  json_array_foreach(r->entries, i, entry) room += 1 + json_array_size(json_object_get(entry, "rules"));
  struct by_rule *rows = calloc(room, sizeof *rows);
  *n = 0;
  if (!rows) return NULL;
  json_array_foreach(r->entries, i, entry) {
    if (strcmp(text_of(entry, "effect"), effect) != 0) continue;
    const json_t *rules = json_object_get(entry, "rules");
    size_t before = *n, k;
    json_t *rule;
    json_array_foreach(rules, k, rule) {
      if (said_before(rules, k)) continue;
      const char *because = text_of(rule, "because");
      count_rule(rows, n, text_of(rule, "name"), *because ? because : text_of(rule, "detail"), text_of(entry, "session"));
    }
    if (*n == before && json_array_size(rules) == 0) count_rule(rows, n, "(no rule)", text_of(entry, "reason"), text_of(entry, "session"));
  }
  qsort(rows, *n, sizeof *rows, most_calls_first);
  return rows;
}

static void print_rules(const struct replay *r, const char *effect, const char *title, FILE *out) {
  size_t n;
  struct by_rule *rows = group_by_rule(r, effect, &n);
  if (rows && n) {
    fprintf(out, "\n%s%s%s\n%6s %8s  rule\n", cli_tone(out, TONE_STRONG), title, cli_plain(out), "calls", "sessions");
    for (size_t i = 0; i < n; i++) {
      fprintf(out, "%6zu %8zu  %s", rows[i].calls, rows[i].sessions, rows[i].rule);
      if (*rows[i].because) fprintf(out, ": ");
      cli_put_clean(out, rows[i].because, strlen(rows[i].because));
      fputc('\n', out);
    }
  }
  free(rows);
}

/* A succeeded session is, by and large, what a policy must let through: each call of one that was stopped is named. */
static void print_succeeded(const struct replay *r, FILE *out) {
  size_t i;
  json_t *entry;
  if (!r->knows_success) return;
  fprintf(out, "\n%ssessions that succeeded: %zu, touched: %zu%s\n", cli_tone(out, TONE_STRONG), r->succeeded, r->succeeded_touched, cli_plain(out));
  json_array_foreach(r->entries, i, entry) {
    bool stopped = strcmp(text_of(entry, "effect"), "deny") == 0 || !r->approve;
    if (!stopped || !json_is_true(json_object_get(entry, "succeeded"))) continue;
    const char *rule = text_of(json_array_get(json_object_get(entry, "rules"), 0), "name");
    fprintf(out, "  %s step %" JSON_INTEGER_FORMAT " %s: %s%s", text_of(entry, "session"), json_integer_value(json_object_get(entry, "step")),
            text_of(entry, "operation"), rule, *rule ? ": " : "");
    cli_put_clean(out, text_of(entry, "reason"), strlen(text_of(entry, "reason")));
    fputc('\n', out);
  }
}

void replay_print_text(const struct replay *r, FILE *out) {
  char time[32] = "the time of each decision";
  if (r->host.clock_stands) cli_format_time(r->host.now, time);
  fprintf(out, "replayed %zu sessions", r->sessions);
  if (r->agent) fprintf(out, " by %s", r->agent);
  fprintf(out, ", at %s\n\n", time);
  fprintf(out, "  calls    %6zu\n", r->calls);
  fprintf(out, "  allowed  %6zu\n", r->allowed);
  fprintf(out, "  asked    %6zu  the customer %zu, staff %zu; taken as %s\n", r->asked, r->asked_requester, r->asked_staff,
          r->approve ? "approved" : "refused");
  fprintf(out, "  denied   %6zu\n", r->denied);
  fprintf(out, "  sessions with a stopped call: %zu\n", r->touched);
  print_rules(r, "deny", "denied by rule", out);
  print_rules(r, "ask", "asked by rule", out);
  print_succeeded(r, out);
}

static json_t *rules_json(const struct replay *r, const char *effect) {
  size_t n;
  struct by_rule *rows = group_by_rule(r, effect, &n);
  json_t *list = json_array();
  for (size_t i = 0; rows && i < n; i++)
    json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "rule", rows[i].rule, "because", rows[i].because, "calls",
                                          (json_int_t)rows[i].calls, "sessions", (json_int_t)rows[i].sessions));
  free(rows);
  return list;
}

/* Names of the sessions with a stopped call, once each; succeeded: only of those. */
static json_t *touched_json(const struct replay *r, bool succeeded) {
  json_t *list = json_array(), *entry;
  const char *last = "";
  size_t i;
  json_array_foreach(r->entries, i, entry) {
    if (r->approve && strcmp(text_of(entry, "effect"), "deny") != 0) continue;
    if (succeeded && !json_is_true(json_object_get(entry, "succeeded"))) continue;
    if (strcmp(last, text_of(entry, "session")) == 0) continue;
    last = text_of(entry, "session");
    json_array_append_new(list, json_string(last));
  }
  return list;
}

bool replay_print_json(const struct replay *r) {
#define N(value) ((json_int_t)(value))
  json_t *summary = json_pack("{s:I, s:I, s:I, s:{s:I, s:I, s:I, s:s}, s:I, s:o, s:o, s:o}", "sessions", N(r->sessions), "calls", N(r->calls),
                              "allowed", N(r->allowed), "asked", "calls", N(r->asked), "customer", N(r->asked_requester), "staff",
                              N(r->asked_staff), "taken_as", r->approve ? "approved" : "refused", "denied", N(r->denied),
                              "denied_by_rule", rules_json(r, "deny"), "asked_by_rule", rules_json(r, "ask"),
                              "sessions_touched", touched_json(r, false));
#undef N
  if (summary && r->knows_success) {
    json_object_set_new(summary, "sessions_succeeded", json_integer((json_int_t)r->succeeded));
    json_object_set_new(summary, "succeeded_sessions_touched", touched_json(r, true));
  }
  json_t *all = json_pack("{s:o, s:O}", "summary", summary, "calls", r->entries);
  bool ok = all && json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;
  if (ok) putchar('\n');
  json_decref(all);
  return ok;
}
