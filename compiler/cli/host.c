/* host.c: see host.h */
#include <stdlib.h>
#include <string.h>
#include "cli/host.h"

static int64_t host_clock(void *user) {
  const struct host *host = user;
  return host->clock_stands ? host->now : cli_wall_clock();
}

/* Distinct kinds of the bundle's obligations, NULL-terminated; they point into the bundle. NULL: out of memory. */
static const char **obligation_kinds(const struct bundle_view *view) {
  uint32_t n = view_count(view, SECTION_OBLIGATIONS);
  const char **kinds = calloc((size_t)n + 1, sizeof *kinds);
  for (uint32_t i = 0, used = 0; kinds && i < n; i++) {
    const struct image_obligation *o = view_record(view, SECTION_OBLIGATIONS, i);
    const char *kind = view_text(view, o->kind);
    bool known = false;
    for (uint32_t k = 0; k < used; k++) known |= strcmp(kinds[k], kind) == 0;
    if (!known && *kind) kinds[used++] = kind;
  }
  return kinds;
}

int host_open(struct host *host, const struct subject *subject) {
  bool readable = view_open(&host->view, subject->image, subject->size);
  const char **kinds = readable ? obligation_kinds(&host->view) : NULL;
  if (readable && !kinds) return cli_no_memory();
  rebase_options options = {.wall_clock = host_clock, .user = host, .obligations = (const char *const *)kinds};
  rebase_report report = {0};
  rebase_quota_answer seeded;
  rebase_status status = rebase_quota_memory(NULL, &host->quota);
  if (status == REBASE_OK) rebase_quota_seed(host->quota, NULL, 0, host_clock(host), &seeded);
  options.quota = host->quota;
  if (status == REBASE_OK) status = rebase_engine_open(&options, &host->engine);
  free(kinds);
  if (status != REBASE_OK) return cli_fail(CLI_INTERNAL, "no engine: %s", rebase_status_text(status));
  status = rebase_engine_load(host->engine, subject->image, subject->size, &report);
  if (status == REBASE_E_PENDING) return cli_fail(CLI_NOT_RUN, "%s: %s", subject->path, report.text);
  if (status != REBASE_OK)
    return cli_fail(CLI_NO, "%s: %s%s%s", subject->path, rebase_status_text(status), *report.text ? ": " : "", report.text);
  host->request = rebase_request_new(host->engine);
  return host->request ? CLI_OK : cli_no_memory();
}

void host_close(struct host *host) {
  if (host->request) rebase_request_free(host->request);
  if (host->engine) rebase_engine_close(host->engine);
  rebase_quota_close(host->quota);
  host->quota = NULL;
  host->request = NULL;
  host->engine = NULL;
}

const rebase_decision *host_decide(struct host *host, const rebase_caller *caller, const char *body, size_t length) {
  rebase_decide_json(host->request, caller, body, length);
  return rebase_reserve(host->request, 0);
}

void host_settle(struct host *host, const rebase_decision *d, rebase_outcome outcome) {
  int64_t used[REBASE_QUOTA_CHARGES];
  for (uint32_t i = 0; i < d->limit_count; i++) used[i] = d->limits[i].sums && outcome == REBASE_FAILED ? 0 : d->limits[i].amount;
  if (d->limit_count && outcome != REBASE_UNKNOWN) rebase_settle(host->engine, d->id, used, d->limit_count, NULL);
}

int host_set_clock(struct host *host, const struct cli *cli, const struct subject *subject) {
  const char *now = cli->value[OPT_NOW];
  if (now) {
    host->clock_stands = true;
    if (cli_parse_time(now, &host->now)) return CLI_OK;
    return cli_fail(CLI_USAGE, "`%s` is no time; write it like 2024-05-15T15:00:00-05:00", now);
  }
  if (subject->program && subject->program->has_now) {
    host->clock_stands = true;
    host->now = subject->program->now;
  }
  return CLI_OK;
}

static void list_names(const struct bundle_view *view, uint32_t count, const char *(*name)(const struct bundle_view *, uint32_t)) {
  for (uint32_t i = 0; i < count && i < 20; i++) fprintf(stderr, "  %s\n", name(view, i));
  if (count > 20) fprintf(stderr, "  and %u more\n", count - 20);
}

const char *host_agent(const struct host *host, const char *name) {
  unsigned matches;
  const char *found = view_find_agent(&host->view, name, &matches);
  if (found) return found;
  if (!name) cli_fail(CLI_USAGE, "which agent? Give --agent with one of:");
  else cli_fail(CLI_USAGE, matches ? "`%s` can be several agents; the agents are:" : "no agent `%s`; the agents are:", name);
  list_names(&host->view, view_count(&host->view, SECTION_AGENTS), view_agent);
  return NULL;
}

const char *host_connector(const struct host *host, const char *name) {
  unsigned matches;
  const char *found = view_find_connector(&host->view, name, &matches);
  if (found) return found;
  cli_fail(CLI_USAGE, "no connector `%s`; the connectors are:", name ? name : "");
  list_names(&host->view, view_count(&host->view, SECTION_CONNECTORS), view_connector);
  return NULL;
}

const char *effect_name(rebase_effect effect) {
  return effect == REBASE_ALLOW ? "allow" : effect == REBASE_ASK ? "ask" : "deny";
}

rebase_status host_approve_all(struct host *host, const char *session, const char *requester, const rebase_decision *asked) {
  for (uint32_t i = 0; i < asked->approver_count; i++) {
    const char *group = asked->approvers[i];
    char member[300];
    snprintf(member, sizeof member, "member-of-%s", group);
    const char *approver = strcmp(group, "requester") == 0 ? requester : member;
    rebase_status status = rebase_approve(host->engine, session, asked->id, group, approver);
    if (status != REBASE_OK) return status;
  }
  return REBASE_OK;
}

static bool limit_reached(const rebase_decision *decision, const rebase_rule *rule) {
  for (uint32_t i = 0; i < decision->limit_count; i++)
    if (decision->limits[i].reached && strcmp(decision->limits[i].rule, rule->name) == 0) return true;
  return false;
}

bool rule_decided(const rebase_decision *decision, const rebase_rule *rule) {
  if (strcmp(rule->effect, "limit") == 0) return limit_reached(decision, rule);
  if (decision->effect == REBASE_DENY) return strcmp(rule->effect, "deny") == 0 || strcmp(rule->effect, "error") == 0;
  return strcmp(rule->effect, effect_name(decision->effect)) == 0;
}

char *rule_detail(const rebase_decision *decision, uint32_t rule) {
  size_t length = rebase_rule_detail(decision, rule, NULL, 0);
  char *text = malloc(length + 1);
  if (text) rebase_rule_detail(decision, rule, text, length + 1);
  return text;
}

json_t *decision_rules_json(const rebase_decision *decision) {
  json_t *rules = json_array();
  for (uint32_t i = 0; i < decision->rule_count; i++) {
    const rebase_rule *r = &decision->rules[i];
    char *detail = rule_detail(decision, i);
    json_array_append_new(rules, json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "name", r->name, "effect", r->effect, "file", r->file, "line",
                                           (json_int_t)r->line, "because", r->because, "detail", detail ? detail : ""));
    free(detail);
  }
  return rules;
}

json_t *decision_approvers_json(const rebase_decision *decision) {
  json_t *groups = json_array();
  for (uint32_t i = 0; i < decision->approver_count; i++) json_array_append_new(groups, json_string(decision->approvers[i]));
  return groups;
}

char *decision_explanation(const rebase_decision *decision, rebase_audience audience) {
  size_t length = rebase_explain(decision, audience, NULL, 0);
  char *text = malloc(length + 1);
  if (text) {
    *text = '\0';
    rebase_explain(decision, audience, text, length + 1);
  }
  return text;
}

bool print_json_line(json_t *json) {
  bool ok = json && json_dumpf(json, stdout, JSON_COMPACT) == 0;
  if (ok) putchar('\n');
  json_decref(json);
  return ok;
}
