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
    add(out, HAPPENS_OPEN, agent)->text = fields.bytes;
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
  step->approve = random_chance(r, 40);
  step->partly = random_chance(r, 20);
  step->sessionless = random_chance(r, 3);
  step->late = random_chance(r, 20);
  step->follow_up = random_chance(r, 75) ? OBSERVED_SUCCESS : (enum follow_up)random_below(r, 3);
  struct text_buffer result = {0};
  generate_result(r, step->operation, step->text, &result);
  step->result = result.bytes;
}

void generate_steps(struct random *r, size_t count, struct steps *out) {
  size_t decisions = 0;
  while (decisions < count) {
    if (decisions % 60 == 0) open_sessions(r, out);
    unsigned agent = random_below(r, GENERATED_AGENTS), kind = random_below(r, 40);
    if (kind == 0) add(out, HAPPENS_HEAR, agent)->text = copy_of(generate_utterance(r));
    else if (kind == 1) add(out, HAPPENS_PROVE, agent)->text = copy_of(random_chance(r, 50) ? "work.p.verified" : "work.p.known");
    else if (kind == 2) add(out, HAPPENS_TIME, agent)->microseconds = (int64_t)random_below(r, 1200) * 1000000;
    else if (kind == 3 && random_chance(r, 20)) add(out, HAPPENS_TAINT, agent)->text = copy_of("work.p.secret");
    add_decision(r, out, agent);
    decisions++;
  }
}

void steps_free(struct steps *steps) {
  for (size_t i = 0; i < steps->count; i++) { free(steps->items[i].text); free(steps->items[i].result); }
  free(steps->items);
  *steps = (struct steps){0};
}

char *describe_step(const struct step *s) {
  static const char *const follow_ups[] = {"", " -> unknown", " -> failed", " -> "};
  struct text_buffer b = {0};
  const char *agent = generated_agents[s->agent];
  switch (s->happens) {
  case HAPPENS_OPEN: text_add(&b, "open %s requester %s", agent, s->text); break;
  case HAPPENS_HEAR: text_add(&b, "hear %s \"%s\"", agent, s->text); break;
  case HAPPENS_SEE: text_add(&b, "see %s store.thing %s", agent, s->text); break;
  case HAPPENS_PROVE: text_add(&b, "prove %s %s", agent, s->text); break;
  case HAPPENS_TAINT: text_add(&b, "taint %s %s", agent, s->text); break;
  case HAPPENS_TIME: text_add(&b, "time + %lld us", (long long)s->microseconds); break;
  case HAPPENS_DECIDE:
    text_add(&b, "decide %s %s %s%s%s%s%s%s", agent, generated_operations[s->operation], s->text, s->sessionless ? " without session" : "",
             s->approve ? s->partly ? " asks approved one after the other" : " asks approved" : "", follow_ups[s->follow_up], s->follow_up == OBSERVED_SUCCESS ? s->result : "",
             s->late ? " (late)" : "");
  }
  return b.bytes;
}
