/* limits.c: what a decision is charged, and the step that reserves it. SPEC 17. Deciding works out the charges; only
 * rebase_reserve and rebase_settle speak with the store. */
#include <sodium.h>
#include <stdio.h>
#include "calendar.h"
#include "engine.h"
#include "numbers.h"
#include "packed.h"

enum { WHOM_BYTES = 256 };
/* Of whom a limit is counted: the bytes that name the counter, and words for people. */
struct whom { const char *bytes; size_t length; };

/* ---- windows ---- */
static int64_t floor_to(int64_t n, int64_t step) { return n - ((n % step) + step) % step; }

/* The calendar's stretch around `now` in the bundle's zone, as dates; below a day it is counted in UTC. */
static void calendar_stretch(const struct rebase_bundle *b, enum limit_unit unit, int64_t now, int64_t *start, int64_t *end) {
  static const int64_t seconds[] = {[LIMIT_SECOND] = 1, [LIMIT_MINUTE] = 60, [LIMIT_HOUR] = 3600};
  if (unit <= LIMIT_HOUR) {
    *start = floor_to(now, seconds[unit] * REBASE_SECOND);
    *end = *start + seconds[unit] * REBASE_SECOND;
    return;
  }
  int64_t first = zone_date(b, b->info->zone, now), last, year;
  unsigned month, day;
  calendar_date(first, &year, &month, &day);
  if (unit == LIMIT_WEEK) first -= zone_weekday(b, b->info->zone, now) - 1;
  if (unit == LIMIT_MONTH) first = calendar_days(year, month, 1);
  if (unit == LIMIT_YEAR) first = calendar_days(year, 1, 1);
  last = unit == LIMIT_DAY ? first + 1 : unit == LIMIT_WEEK ? first + 7
         : unit == LIMIT_MONTH ? calendar_days(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) : calendar_days(year + 1, 1, 1);
  *start = zone_instant(b, b->info->zone, first * 86400) * REBASE_SECOND;
  *end = zone_instant(b, b->info->zone, last * 86400) * REBASE_SECOND;
}

static void place_in_time(const rebase_request *r, const struct image_limit *limit, rebase_charge *charge) {
  int64_t now = r->record.now.wall, part;
  switch ((enum limit_window)limit->window) {
  case LIMIT_CALENDAR: calendar_stretch(r->loaded->bundle, (enum limit_unit)limit->unit, now, &charge->bucket, &charge->ends); break;
  case LIMIT_ROLLING:
    part = limit->length / REBASE_QUOTA_PARTS + (limit->length % REBASE_QUOTA_PARTS != 0);
    charge->window = REBASE_WINDOW_ROLLING;
    charge->bucket = now / part;
    charge->ends = (charge->bucket + REBASE_QUOTA_PARTS + 1) * part;
    break;
  case LIMIT_AT_ONCE:
    charge->window = REBASE_WINDOW_HELD;
    charge->bucket = charge->ends = now + r->engine->options.reservation_lifetime;
    break;
  default: charge->ends = now + r->engine->options.session_lifetime;
  }
}

/* ---- whom ---- */
static struct whom of_text(const struct text *text) { return (struct whom){text->bytes, text->len}; }
static struct whom of_ref(const struct rebase_bundle *b, ref text) { return of_text(bundle_text(b, text)); }

static struct whom of_agent(const struct rebase_bundle *b, const struct image_limit *limit, uint32_t agent) {
  const struct image_agent *a = &b->AGENTS.at[agent];
  switch ((enum limit_each)limit->each) {
  case LIMIT_EACH_OWNER: return of_ref(b, a->owner);
  case LIMIT_EACH_TEAM: return a->team == NONE32 ? (struct whom){"", 0} : of_ref(b, b->TEAMS.at[a->team].name);
  case LIMIT_EACH_PACKAGE: return of_ref(b, a->package);
  default: return of_ref(b, a->name);
  }
}

static bool of_field(rebase_request *r, const struct image_limit *limit, char *room, struct whom *whom) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_type *requester = bundle_type(b, b->info->requester_type);
  uint32_t type = b->FIELDS.at[requester->a + limit->field].type;
  if (is_missing(r->vm.requester)) return false;
  value v = r->vm.requester.record[limit->field];
  if (is_missing(v)) return false;
  if (kind_is_text(bundle_type(b, type)->kind)) *whom = of_text(v.text);
  else *whom = (struct whom){room, (size_t)snprintf(room, WHOM_BYTES, "%lld", (long long)v.i)};
  return true;
}

/* A session that was delegated spends from the one that it came from: they are counted as one. */
static const char *session_of(const struct session *session) { return session ? session->family->root : ""; }

static bool of_request(rebase_request *r, const struct session *session, const struct image_limit *limit, char *room, struct whom *whom) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_operation *o = r->record.asked.event == EVENT_CALL ? &b->OPERATIONS.at[r->record.asked.target] : NULL;
  *whom = (struct whom){"", 0};
  switch ((enum limit_each)limit->each) {
  case LIMIT_EACH_REQUESTER: *whom = of_text(r->facts[CTX_REQUESTER_ID].text); return true;
  case LIMIT_EACH_CONNECTOR: *whom = of_ref(b, b->CONNECTORS.at[o->connector].name); return true;
  case LIMIT_EACH_KIND: *whom = of_ref(b, b->CONNECTORS.at[o->connector].kind); return true;
  case LIMIT_EACH_OPERATION: *whom = of_ref(b, o->name); return true;
  case LIMIT_EACH_SESSION: *whom = (struct whom){session_of(session), strlen(session_of(session))}; return session;
  case LIMIT_EACH_MODEL: *whom = (struct whom){r->record.choice.model, strlen(r->record.choice.model)}; return true;
  case LIMIT_EACH_FIELD: return of_field(r, limit, room, whom);
  default: return true;
  }
}

/* ---- charges ---- */
static void name_counter(const rebase_request *r, const struct session *session, const struct image_limit *limit, struct whom whom, unsigned char *key) {
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct text *parts[] = {bundle_text(b, b->info->workspace), bundle_text(b, limit->identity)};
  crypto_generichash_state h;
  crypto_generichash_init(&h, NULL, 0, REBASE_QUOTA_KEY);
  for (int i = 0; i < 2; i++) {
    crypto_generichash_update(&h, (const unsigned char *)&parts[i]->len, sizeof parts[i]->len);
    crypto_generichash_update(&h, (const unsigned char *)parts[i]->bytes, parts[i]->len);
  }
  if (limit->window == LIMIT_SESSION) crypto_generichash_update(&h, (const unsigned char *)session->family->root, REBASE_ID_BYTES);
  crypto_generichash_update(&h, (const unsigned char *)whom.bytes, whom.length);
  crypto_generichash_final(&h, key, REBASE_QUOTA_KEY);
}

/* The same from what the last decisions were charged to. */
static void find_counter(rebase_request *r, const struct session *session, const struct image_limit *limit, struct whom whom, unsigned char *key) {
  uint32_t index = (uint32_t)(limit - r->loaded->bundle->LIMITS.at);
  struct counter_name *last = &r->counters[index % COUNTERS_KEPT];
  bool same = last->generation == r->loaded->generation && last->limit == index && last->length == whom.length;
  if (limit->window == LIMIT_SESSION || whom.length > sizeof last->whom) { name_counter(r, session, limit, whom, key); return; }
  if (!same || memcmp(last->whom, whom.bytes, whom.length)) {
    *last = (struct counter_name){.generation = r->loaded->generation, .limit = index, .length = whom.length};
    if (whom.length) memcpy(last->whom, whom.bytes, whom.length);
    name_counter(r, session, limit, whom, last->key);
  }
  memcpy(key, last->key, REBASE_QUOTA_KEY);
}

static bool is_decimal(const rebase_request *r, const struct image_limit *limit) {
  const struct rebase_bundle *b = r->loaded->bundle;
  if (limit->slot == NONE32) return limit->counts == LIMIT_COUNTS_COST;
  const struct image_operation *o = &b->OPERATIONS.at[r->record.asked.target];
  for (uint32_t i = o->first_param; i < o->first_param + o->params; i++)
    if (b->PARAMS.at[i].slot == limit->slot) return bundle_type(b, b->PARAMS.at[i].type)->kind != TYPE_INT;
  return false;
}

static bool add_charge(rebase_request *r, const struct session *session, const struct image_limit *limit, struct whom whom, int64_t amount) {
  const struct rebase_bundle *b = r->loaded->bundle;
  struct charges *all = &r->charges;
  rebase_charge charge = {.limit = limit->most, .amount = amount};
  find_counter(r, session, limit, whom, charge.key);
  for (uint32_t i = 0; i < all->count; i++)     /* two agents of one owner: once */
    if (!memcmp(all->list[i].key, charge.key, sizeof charge.key)) return true;
  if (all->count == REBASE_QUOTA_CHARGES) return false;
  const struct image_form *form = bundle_form(b, limit->rule);
  char *copy = arena_fixed_take(&r->scratch, whom.length + 1);
  if (!copy) return false;
  memcpy(copy, whom.bytes, whom.length);
  copy[whom.length] = 0;
  place_in_time(r, limit, &charge);
  all->list[all->count] = charge;
  all->shown[all->count++] = (rebase_limit){.rule = bundle_string(b, form->name), .file = bundle_string(b, b->SOURCES.at[form->source].path),
    .line = b->RULES.at[limit->rule].line, .words = bundle_string(b, limit->words), .each = copy, .sums = limit->slot != NONE32 || limit->counts, .decimal = is_decimal(r, limit), .amount = amount,
    .most = limit->most, .warn = limit->warn};
  return true;
}

/* Everybody in the chain pays: who hands work on cannot spend more by it. */
static bool charge_agents(rebase_request *r, const struct session *session, const struct image_limit *limit, int64_t amount) {
  const struct rebase_bundle *b = r->loaded->bundle;
  if (!add_charge(r, session, limit, of_agent(b, limit, r->record.asked.agent), amount)) return false;
  for (uint32_t i = 0; session && i < session->chain->len; i++) {
    const struct text *name = session->chain->items[i].text;
    uint32_t agent = find_agent(b, name->bytes, name->len);
    if (agent != NONE32 && agent != r->record.asked.agent && !add_charge(r, session, limit, of_agent(b, limit, agent), amount)) return false;
  }
  return true;
}

/* Below zero: it cannot be counted. */
static int64_t amount_of(const rebase_request *r, const struct image_limit *limit) {
  const rebase_choice *choice = &r->record.choice;
  switch ((enum limit_counts)limit->counts) {
  case LIMIT_COUNTS_TOKENS: return r->infer.input + r->infer.output;
  case LIMIT_COUNTS_COST:
    if (strcmp(bundle_string(r->loaded->bundle, limit->currency), choice->currency)) return -1;
    return choice->cost / 1000000 + (choice->cost % 1000000 != 0);
  default: return limit->slot == NONE32 ? 1 : r->slots[limit->slot].i;
  }
}

rebase_status limits_charge(rebase_request *r, const struct session *session) {
  const struct rebase_bundle *b = r->loaded->bundle;
  struct record *record = &r->record;
  char room[WHOM_BYTES];
  for (uint32_t i = 0; i < record->limit_count; i++) {
    const struct image_limit *limit = &b->LIMITS.at[record->limits[i]];
    int64_t amount = amount_of(r, limit);
    bool agents = limit->each >= LIMIT_EACH_AGENT && limit->each <= LIMIT_EACH_PACKAGE;
    struct whom whom;
    if (amount < 0 || amount > LIMIT_MOST) return REBASE_E_RANGE;
    if (limit->window == LIMIT_SESSION && !session) return REBASE_E_SESSION;
    if (!agents && !of_request(r, session, limit, room, &whom)) return REBASE_E_REQUESTER;
    if (!(agents ? charge_agents(r, session, limit, amount) : add_charge(r, session, limit, whom, amount))) return REBASE_E_FULL;
  }
  record->decision.limit_count = r->charges.count;
  record->decision.limits = r->charges.shown;
  return REBASE_OK;
}

/* ---- reserving ---- */
/* Takes back what the allow did to the session, or makes it count. False: the session is gone. */
static bool conclude_call(rebase_request *r, bool granted) {
  const char *id = r->record.session;
  unsigned char bytes[ID_BYTES];
  struct session *session = NULL;
  struct now now = r->record.now;
  if (!*id || (r->record.asked.event != EVENT_CALL && r->record.asked.event != EVENT_DELEGATE)) return true;
  if (engine_acquire(r->engine, id, &now, &session) != REBASE_OK) return false;
  id_from_hex(r->record.decision.id, bytes);
  struct call *call = session_find_waiting(session, bytes);
  if (call && granted) call->waiting = false;
  if (call && !granted) {
    struct counted *counted = r->record.asked.event == EVENT_CALL ? session_count(session, r->loaded->operation[r->record.asked.target]) : NULL;
    if (counted && counted->count) counted->count--;
    call->waiting = false;
    session_end_call(session, call, false);
  }
  engine_release(r->engine, session);
  return call != NULL;
}

static void show_use(rebase_request *r, const rebase_quota_answer *answer) {
  for (uint32_t i = 0; i < r->charges.count; i++) {
    rebase_limit *shown = &r->charges.shown[i];
    shown->used = answer->used[i];
    shown->warned = shown->warn && (double)shown->used * 1e6 >= (double)shown->warn * (double)shown->most;
  }
}

static void refused(rebase_request *r, const rebase_quota_answer *answer) {
  const rebase_limit *limit = &r->charges.shown[answer->charge];
  if (answer->status == REBASE_QUOTA_REFUSED) {
    r->charges.shown[answer->charge].reached = true;
    request_refuse(r, REBASE_OK, "a limit is reached: %s (%s)", limit->words, limit->rule);
  } else request_refuse(r, REBASE_E_QUOTA, "nothing could be reserved: %s", rebase_quota_status_text(answer->status));
}

const rebase_decision *rebase_reserve(rebase_request *r, int64_t timeout) {
  if (!r) return rebase_decide_json(NULL, NULL, NULL, 0);
  rebase_decision *d = &r->record.decision;
  if (d->status != REBASE_E_RESERVE || engine_check(r->engine) != REBASE_OK) return d;
  rebase_reservation reservation = {.now = r->record.now.wall, .timeout = timeout, .count = r->charges.count, .charges = r->charges.list};
  rebase_quota_answer answer;
  reservation.expires = reservation.now + r->engine->options.reservation_lifetime;
  id_from_hex(d->id, reservation.id);
  rebase_quota_reserve(r->engine->options.quota, &reservation, &answer);
  show_use(r, &answer);
  bool granted = answer.status == REBASE_QUOTA_GRANTED, kept = conclude_call(r, granted);
  if (granted && kept) {
    d->effect = REBASE_ALLOW;
    d->status = REBASE_OK;
    d->reason = NULL;
    request_reason(r);
  } else if (granted) request_refuse(r, REBASE_E_SESSION, "the session ended while its limits were reserved");
  else refused(r, &answer);
  return request_finish(r);
}

rebase_status rebase_settle(rebase_engine *e, const char *decision_id, const int64_t *used, uint32_t count, rebase_report *report) {
  unsigned char id[ID_BYTES];
  struct now now;
  rebase_status status = engine_check(e);
  if (status == REBASE_OK) status = engine_now(e, &now);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  if (!decision_id || !id_from_hex(decision_id, id) || !e->options.quota || (count && !used))
    return engine_report(report, REBASE_E_ARGUMENT, "%s", rebase_status_text(REBASE_E_ARGUMENT));
  rebase_quota_answer answer;
  rebase_quota_settle(e->options.quota, id, used, count, now.wall, &answer);
  bool known = answer.status == REBASE_QUOTA_GRANTED || answer.status == REBASE_QUOTA_LATE;
  status = known ? REBASE_OK : answer.status == REBASE_QUOTA_UNKNOWN ? REBASE_E_DECISION
           : answer.status == REBASE_QUOTA_INVALID ? REBASE_E_RANGE : REBASE_E_QUOTA;
  return engine_report(report, status, "%s", answer.text[0] ? answer.text : rebase_quota_status_text(answer.status));
}
