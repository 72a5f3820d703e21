/* steps.c: random lists of events. */
#include <stdio.h>
#include <stdlib.h>
#include "play.h"

static struct step *add(struct steps *out, enum happening happens, unsigned agent) {
  if (out->count == out->room) {
    out->room = out->room ? out->room * 2 : 64;
    out->items = realloc(out->items, out->room * sizeof *out->items);
    if (out->items == NULL) abort();
  }
  struct step *step = &out->items[out->count++];
  *step = (struct step){.happens = happens, .agent = agent};
  return step;
}

static char *copy_of(const char *text) {
  struct text_buffer b = {0};
  text_add(&b, "%s", text);
  return b.bytes;
}

static void open_sessions(struct random *r, struct steps *out) {
  for (unsigned agent = 0; agent < GENERATED_AGENTS; agent++) {
    struct text_buffer fields = {0};
    generate_requester(r, &fields);
    struct step *open = add(out, HAPPENS_OPEN, agent);
    open->text = fields.bytes;
    open->again = random_chance(r, 40);
    for (unsigned i = random_below(r, 3); i > 0; i--) {
      struct text_buffer thing = {0};
      generate_thing(r, &thing);
      add(out, HAPPENS_SEE, agent)->text = thing.bytes;
    }
    if (random_chance(r, 50)) add(out, HAPPENS_PROVE, agent)->text = copy_of(random_chance(r, 50) ? "work.p.verified" : "work.p.known");
  }
}

/* Arguments as generated, or spoilt so that they must be refused. */
static char *arguments(struct random *r, unsigned operation) {
  struct text_buffer args = {0};
  generate_arguments(r, operation, &args);
  if (!random_chance(r, 3)) return args.bytes;
  static const char *const spoilt[] = {"{\"unheard_of\":1}", "[]", "{\"id\":7}", "{\"id\":\"a\",\"id\":\"a\"}", "{\"id\":\"\\ud800\"}", "{"};
  text_free(&args);
  return copy_of(spoilt[random_below(r, (unsigned)(sizeof spoilt / sizeof *spoilt))]);
}

static void add_decision(struct random *r, struct steps *out, unsigned agent) {
  struct step *step = add(out, HAPPENS_DECIDE, agent);
  step->operation = random_below(r, GENERATED_OPERATIONS);
  step->text = arguments(r, step->operation);
  step->approve = random_chance(r, 45);
  step->partly = random_chance(r, 20);
  step->misdirected = random_chance(r, 10);
  if (random_chance(r, 12)) step->answered = random_chance(r, 50) ? TOO_LATE : USED_TOO_LATE;
  step->sessionless = random_chance(r, 3);
  if (random_chance(r, 2)) step->stranger = (enum stranger)(1 + random_below(r, 4));
  if (random_chance(r, 25)) step->late = 1 + random_below(r, OPEN_CALLS);
  if (random_chance(r, 50)) step->settle = 1 + random_below(r, OPEN_CALLS);
  step->follow_up = random_chance(r, 75) ? OBSERVED_SUCCESS : (enum follow_up)random_below(r, 3);
  struct text_buffer result = {0};
  generate_result(r, step->operation, step->text, &result);
  step->result = result.bytes;
}

static void add_release(struct random *r, struct steps *out, unsigned agent) {
  struct step *step = add(out, HAPPENS_DECIDE, agent);
  step->asks = ASKS_RELEASE;
  step->operation = random_below(r, 3);
  step->text = copy_of(generate_utterance(r));
  step->approve = random_chance(r, 45);
  step->sessionless = random_chance(r, 3);
}

static void add_delegation(struct random *r, struct steps *out, unsigned agent) {
  struct step *step = add(out, HAPPENS_DECIDE, agent);
  step->asks = ASKS_DELEGATE;
  step->operation = random_below(r, GENERATED_AGENTS);
  step->approve = random_chance(r, 45);
  if (random_chance(r, 4)) step->stranger = UNKNOWN_OPERATION;
}

static void add_infer(struct random *r, struct steps *out, unsigned agent) {
  struct step *step = add(out, HAPPENS_DECIDE, agent);
  step->asks = ASKS_INFER;
  step->operation = random_chance(r, 97) ? random_below(r, GENERATED_TASKS - 1) : GENERATED_TASKS - 1;
  step->input = random_chance(r, 4) ? (random_chance(r, 50) ? 0 : -1) : (int64_t)random_below(r, 4500);
  step->output = random_chance(r, 3) ? 0 : (int64_t)random_below(r, 1100);
  step->attempts = random_below(r, MOST_ATTEMPTS + 1);
  for (unsigned i = 0; i < MOST_ATTEMPTS; i++) step->failures[i] = random_chance(r, 60) ? 0 : random_below(r, 6);
  step->approve = random_chance(r, 70);
  step->sessionless = random_chance(r, 10);
}

/* Mostly a little; sometimes over the end of a day, or of what lasts. */
static int64_t some_time(struct random *r) {
  static const int64_t odd[] = {15 * 60 * 1000000ll, 15 * 60 * 1000000ll - 1, 1, 11 * 3600 * 1000000ll, 3600 * 1000000ll};
  if (random_chance(r, 30)) return odd[random_below(r, sizeof odd / sizeof *odd)];
  return (int64_t)random_below(r, 1200) * 1000000;
}

static unsigned some_session(struct random *r) {
  unsigned agent = random_below(r, GENERATED_AGENTS);
  return random_chance(r, 80) ? agent : agent + GENERATED_AGENTS * (1 + random_below(r, 2));
}

void generate_steps(struct random *r, size_t count, struct steps *out) {
  size_t decisions = 0;
  while (decisions < count) {
    if (decisions % 60 == 0) open_sessions(r, out);
    unsigned agent = some_session(r), kind = random_below(r, 50);
    if (kind == 0) add(out, HAPPENS_HEAR, agent)->text = copy_of(generate_utterance(r));
    else if (kind == 1) add(out, HAPPENS_PROVE, agent)->text = copy_of(random_chance(r, 50) ? "work.p.verified" : "work.p.known");
    else if (kind == 2) add(out, HAPPENS_TIME, agent)->microseconds = some_time(r);
    else if (kind == 3 && random_chance(r, 20)) add(out, HAPPENS_TAINT, agent)->text = copy_of("work.p.secret");
    else if (kind == 4) add_release(r, out, agent);
    else if (kind < 8) add_delegation(r, out, agent % GENERATED_AGENTS + (kind == 7 ? GENERATED_AGENTS : 0));
    if (kind >= 8 && kind < 16) add_infer(r, out, agent);
    add_decision(r, out, agent);
    decisions++;
  }
}

void steps_free(struct steps *steps) {
  for (size_t i = 0; i < steps->count; i++) { free(steps->items[i].text); free(steps->items[i].result); }
  free(steps->items);
  *steps = (struct steps){0};
}

/* The agent, and how far down the chain of delegation: a1, a1>, a1>>. */
static void describe_decision(const struct step *s, const char *who, struct text_buffer *b) {
  static const char *const follow_ups[] = {"", " -> unknown", " -> failed", " -> "}, *const releases[] = {"person", "agent", "outside"};
  static const char *const strangers[] = {"", " unknown agent", " unknown operation or agent", " other requester", " other agent"};
  static const char *const answers[] = {"", " too late", " and used too late"};
  if (s->asks == ASKS_RELEASE) text_add(b, "release %s to %s \"%s\"", who, releases[s->operation], s->text);
  else if (s->asks == ASKS_DELEGATE) text_add(b, "delegate %s to %s", who, generated_agents[s->operation]);
  else if (s->asks == ASKS_INFER) {
    text_add(b, "infer %s %s %lld %lld", who, generated_tasks[s->operation], (long long)s->input, (long long)s->output);
    for (unsigned i = 0; i < s->attempts; i++) text_add(b, " failed %u", s->failures[i]);
  }
  else text_add(b, "decide %s %s %s", who, generated_operations[s->operation], s->text);
  text_add(b, "%s%s", strangers[s->stranger], s->sessionless ? " without session" : "");
  if (s->approve) text_add(b, " asks approved%s%s%s", s->partly ? " one after the other" : "", answers[s->answered], s->misdirected ? " (first by the wrong ones)" : "");
  if (s->asks == ASKS_CALL) text_add(b, "%s%s", follow_ups[s->follow_up], s->follow_up == OBSERVED_SUCCESS ? s->result : "");
  if (s->late) text_add(b, " (open call %u)", s->late);
  if (s->settle) text_add(b, " (settles open call %u)", s->settle);
}

char *describe_step(const struct step *s) {
  struct text_buffer b = {0}, named = {0};
  text_add(&named, "%s%s", generated_agents[s->agent % GENERATED_AGENTS], &">>"[2 - s->agent / GENERATED_AGENTS]);
  const char *who = named.bytes;
  switch (s->happens) {
  case HAPPENS_OPEN: text_add(&b, "open %s%s requester %s", who, s->again ? " again" : "", s->text); break;
  case HAPPENS_HEAR: text_add(&b, "hear %s \"%s\"", who, s->text); break;
  case HAPPENS_SEE: text_add(&b, "see %s store.thing %s", who, s->text); break;
  case HAPPENS_PROVE: text_add(&b, "prove %s %s", who, s->text); break;
  case HAPPENS_TAINT: text_add(&b, "taint %s %s", who, s->text); break;
  case HAPPENS_TIME: text_add(&b, "time + %lld us", (long long)s->microseconds); break;
  case HAPPENS_DECIDE: describe_decision(s, who, &b); break;
  }
  text_free(&named);
  return b.bytes;
}
