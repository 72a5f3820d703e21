/* ahead.c: several threads look at the rules of a large workspace before their turn comes. Each has a checker of its own, which reads the program
 * and adds nothing to it. A look counts if all was well: where there was something to say, or a type or a word to be made, there is another one in its
 * turn as if nobody had looked. So neither the bundle nor the report shows how many threads there were. */
#include "sema/rules.h"
#include "support/threads.h"

enum { LOOKS_EACH = 256, LOOKS_AT_ONCE = 8 };       /* fewer are done sooner than a thread is started; taken by a thread at a time */
struct work { rule_look *look; void *user; bool *settled; struct thread_shares numbers; };
struct worker { struct work *work; struct checker checker; struct arena arena; struct rbc_diags diags; struct rules_state rules; };

static bool is_settled(struct worker *w, size_t number) {
  const unsigned said = w->diags.errors + w->diags.warnings;
  w->checker.deferred = false;
  return w->work->look(&w->checker, number, w->work->user) && !w->checker.deferred && w->diags.errors + w->diags.warnings == said;
}

static void *look_at_all(void *argument) {
  struct worker *w = argument;
  struct work *work = w->work;
  for (size_t i, end; !w->arena.failed && threads_take(&work->numbers, &i, &end);)
    for (; i < end; i++) work->settled[i] = is_settled(w, i);
  return NULL;
}

static void open_worker(struct worker *w, const struct checker *c, struct work *work) {
  w->work = work;
  w->checker = *c;
  w->checker.arena = w->diags.arena = &w->arena;
  w->checker.diags = &w->diags;
  w->checker.rules = &w->rules;
  w->checker.ahead = true;
  w->rules.fns = c->rules->fns;
  w->rules.fn_count = c->rules->fn_count;
}

static unsigned lookers(const struct checker *c, size_t count) { return threads_wanted(c->options->threads, count / LOOKS_EACH); }

bool rule_look_ahead(struct checker *c, size_t count, rule_look *look, void *user, bool **settled) {
  const unsigned threads = lookers(c, count);
  *settled = NULL;
  if (threads < 2) return true;
  *settled = rule_array_of(c, count, sizeof **settled);
  struct work work = {.look = look, .user = user, .settled = *settled, .numbers = {.count = count, .at_once = LOOKS_AT_ONCE}};
  struct worker *workers = rule_array_of(c, threads, sizeof *workers);
  if (!*settled || !workers) return false;
  for (unsigned i = 0; i < threads; i++) open_worker(&workers[i], c, &work);
  threads_run(look_at_all, workers, sizeof *workers, threads);
  for (unsigned i = 0; i < threads; i++) arena_join(c->arena, &workers[i].arena);
  return !c->arena->failed;
}

/* ---- rules ---- */
struct turn { const struct block *block; uint32_t at; };

/* Gives how many rules there are; with turns, where they stand. */
static size_t find_turns(const struct block *blocks, size_t count, struct turn *turns) {
  size_t rules = 0;
  for (size_t i = 0; i < count; i++)
    for (uint32_t at = 0; at < KIDS(blocks[i].items); at++) {
      if (!rule_is_rule(blocks[i].items->kid[at])) continue;
      if (turns) turns[rules] = (struct turn){&blocks[i], at};
      rules++;
    }
  return rules;
}

static bool look_at_rule(struct checker *c, size_t number, void *user) {
  const struct turn *turn = (struct turn *)user + number;
  struct block block = *turn->block;
  bool good = true;
  block.c = c;
  block.ahead[turn->at] = rule_check(&block, turn->at, &good);
  return good;
}

bool rule_check_ahead(struct checker *c, struct block *blocks, size_t count) {
  const size_t rules = find_turns(blocks, count, NULL);
  bool *settled;
  if (lookers(c, rules) < 2) return true;
  struct turn *turns = rule_array_of(c, rules, sizeof *turns);
  if (!turns) return false;
  find_turns(blocks, count, turns);
  for (size_t i = 0; i < count; i++)
    if (!(blocks[i].ahead = rule_array_of(c, KIDS(blocks[i].items), sizeof *blocks[i].ahead))) return false;
  if (!rule_look_ahead(c, rules, look_at_rule, turns, &settled)) return false;
  for (size_t i = 0; i < rules; i++)
    if (!settled[i]) turns[i].block->ahead[turns[i].at] = NULL;
  return true;
}
