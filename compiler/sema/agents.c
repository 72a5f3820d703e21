/* agents.c: teams and agents: who they are, what they use, whose work they accept. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"

struct once { struct span owner, purpose, team; };    /* where a property was said; source NO_SOURCE: not yet */

static int by_agent(const void *a, const void *b) {
  return strcmp((*(const struct agent *const *)a)->name, (*(const struct agent *const *)b)->name);
}
static int by_team(const void *a, const void *b) {
  return strcmp((*(const struct team *const *)a)->name, (*(const struct team *const *)b)->name);
}

static bool first_time(struct checker *c, struct span *before, struct span here, const char *name) {
  if (before->source == NO_SOURCE) { *before = here; return true; }
  struct diag *d = rbc_diag(c->diags, E0312, here, "`%s` is said twice", name);
  rbc_diag_label(c->diags, d, *before, "first here");
  return false;
}

static const char *text_of(struct checker *c, const struct symbol *s, const struct node *prop, const char *name,
                           const char *like) {
  const struct node *values = prop->kid[1], *value = KIDS(values) == 1 ? values->kid[0] : NULL;
  const char *text = value && value->kind == NODE_STRING ? rbc_string(c, s->scope, value) : NULL;
  if (text && *text) return text;
  struct diag *d = rbc_diag(c->diags, E0310, rbc_span(s->scope, prop), "`%s` is a text", name);
  rbc_diag_help(c->diags, d, "such as `%s \"%s\"`", name, like);
  return NULL;
}

static void unknown_property(struct checker *c, const struct symbol *s, const struct node *prop, const char *name,
                             const char *const *known, size_t count) {
  struct span span = rbc_span(s->scope, prop->kid[0]);
  struct diag *d = rbc_diag(c->diags, E0311, span, "%s has no property `%s`", rbc_symbol_kind_name(s->kind), name);
  const char *near = rbc_nearest(name, known, count);
  if (near) { rbc_diag_help(c->diags, d, "did you mean `%s`?", near); rbc_diag_fix(d, span, near); }
  else rbc_diag_help(c->diags, d, s->kind == SYM_AGENT ? "owner, purpose, team, uses, accepts, expects" : "owner, purpose");
}

static void no_owner(struct checker *c, const struct symbol *s) {
  struct diag *d =
      rbc_diag(c->diags, E0340, s->span, "%s `%s` has no owner", s->kind == SYM_AGENT ? "agent" : "team", s->name);
  rbc_diag_help(c->diags, d, "say who answers for it: `owner \"support@acme.example\"`");
}

static void fill_team(struct checker *c, const struct symbol *s) {
  static const char *const KNOWN[] = { "owner", "purpose" };
  struct team *team = s->ptr;
  struct once once = { rbc_nowhere(), rbc_nowhere(), rbc_nowhere() };
  const struct node *props = s->node->kid[1];
  team->name = s->full;
  team->span = s->span;
  for (uint32_t i = 0; i < KIDS(props); i++) {
    const struct node *prop = props->kid[i];
    if (prop->kind != NODE_PROP) continue;
    const char *name = rbc_text(c, s->scope, prop->kid[0]);
    struct span here = rbc_span(s->scope, prop);
    if (!strcmp(name, "owner")) {
      if (first_time(c, &once.owner, here, name)) team->owner = text_of(c, s, prop, name, "support@acme.example");
    } else if (!strcmp(name, "purpose")) {
      if (first_time(c, &once.purpose, here, name)) text_of(c, s, prop, name, "answers customers");
    } else unknown_property(c, s, prop, name, KNOWN, 2);
  }
  if (once.owner.source == NO_SOURCE) no_owner(c, s);
}

static void agent_team(struct checker *c, const struct symbol *s, const struct node *prop) {
  const struct node *values = prop->kid[1], *value = KIDS(values) == 1 ? values->kid[0] : NULL;
  if (!value || (value->kind != NODE_PATH && value->kind != NODE_NAME)) {
    rbc_diag(c->diags, E0310, rbc_span(s->scope, prop), "`team` is the name of a team");
    return;
  }
  const struct symbol *team = rbc_resolve(c, s->scope, value, SYM(TEAM), "a team");
  if (team) ((struct agent *)s->ptr)->team = team->ptr;
}

static void agent_property(struct checker *c, const struct symbol *s, const struct node *prop, struct once *once) {
  static const char *const KNOWN[] = { "owner", "purpose", "team", "uses", "accepts", "expects" };
  struct agent *agent = s->ptr;
  const char *name = rbc_text(c, s->scope, prop->kid[0]);
  struct span here = rbc_span(s->scope, prop);
  if (!strcmp(name, "owner")) {
    if (first_time(c, &once->owner, here, name)) agent->owner = text_of(c, s, prop, name, "support@acme.example");
  } else if (!strcmp(name, "purpose")) {
    if (first_time(c, &once->purpose, here, name))
      agent->purpose = text_of(c, s, prop, name, "answers customer tickets");
  } else if (!strcmp(name, "team")) {
    if (first_time(c, &once->team, here, name)) agent_team(c, s, prop);
  } else if (!strcmp(name, "expects")) rbc_agent_expects(c, s, prop);
  else unknown_property(c, s, prop, name, KNOWN, 6);
}

/* What the parts name, one after the other; NULL: memory is out. Agents that use the same things share the list. */
static const struct operation **joined(struct checker *c, const struct operations *parts, unsigned part_count, struct operations *last) {
  unsigned count = 0, at = 0;
  bool same = true;
  for (unsigned i = 0; i < part_count; i++)
    for (unsigned k = 0; k < parts[i].count; k++, count++) same = same && count < last->count && last->list[count] == parts[i].list[k];
  if (same && count == last->count) return last->list;
  *last = (struct operations){ .list = arena_alloc(c->arena, (count + 1) * sizeof *last->list) };
  if (!last->list) return NULL;
  for (unsigned i = 0; i < part_count; i++)
    for (unsigned k = 0; k < parts[i].count; k++) last->list[at++] = parts[i].list[k];
  last->count = count;
  rbc_sort_operations(last);
  return last->list;
}

static void agent_accepts(struct checker *c, const struct symbol *s, const struct node *node) {
  struct agent *agent = s->ptr;
  const struct symbol *other = rbc_resolve(c, s->scope, node->kid[0], SYM(AGENT), "an agent");
  if (!other || !other->ptr) return;
  if (other == s) {
    rbc_diag(c->diags, E0341, rbc_span(s->scope, node), "an agent does not hand work to itself");
    return;
  }
  for (unsigned i = 0; i < agent->accept_count; i++) if (agent->accepts[i] == other->ptr) return;
  rbc_append(c->arena, (void ***)(void *)&agent->accepts, &agent->accept_count, other->ptr);
}

static void fill_agent(struct checker *c, const struct symbol *s, struct operations *last_uses) {
  struct agent *agent = s->ptr;
  struct once once = { rbc_nowhere(), rbc_nowhere(), rbc_nowhere() };
  const struct node *members = s->node->kid[2];
  struct operations *uses = arena_alloc(c->arena, (KIDS(members) + 1) * sizeof *uses);
  unsigned part_count = 0;
  if (!uses) return;
  for (uint32_t i = 0; i < KIDS(members); i++) {
    const struct node *member = members->kid[i];
    if (member->kind == NODE_PROP) agent_property(c, s, member, &once);
    else if (member->kind == NODE_USES && !rbc_resolve_target(c, s->scope, member->kid[0], NULL, true, &uses[part_count++])) agent->broken = true;
    else if (member->kind == NODE_ACCEPTS) agent_accepts(c, s, member);
  }
  agent->uses = joined(c, uses, part_count, last_uses);
  agent->use_count = agent->uses ? last_uses->count : 0;
  if (agent->accept_count) qsort(agent->accepts, agent->accept_count, sizeof *agent->accepts, by_agent);
  if (once.owner.source == NO_SOURCE && agent->team) agent->owner = agent->team->owner; /* who answers for the team */
  else if (once.owner.source == NO_SOURCE) no_owner(c, s);
}

void rbc_declare_agents(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      if (s->kind == SYM_TEAM && s->ptr) fill_team(c, s);
      if (s->kind != SYM_AGENT || !s->ptr) continue;
      struct agent *agent = s->ptr;                    /* named before the others speak of it */
      agent->name = s->full;
      agent->package = s->package;
      agent->span = s->span;
    }
  if (p->teams_count) qsort(p->teams, p->teams_count, sizeof *p->teams, by_team);
  if (p->agents_count) qsort(p->agents, p->agents_count, sizeof *p->agents, by_agent);
  for (unsigned i = 0; i < p->teams_count; i++) p->teams[i]->id = i;
  for (unsigned i = 0; i < p->agents_count; i++) {
    p->agents[i]->id = i;
    struct package *package = (struct package *)(uintptr_t)p->agents[i]->package;
    rbc_append(c->arena, (void ***)(void *)&package->agents, &package->agent_count, p->agents[i]);
  }
  struct operations last_uses = { .list = NULL };
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) if (s->kind == SYM_AGENT && s->ptr) fill_agent(c, s, &last_uses);
}
