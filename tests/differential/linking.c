/* linking.c: linking more packages never widens. SPEC 6.1: policies speak of their own package's agents only; guards hold for
 * everybody and never allow. So for an agent of p, in a session in the same state, with q linked as well:
 *   - the effect is the same or stricter (allow > ask > deny),
 *   - where both ask, whoever was asked alone is still asked, and no later,
 *   - where neither denies, every obligation that held alone still holds.
 * Both engines live through the same events. When the stricter one stops a call that the other allows or asks about, or
 * waits for less long, their sessions have parted, and both begin new ones: a later decision after another past would compare something else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "linking.h"
#include "play.h"
#include "rbc.h"
#include "rebase.h"

enum { OWN_AGENTS = 2, DECISIONS_A_PAIR = 240 };    /* p's agents are the first two */
struct side { rebase_engine *engine; rebase_request *request; char sessions[OWN_AGENTS][REBASE_ID_BYTES]; };
struct found { uint64_t decisions, pairs, truly_alone, narrowed[3][3]; };      /* narrowed: by effect alone, then linked */
struct pair {
  struct side alone, linked;
  char requesters[OWN_AGENTS][24];
  const struct step *opened[OWN_AGENTS];
  unsigned openings;
  int64_t now;
  struct found *found;
  struct text_buffer what;          /* empty: nothing was wider */
};
static const char *const effect_names[] = {"deny", "ask", "allow"};

/* ---- the two workspaces ---- */
static void cut_at(struct text_buffer *text, const char *mark) {
  char *at = strstr(text->bytes, mark);
  if (at == NULL) return;
  *at = 0;
  text->length = (size_t)(at - text->bytes);
}

static void replace(struct text_buffer *text, const char *from, const char *to) {
  struct text_buffer out = {0};
  const char *rest = text->bytes;
  for (const char *at; (at = strstr(rest, from)) != NULL; rest = at + strlen(from))
    text_add(&out, "%.*s%s", (int)(at - rest), rest, to);
  text_add(&out, "%s", rest);
  text_free(text);
  *text = out;
}

/* Guards of other workspaces' q: they name only what every workspace declares. */
static void add_guards(struct text_buffer *q, uint64_t seed) {
  for (unsigned i = 0, name = 0; i < 12 && name < 3; i++) {
    struct random random = {seed * 1009 + i};
    struct workspace other = {0};
    generate_workspace(&random, &other);
    const char *guard = strstr(other.q.bytes, "\nguard g0 {");
    if (guard != NULL) text_add(q, "\nguard more%u {%s", name++, guard + strlen("\nguard g0 {"));
    workspace_free(&other);
  }
}

/* p alone: without q where p does not name q's agent, else with a q that holds nothing but that agent. */
static bool make_workspaces(uint64_t seed, struct workspace *alone, struct workspace *linked) {
  struct random random = {seed};
  generate_workspace(&random, linked);
  random = (struct random){seed};
  generate_workspace(&random, alone);
  add_guards(&linked->q, seed);
  if (seed % 4) {                   /* mostly so that p can stand alone */
    replace(&alone->p, "work.q.b0", "a0");
    replace(&linked->p, "work.q.b0", "a0");
  }
  cut_at(&alone->q, "\npolicy ");
  cut_at(&alone->q, "\nguard ");
  bool truly = strstr(alone->p.bytes, "work.q") == NULL;
  if (truly) {
    cut_at(&alone->root, "package work.q");
    text_clear(&alone->q);
  }
  return truly;
}

/* ---- engines ---- */
static int64_t clock_of(void *user) { return *(const int64_t *)user; }

static bool load(struct side *side, const struct workspace *w, int64_t *now) {
  static const char *const obligations[] = {"stamp", NULL};
  const struct rbc_options options = {.date = "2024-05-15"};
  const rebase_options engine_options = {.wall_clock = clock_of, .steady_clock = clock_of, .user = now, .obligations = obligations,
                                         .session_bytes = 4u << 20, .session_lifetime = INT64_C(1000000) * 86400 * 365};
  unsigned char *image = NULL;
  size_t size = 0;
  rebase_report report = {0};
  struct rbc *compiler = rbc_open(&options);
  bool fine = compiler != NULL && rbc_add_file(compiler, "root.rb", w->root.bytes, w->root.length) &&
              rbc_add_file(compiler, "p/p.rb", w->p.bytes, w->p.length) &&
              (w->q.length == 0 || rbc_add_file(compiler, "q/q.rb", w->q.bytes, w->q.length)) && rbc_compile(compiler, &image, &size);
  if (!fine && compiler != NULL) rbc_report(compiler, stdout, RBC_TEXT);
  rbc_close(compiler);
  fine = fine && rebase_engine_open(&engine_options, &side->engine) == REBASE_OK && rebase_engine_load(side->engine, image, size, &report) == REBASE_OK;
  free(image);
  if (!fine) printf("%s\n", report.text);
  return fine && (side->request = rebase_request_new(side->engine)) != NULL;
}

static void unload(struct side *side) {
  rebase_request_free(side->request);
  rebase_engine_close(side->engine);
}

/* ---- one decision on both sides ---- */
static bool names_approver(const rebase_decision *d, const char *name) {
  for (uint32_t i = 0; i < d->approver_count; i++)
    if (strcmp(d->approvers[i], name) == 0) return true;
  return false;
}

static bool has_obligation(const rebase_decision *d, const rebase_obligation *o) {
  for (uint32_t i = 0; i < d->obligation_count; i++)
    if (strcmp(d->obligations[i].kind, o->kind) == 0 && strcmp(d->obligations[i].argument, o->argument) == 0) return true;
  return false;
}

static void compare(struct pair *p, const rebase_decision *alone, const rebase_decision *linked) {
  p->found->decisions++;
  p->found->narrowed[alone->effect][linked->effect]++;
  if (linked->effect > alone->effect)
    text_add(&p->what, "alone: %s (%s), linked: %s", effect_names[alone->effect], alone->reason, effect_names[linked->effect]);
  if (alone->effect == REBASE_ASK && linked->effect == REBASE_ASK) {
    for (uint32_t i = 0; i < alone->approver_count; i++)
      if (!names_approver(linked, alone->approvers[i])) text_add(&p->what, "%s is not asked any more; ", alone->approvers[i]);
    if (alone->deadline && (!linked->deadline || linked->deadline > alone->deadline)) text_add(&p->what, "the deadline is later; ");
  }
  for (uint32_t i = 0; linked->effect != REBASE_DENY && i < alone->obligation_count; i++)
    if (!has_obligation(linked, &alone->obligations[i])) text_add(&p->what, "the obligation %s is gone; ", alone->obligations[i].kind);
}

static const rebase_decision *decide(struct pair *p, struct side *side, const struct step *s, const struct text_buffer *body) {
  const rebase_caller caller = {generated_agents[s->agent], p->requesters[s->agent], s->sessionless ? NULL : side->sessions[s->agent]};
  return rebase_decide_json(side->request, &caller, body->bytes, body->length);
}

static void answer_all(struct pair *p, struct side *side, const struct step *s, const rebase_decision *d) {
  for (uint32_t i = 0; i < d->approver_count; i++) {
    bool person = strcmp(d->approvers[i], "requester") == 0;
    rebase_approve(side->engine, side->sessions[s->agent], d->id, d->approvers[i], person ? p->requesters[s->agent] : "somebody else");
  }
}

static void observe(struct side *side, const struct step *s, const rebase_decision *d) {
  if (s->sessionless || s->follow_up == NOT_OBSERVED) return;
  rebase_observe(side->engine, side->sessions[s->agent], d->id, (rebase_outcome)(s->follow_up - OBSERVED_UNKNOWN), s->result, strlen(s->result), NULL);
}

static void open_sessions(struct pair *p, const struct step *s) {
  struct side *const sides[] = {&p->alone, &p->linked};
  snprintf(p->requesters[s->agent], sizeof *p->requesters, "person %u", ++p->openings);
  const rebase_opening opening = {generated_agents[s->agent], p->requesters[s->agent], s->text};
  p->opened[s->agent] = s;
  for (unsigned i = 0; i < 2; i++) {
    rebase_session_close(sides[i]->engine, sides[i]->sessions[s->agent]);
    if (rebase_session_open(sides[i]->engine, &opening, sides[i]->sessions[s->agent], NULL) != REBASE_OK) text_add(&p->what, "a session cannot be opened");
  }
}

/* What waits, and until when, is of a session's state too. */
static bool part(const rebase_decision *alone, const rebase_decision *linked) {
  return alone->effect > linked->effect || (alone->effect == REBASE_ASK && alone->deadline != linked->deadline);
}

static void decide_both(struct pair *p, const struct step *s) {
  struct text_buffer body = {0};
  text_add(&body, "{\"call\":\"%s\",\"args\":%s}", generated_operations[s->operation], s->text);
  const rebase_decision *alone = decide(p, &p->alone, s, &body), *linked = decide(p, &p->linked, s, &body);
  compare(p, alone, linked);
  if (alone->effect == REBASE_ASK && linked->effect == REBASE_ASK && s->approve && !s->sessionless) {
    answer_all(p, &p->alone, s, alone);
    answer_all(p, &p->linked, s, linked);
    alone = decide(p, &p->alone, s, &body);
    linked = decide(p, &p->linked, s, &body);
    compare(p, alone, linked);
  }
  if (alone->effect == REBASE_ALLOW && linked->effect == REBASE_ALLOW) {
    observe(&p->alone, s, alone);
    observe(&p->linked, s, linked);
  } else if (part(alone, linked) && !s->sessionless) open_sessions(p, p->opened[s->agent]);
  text_free(&body);
}

static void happen(struct pair *p, const struct step *s) {
  struct side *const sides[] = {&p->alone, &p->linked};
  if (s->agent >= OWN_AGENTS) return;
  if (s->happens == HAPPENS_OPEN) { open_sessions(p, s); return; }
  if (s->happens == HAPPENS_TIME) { p->now += s->microseconds; return; }
  if (s->happens == HAPPENS_DECIDE && s->asks != ASKS_CALL) return;
  if (s->happens == HAPPENS_DECIDE) { decide_both(p, s); return; }
  for (unsigned i = 0; i < 2; i++) {
    const char *session = sides[i]->sessions[s->agent];
    if (s->happens == HAPPENS_HEAR) rebase_hear(sides[i]->engine, session, s->text, strlen(s->text));
    else if (s->happens == HAPPENS_SEE) rebase_see(sides[i]->engine, session, "store.thing", s->text, strlen(s->text), NULL);
    else if (s->happens == HAPPENS_PROVE) rebase_prove(sides[i]->engine, session, s->text);
    else rebase_taint(sides[i]->engine, session, s->text);
  }
}

/* ---- many pairs ---- */
static bool try_pair(uint64_t seed, struct found *found) {
  struct workspace alone = {0}, linked = {0};
  struct pair p = {.now = INT64_C(1715785200) * 1000000, .found = found};
  struct steps steps = {0};
  struct random random = {seed ^ 0x5eed};
  size_t at = 0;
  found->truly_alone += make_workspaces(seed, &alone, &linked);
  found->pairs++;
  bool fine = load(&p.alone, &alone, &p.now) && load(&p.linked, &linked, &p.now);
  if (!fine) printf("seed %llu does not compile or load\n", (unsigned long long)seed);
  generate_steps(&random, DECISIONS_A_PAIR, &steps);
  for (; fine && at < steps.count && p.what.length == 0; at++) happen(&p, &steps.items[at]);
  if (p.what.length > 0) {
    char *step = describe_step(&steps.items[at - 1]);
    printf("seed %llu, step %zu: %s\n%s\n---- p\n%s\n---- q\n%s\n", (unsigned long long)seed, at, p.what.bytes, step, linked.p.bytes, linked.q.bytes);
    free(step);
    fine = false;
  }
  unload(&p.alone);
  unload(&p.linked);
  text_free(&p.what);
  steps_free(&steps);
  workspace_free(&alone);
  workspace_free(&linked);
  return fine;
}

/* Each way of narrowing must have occurred, and each effect alone, or the property was not tried. */
static bool print_found(const struct found *f) {
  static const unsigned char ways[][2] = {{REBASE_ALLOW, REBASE_ALLOW}, {REBASE_ALLOW, REBASE_ASK}, {REBASE_ALLOW, REBASE_DENY},
                                          {REBASE_ASK, REBASE_ASK}, {REBASE_ASK, REBASE_DENY}, {REBASE_DENY, REBASE_DENY}};
  bool ok = true;
  printf("%llu pairs of workspaces, in %llu p without any other package; %llu decisions\n", (unsigned long long)f->pairs,
         (unsigned long long)f->truly_alone, (unsigned long long)f->decisions);
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    uint64_t n = f->narrowed[ways[i][0]][ways[i][1]];
    bool enough = n * 200 >= f->decisions;
    printf("%-5s -> %-5s %9llu%s\n", effect_names[ways[i][0]], effect_names[ways[i][1]], (unsigned long long)n, enough ? "" : "  too few");
    ok = ok && enough;
  }
  return ok;
}

bool try_linking(uint64_t decisions, uint64_t seed) {
  struct found found = {0};
  bool fine = true;
  for (; fine && found.decisions < decisions; seed++) fine = try_pair(seed, &found);
  return fine && print_found(&found);
}
