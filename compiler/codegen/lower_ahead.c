/* lower_ahead.c: the programs of a large workspace's rules are made by several threads before their turn comes. Each thread has a generator of its
 * own, and making a program adds nothing to any section; a program counts if no limit was passed. In its turn it is settled as if it had been made
 * then, so the bundle does not show how many threads there were. */
#include <stdlib.h>
#include "codegen/generator.h"
#include "support/threads.h"

enum { RULES_EACH = 512, RULES_AT_ONCE = 16 };       /* fewer are lowered sooner than a thread is started; taken by a thread at a time */
/* code.code.bytes NULL: there is none. All of it in arenas. */
struct gen_lowered { struct gen_code code; struct gen_buffer constants, immediates, condition; };
struct work { const struct program *program; struct gen_lowered *lowered; struct thread_shares rules; };
struct worker { struct work *work; struct generator g; struct rbc_diags diags; };

static bool keep(struct generator *g, const struct gen_buffer *from, struct gen_buffer *to) {
  *to = (struct gen_buffer){.bytes = (unsigned char *)arena_copy(&g->left, from->bytes, from->size), .size = from->size};
  return to->bytes;
}

static void lower(struct worker *w, size_t number) {
  struct generator *g = &w->g;
  struct gen_lowered *out = &w->work->lowered[number], made = {0};
  gen_own_program(g, &made.code, w->work->program->rules[number]);
  struct gen_buffer code = made.code.code;
  const bool good = !made.code.failed && !g->failed && !g->out_of_memory && keep(g, &g->constants, &made.constants) &&
                    keep(g, &g->immediates, &made.immediates) && keep(g, &g->condition, &made.condition);
  gen_code_drop(&made.code);
  if (good && keep(g, &code, &made.code.code)) *out = made;
}

static void *lower_rules(void *argument) {
  struct worker *w = argument;
  for (size_t i, end; !w->g.failed && !w->g.out_of_memory && !w->g.left.failed && threads_take(&w->work->rules, &i, &end);)
    for (; i < end; i++) lower(w, i);
  return NULL;
}

static void open_worker(struct worker *w, const struct generator *g, struct work *work) {
  w->work = work;
  w->diags.arena = &w->g.left;
  w->g = (struct generator){.program = g->program, .diags = &w->diags, .functions = g->functions, .type_numbers = g->type_numbers,
                            .type_count = g->type_count, .pair_type = NONE32, .plain = g->plain, .ahead = true};
}

/* What it made lasts as long as the generator; that it ran out of memory is none of that one's business. */
static void close_worker(struct worker *w, struct generator *g) {
  struct arena *const arenas[] = {&w->g.scratch, &w->g.left};
  for (unsigned i = 0; i < 2; i++) {
    arenas[i]->failed = false;
    arena_join(&g->scratch, arenas[i]);
  }
  gen_free(&w->g);
}

void gen_lower_ahead(struct generator *g) {
  struct work work = {.program = g->program, .rules = {.count = g->program->rules_count, .at_once = RULES_AT_ONCE}};
  const unsigned threads = threads_wanted(g->threads, g->program->rules_count / RULES_EACH);
  if (threads < 2 || g->failed) return;
  struct worker *workers = arena_alloc(&g->scratch, threads * sizeof *workers);
  g->lowered = work.lowered = arena_alloc(&g->scratch, g->program->rules_count * sizeof *work.lowered);
  if (!workers || !work.lowered) { g->out_of_memory = true; return; }
  for (unsigned i = 0; i < threads; i++) open_worker(&workers[i], g, &work);
  threads_run(lower_rules, workers, sizeof *workers, threads);
  for (unsigned i = 0; i < threads; i++) close_worker(&workers[i], g);
}

static void take(struct generator *g, struct gen_buffer *to, const struct gen_buffer *from) {
  to->size = 0;
  gen_buffer_add(g, to, from->bytes, from->size);
}

bool gen_take_lowered(struct generator *g, struct gen_code *code, const struct rule *rule) {
  const struct gen_lowered *made = g->lowered ? &g->lowered[rule->id] : NULL;
  if (!made || !made->code.code.bytes) return false;
  gen_code_open(g, code, rule->span, rule);
  const struct gen_buffer room = code->code;
  *code = made->code;
  code->g = g;
  code->code = room;
  take(g, &code->code, &made->code.code);
  take(g, &g->constants, &made->constants);
  take(g, &g->immediates, &made->immediates);
  take(g, &g->condition, &made->condition);
  return true;
}
