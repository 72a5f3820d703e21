/* log.c: one JSON line for the host's log; and the words for effects. No argument value ever stands in it. */
#include <stdio.h>
#include "engine.h"
#include "packed.h"

const char *effect_word(rebase_effect effect) {
  return effect == REBASE_ALLOW ? "allow" : effect == REBASE_ASK ? "ask" : "deny";
}

void text_cut(char *to, size_t size, const char *from) {
  size_t length = from ? strlen(from) : 0;
  if (length && !utf8_valid(from, length)) length = 0;
  if (length >= size)
    for (length = size - 1; length && ((unsigned char)from[length] & 0xc0) == 0x80; length--) {}
  if (length) memcpy(to, from, length);
  to[length] = '\0';
}

/* ---- lines ---- */
static void name_field(struct out *out, const char *name) {
  bool first = out->length && out->length <= out->size && out->bytes[out->length - 1] == '{';
  if (!first) out_char(out, ',');
  out_json_string(out, name, strlen(name));
  out_char(out, ':');
}

static void field(struct out *out, const char *name, const char *text) {
  if (!text) return;
  name_field(out, name);
  out_json_string(out, text, strlen(text));
}

static void number_field(struct out *out, const char *name, uint64_t number) {
  name_field(out, name);
  out_unsigned(out, number);
}

static void time_field(struct out *out, int64_t wall) {
  out_string(out, "{\"time\":\"");
  out_time(out, wall, 0, true);
  out_char(out, '"');
}

static void send(rebase_engine *e, struct out *out) {
  out_char(out, '}');
  if (!out_cut(out)) e->options.log(out->bytes, out->length, e->options.user);
}

void log_event(rebase_engine *e, const char *what, const char *session, const char *decision, const char *detail) {
  char line[8192];                  /* each text may be escaped to six times its length */
  char shortened[1024];
  struct out out = {line, 0, sizeof line};
  struct now now = {0};
  if (!e->options.log || engine_now(e, &now) != REBASE_OK) return;
  time_field(&out, now.wall);
  field(&out, "event", what);
  field(&out, "session", session);
  field(&out, "decision", decision);
  if (detail) text_cut(shortened, sizeof shortened, detail);
  field(&out, "detail", detail ? shortened : NULL);
  send(e, &out);
}

static const char *event_word(enum event event) {
  static const char *const words[EVENT_COUNT] = {[EVENT_CALL] = "call", [EVENT_INFER] = "infer", [EVENT_RELEASE] = "release", [EVENT_DELEGATE] = "delegate"};
  return event < EVENT_COUNT ? words[event] : "unknown";
}

/* As many rules as fit: a line is never left out because it would be too long. rule_total says how many there were. */
static void rules_field(struct out *out, const rebase_decision *d) {
  const size_t end = 64;            /* what follows the rules */
  number_field(out, "rule_total", d->rule_total);
  name_field(out, "rules");
  out_char(out, '[');
  for (uint32_t i = 0; i < d->rule_count; i++) {
    size_t before = out->length;
    if (i) out_char(out, ',');
    out_char(out, '{');
    field(out, "rule", d->rules[i].name);
    field(out, "effect", d->rules[i].effect);
    field(out, "file", d->rules[i].file);
    number_field(out, "line", d->rules[i].line);
    out_char(out, '}');
    if (out->length + end <= out->size) continue;
    out->length = before;
    break;
  }
  out_char(out, ']');
}

/* The first limit that refused, and the first at its warning. */
static void limits_fields(struct out *out, const rebase_decision *d) {
  const char *reached = NULL, *warned = NULL;
  for (uint32_t i = d->limit_count; i-- > 0;) {
    if (d->limits[i].reached) reached = d->limits[i].rule;
    if (d->limits[i].warned) warned = d->limits[i].rule;
  }
  field(out, "limit_reached", reached);
  field(out, "limit_warned", warned);
}

void log_decision(rebase_request *r) {
  rebase_engine *e = r->engine;
  const struct record *record = &r->record;
  const rebase_decision *d = &record->decision;
  struct out out = {r->log, 0, LOG_BYTES};
  time_field(&out, record->now.wall);
  field(&out, "event", "decision");
  field(&out, "decision", d->id);
  field(&out, "effect", effect_word(d->effect));
  field(&out, "status", rebase_status_text(d->status));
  field(&out, "agent", record->agent);
  field(&out, "requester", record->requester);
  if (record->session[0]) field(&out, "session", record->session);
  if (record->known) {
    const struct rebase_bundle *b = record->loaded->bundle;
    field(&out, "kind", event_word(record->asked.event));
    if (record->asked.event == EVENT_CALL) field(&out, "operation", bundle_string(b, b->OPERATIONS.at[record->asked.target].name));
    if (record->asked.event == EVENT_DELEGATE) field(&out, "target", bundle_string(b, b->AGENTS.at[record->asked.target].name));
    field(&out, "bundle", record->loaded->digest);
  }
  if (d->call_hash[0]) field(&out, "call_hash", d->call_hash);
  if (d->choice) {
    char cost[ROUTE_COST];
    choice_cost(d->choice, cost);
    field(&out, "model", d->choice->model);
    field(&out, "cost", cost);
    number_field(&out, "attempt", d->choice->attempt);
  }
  limits_fields(&out, d);
  field(&out, "reason", d->reason);
  number_field(&out, "steps", d->steps);
  rules_field(&out, d);
  send(e, &out);
}
