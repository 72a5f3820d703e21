/* ahead.c: the rules of a large workspace are checked by several threads before their turn comes. Each thread has a checker of its own, which reads
 * the program and adds nothing to it. A rule counts if all was well with it: where there was something to say, or a type or a word to be made, it is
 * checked again in its turn as if nobody had looked. So neither the bundle nor the report shows how many threads there were. */
#include "sema/rules.h"
#include "support/threads.h"

enum { RULES_EACH = 256, RULES_AT_ONCE = 8 };        /* fewer are checked sooner than a thread is started; taken by a thread at a time */
struct turn { const struct block *block; uint32_t at; };
struct work { const struct turn *turns; size_t count; atomic_size_t next; };
struct worker { struct work *work; struct checker checker; struct arena arena; struct rbc_diags diags; struct rules_state rules; };

static void look(struct worker *w, const struct turn *turn) {
  struct block block = *turn->block;
  const unsigned said = w->diags.errors + w->diags.warnings;
  bool good = true;
  block.c = &w->checker;
  w->checker.deferred = false;
  struct rule *rule = rule_check(&block, turn->at, &good);
  if (good && !w->checker.deferred && w->diags.errors + w->diags.warnings == said) block.ahead[turn->at] = rule;
}

static void *look_at_rules(void *argument) {
  struct worker *w = argument;
  for (size_t from; !w->arena.failed && (from = atomic_fetch_add(&w->work->next, RULES_AT_ONCE)) < w->work->count;)
    for (size_t i = from; i < w->work->count && i < from + RULES_AT_ONCE; i++) look(w, &w->work->turns[i]);
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

bool rule_check_ahead(struct checker *c, struct block *blocks, size_t count) {
  struct work work = {.count = find_turns(blocks, count, NULL)};
  const unsigned threads = threads_wanted(c->options->threads, work.count / RULES_EACH);
  if (threads < 2) return true;
  struct turn *turns = rule_array_of(c, work.count, sizeof *turns);
  struct worker *workers = rule_array_of(c, threads, sizeof *workers);
  if (!turns || !workers) return false;
  for (size_t i = 0; i < count; i++)
    if (KIDS(blocks[i].items) && !(blocks[i].ahead = rule_array_of(c, blocks[i].items->count, sizeof *blocks[i].ahead))) return false;
  find_turns(blocks, count, turns);
  work.turns = turns;
  for (unsigned i = 0; i < threads; i++) open_worker(&workers[i], c, &work);
  threads_run(look_at_rules, workers, sizeof *workers, threads);
  for (unsigned i = 0; i < threads; i++) arena_join(c->arena, &workers[i].arena);
  return !c->arena->failed;
}
