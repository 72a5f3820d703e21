/* codegen.c: the order in which the sections are filled. */
#include <sodium.h>
#include <string.h>
#include "codegen/codegen.h"
#include "codegen/generator.h"
#include "include/rbc.h"

static void bundle_record(struct generator *g) {
  const struct program *p = g->program;
  char digest[65];
  gen_state_digest(g, digest);
  struct image_bundle record = {
    .workspace = gen_string(g, p->workspace), .built = gen_string(g, p->built), .zone = p->zone ? p->zone->id : 0,
    .requester_type = p->requester ? gen_type(g, p->requester) : NONE32,
    .stdlib_digest = gen_string(g, p->stdlib_digest), .state_digest = gen_string(g, digest),
  };
  gen_append(g, SECTION_BUNDLE, &record, 1);
}

bool rbc_generate(const struct program *program, const struct rbc_options *options, struct rbc_diags *diags, unsigned char **image, size_t *size) {
  struct generator g = {.program = program, .diags = diags, .pair_type = NONE32, .plain = options->plain, .threads = options->threads};
  *image = NULL;
  *size = 0;
  if (sodium_init() < 0) g.out_of_memory = true;
  gen_text(&g, "", 0);                   /* ref 0 */
  void (*const steps[])(struct generator *) = {
    gen_types, bundle_record, gen_world, gen_zones, gen_patterns, gen_functions, gen_rules, gen_tables, gen_scope,
  };
  for (size_t i = 0; i < sizeof steps / sizeof *steps && !g.out_of_memory; i++) steps[i](&g);
  bool done = !g.failed && !g.out_of_memory && !g.scratch.failed && gen_finish(&g, image, size);
  if (g.out_of_memory || g.scratch.failed) diags->out_of_memory = true;
  gen_free(&g);
  return done;
}
