/* tests.c: test blocks: what is given. The steps are in steps.c. */
#include "sema/rules.h"
#include "syntax/tokens.h"

static void label_first(struct checker *c, const struct item *item, struct diag *d, enum node_kind kind) {
  const struct node *lines = item->node->kid[1];
  uint32_t i = 0;
  while (i < lines->count && lines->kid[i]->kind != kind) i++;
  if (i < lines->count) rbc_diag_label(c->diags, d, rbc_span(item->scope, lines->kid[i]), "the first one");
}

static bool at_time(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  uint32_t length;
  const char *text = node_text(item->scope->source, node->kid[0], &length);
  struct span span = rbc_span(item->scope, node->kid[0]);
  bool zoned = true;
  if (test->has_time) {
    struct diag *d = rule_diag(c, E0708, span, "this test has a time already");
    label_first(c, item, d, NODE_T_AT);
    return false;
  }
  if (!rbc_parse_time(text, length, &test->at, &zoned)) return false;    /* E0012 */
  if (!zoned && c->program->zone && !rbc_local_to_utc(c, c->program->zone, test->at, &test->at)) return false;
  return test->has_time = true;
}

static bool requester(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  struct span span = rbc_span(item->scope, node);
  if (!c->program->requester) {
    struct diag *d = rule_diag(c, E0707, span, "nothing is declared that the host says of a requester");
    rbc_diag_help(c->diags, d, "declare it: `context requester { ... }`");
    return false;
  }
  if (test->requester_json) {
    struct diag *d = rule_diag(c, E0707, span, "this test has a requester already");
    label_first(c, item, d, NODE_GIVEN_REQUESTER);
    return false;
  }
  test->requester_json = rbc_wire_json(c, item->scope, node->kid[0], c->program->requester, WIRE_FILL);
  return test->requester_json != NULL;
}

static bool session_has(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  const struct node *names = node->kid[0];
  bool ok = true;
  for (uint32_t i = 0; i < names->count; i++) {
    const struct symbol *symbol =
      rbc_resolve(c, item->scope, names->kid[i], SYM(LABEL) | SYM(PROOF), "a label or a proof");
    if (!symbol || !symbol->ptr) {
      ok = false;
      continue;
    }
    for (unsigned l = 0; l < c->program->labels_count && l < 64; l++)
      if (c->program->labels[l] == symbol->ptr) test->labels |= UINT64_C(1) << l;
    for (unsigned p = 0; p < c->program->proofs_count && p < 64; p++)
      if (c->program->proofs[p] == symbol->ptr) test->proofs |= UINT64_C(1) << p;
  }
  return ok;
}

static bool said(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  const char *text = rbc_string(c, item->scope, node->kid[0]);
  const char **list = rule_array_of(c, test->said_count + 1, sizeof *list);
  if (!text || !list) return false;
  for (unsigned i = 0; i < test->said_count; i++) list[i] = test->said[i];
  list[test->said_count++] = text;
  test->said = list;
  return true;
}

static bool seen(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  const struct symbol *symbol = rbc_resolve(c, item->scope, node->kid[0], SYM(ENTITY), "an entity");
  const struct entity *entity = symbol ? symbol->ptr : NULL;
  if (!entity) return false;
  bool ok = true;
  for (unsigned k = 0; k < entity->keys; k++) {
    const char *key = entity->type->fields[entity->key_field[k]].name;
    const struct node *fields = node->kid[1]->kid[0];
    bool found = false;
    for (uint32_t i = 0; i < fields->count; i++)
      found = found || rule_is(rbc_text(c, item->scope, fields->kid[i]->kid[0]), key);
    if (found) continue;
    rule_diag(c, E0707, rbc_span(item->scope, node), "a seen %s needs its key `%s`", entity->name, key);
    ok = false;
  }
  const char *json = ok ? rbc_wire_json(c, item->scope, node->kid[1], entity->type, WIRE_FILL) : NULL;
  struct test_seen *list = rule_array_of(c, test->seen_count + 1, sizeof *list);
  if (!json || !list) return false;
  for (unsigned i = 0; i < test->seen_count; i++) list[i] = test->seen[i];
  list[test->seen_count++] = (struct test_seen){entity, json, rbc_span(item->scope, node)};
  test->seen = list;
  return true;
}

static bool rows(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  const struct symbol *symbol = rbc_resolve(c, item->scope, node->kid[0], SYM(TABLE) | SYM(TREE), "a table");
  if (!symbol) return false;
  test->needs = "rows of a table given by a test";
  return true;
}

/* Everything given is there from the beginning of the session. Between two steps it may stand where that makes no
 * difference: nothing was expected yet, and no step before it changes the entity. */
static bool may_stand_here(struct checker *c, const struct item *item, const struct node *node,
                           const struct test *test) {
  const struct symbol *symbol =
    node->kind == NODE_GIVEN_SEEN ? rbc_resolve(c, item->scope, node->kid[0], SYM(ENTITY), "an entity") : NULL;
  bool clear = node->kind != NODE_T_AT;
  for (unsigned i = 0; i < test->step_count && clear; i++) {
    const struct operation *operation = test->steps[i].operation;
    clear = !test->steps[i].expects;
    for (unsigned k = 0; operation && symbol && k < operation->change_count; k++)
      clear = clear && operation->changes[k].entity != symbol->ptr;
  }
  if (clear) return true;
  struct diag *d = rule_diag(c, E0707, rbc_span(item->scope, node),
                             "what is given is there from the beginning, and a step before this %s",
                             node->kind == NODE_T_AT ? "had a time already" : "expected something, or changes it");
  rbc_diag_help(c->diags, d, "move it above the first step, or write two tests");
  return false;
}

static bool given(struct checker *c, const struct item *item, const struct node *node, struct test *test) {
  if (test->step_count && !may_stand_here(c, item, node, test)) return false;
  switch (node->kind) {
  case NODE_T_AT: return at_time(c, item, node, test);
  case NODE_GIVEN_REQUESTER: return requester(c, item, node, test);
  case NODE_GIVEN_HAS: return session_has(c, item, node, test);
  case NODE_GIVEN_SAID: return said(c, item, node, test);
  case NODE_GIVEN_SEEN: return seen(c, item, node, test);
  default: return rows(c, item, node, test);
  }
}

/* Those of a package stand together. */
static bool same_title(struct checker *c, const struct item *item, const struct test *test) {
  for (unsigned i = c->program->tests_count; i-- > 0 && c->program->tests[i]->package == test->package;) {
    const struct test *other = c->program->tests[i];
    if (!rule_is(other->title, test->title)) continue;
    struct diag *d =
      rule_diag(c, E0709, rbc_span(item->scope, item->node->kid[0]), "two tests of this package have this title");
    rbc_diag_label(c->diags, d, other->span, "the other one");
    rbc_diag_help(c->diags, d, "a failing test is named by its title: give each its own");
    return true;
  }
  return false;
}

bool rule_test(struct checker *c, const struct item *item) {
  const struct node *lines = item->node->kid[1];
  struct test *test = arena_alloc(c->arena, sizeof *test);
  if (!test) return false;
  test->title = rbc_string(c, item->scope, item->node->kid[0]);
  test->package = item->scope->package->package;
  test->span = rbc_span(item->scope, item->node->kid[0]);
  test->steps = rule_array_of(c, lines->count, sizeof *test->steps);
  if (!test->title || !test->steps) return false;
  bool ok = !same_title(c, item, test), expects = false;
  for (uint32_t i = 0; i < lines->count; i++) {
    const struct node *line = lines->kid[i];
    if (line->kind == NODE_STEP)
      ok = rule_step(c, item, line, &test->steps[test->step_count++]) && ok;
    else if (line->kind == NODE_EXPECT) {
      expects = true;
      ok = rule_expect(c, item, line, test->step_count ? &test->steps[test->step_count - 1] : NULL) && ok;
    } else if (line->kind != NODE_ERROR)
      ok = given(c, item, line, test) && ok;
  }
  if (ok && !expects) {
    struct diag *d = rule_diag(c, W0916, test->span, "this test expects nothing, so it cannot fail");
    rbc_diag_help(c->diags, d, "end it with `expect allow`, `expect deny by ...` or `expect ask ...`");
  }
  return PROGRAM_APPEND(c, tests, test) && ok;
}
