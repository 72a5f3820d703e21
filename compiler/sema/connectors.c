/* connectors.c: the properties of a connector; one base address, one connector. */
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"

static const char *const KNOWN[] = { "kind", "residency", "zone", "failure", "base", "auth" };
enum { KNOWN_COUNT = sizeof KNOWN / sizeof *KNOWN };

static int by_name(const void *a, const void *b) {
  return strcmp((*(const struct connector *const *)a)->name, (*(const struct connector *const *)b)->name);
}

static const struct node *only_value(const struct node *prop) {
  return KIDS(prop->kid[1]) == 1 ? prop->kid[1]->kid[0] : NULL;
}

static const char *text_value(struct checker *c, const struct symbol *s, const struct node *prop, const char *name,
                              const char *like) {
  const struct node *value = only_value(prop);
  if (value && value->kind == NODE_STRING) return rbc_string(c, s->scope, value);
  struct diag *d = rbc_diag(c->diags, E0310, rbc_span(s->scope, prop), "`%s` is a text", name);
  rbc_diag_help(c->diags, d, "such as `%s %s`", name, like);
  return NULL;
}

static const char *word_value(struct checker *c, const struct symbol *s, const struct node *prop, const char *name) {
  const struct node *value = only_value(prop);
  if (value && (value->kind == NODE_PATH || value->kind == NODE_NAME))
    return node_path(s->scope->source, value, c->arena);
  if (value && value->kind == NODE_STRING) return rbc_string(c, s->scope, value);
  rbc_diag(c->diags, E0310, rbc_span(s->scope, prop), "`%s` is one word", name);
  return NULL;
}

static void read_residency(struct checker *c, const struct symbol *s, const struct node *prop) {
  struct connector *connector = s->ptr;
  const struct node *value = only_value(prop);
  if (!value || value->kind != NODE_PATH) {
    rbc_diag(c->diags, E0310, rbc_span(s->scope, prop), "`residency` is a region, such as `residency eu`");
    return;
  }
  const struct symbol *region = rbc_resolve(c, s->scope, value, SYM(REGION), "a region");
  if (region && region->ptr) connector->residency = rbc_region_number(c, region->ptr);
}

/* A property that nobody knows may be the connector's own, unless it looks like a slip of one that is known. */
static void check_unknown(struct checker *c, const struct symbol *s, const struct node *prop, const char *name) {
  const char *near = rbc_nearest(name, KNOWN, KNOWN_COUNT);
  if (!near) return;
  struct span span = rbc_span(s->scope, prop->kid[0]);
  struct diag *d = rbc_diag(c->diags, E0311, span, "a connector has no property `%s`", name);
  rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
  rbc_diag_fix(d, span, near);
}

static void read_property(struct checker *c, const struct symbol *s, const struct node *prop) {
  struct connector *connector = s->ptr;
  const char *name = rbc_text(c, s->scope, prop->kid[0]);
  if (!strcmp(name, "kind")) connector->kind = word_value(c, s, prop, name);
  else if (!strcmp(name, "residency")) read_residency(c, s, prop);
  else if (!strcmp(name, "failure")) connector->failure = text_value(c, s, prop, name, "\"Error\"");
  else if (!strcmp(name, "base")) connector->base = text_value(c, s, prop, name, "\"https://api.example.com\"");
  else if (!strcmp(name, "auth")) word_value(c, s, prop, name);
  else if (!strcmp(name, "zone")) {
    const char *zone = text_value(c, s, prop, name, "\"Europe/Berlin\"");
    if (zone) connector->zone = rbc_zone(c, zone, rbc_span(s->scope, prop->kid[1]));
  } else check_unknown(c, s, prop, name);
}

static void read_properties(struct checker *c, const struct symbol *s) {
  const struct node *members = s->node->kid[2];
  for (uint32_t i = 0; i < KIDS(members); i++) {
    const struct node *prop = members->kid[i];
    if (prop->kind != NODE_PROP) continue;
    const char *name = rbc_text(c, s->scope, prop->kid[0]);
    for (uint32_t k = 0; k < i; k++) {
      const struct node *other = members->kid[k];
      if (other->kind != NODE_PROP || strcmp(rbc_text(c, s->scope, other->kid[0]), name)) continue;
      struct diag *d = rbc_diag(c->diags, E0312, rbc_span(s->scope, prop), "`%s` is said twice", name);
      rbc_diag_label(c->diags, d, rbc_span(s->scope, other), "first here");
    }
    read_property(c, s, prop);
  }
  struct connector *connector = s->ptr;
  if (connector->failure && !*connector->failure)
    rbc_diag(c->diags, E0310, s->span, "an empty `failure` would make every text result of %s a failure", s->name);
}

/* The address without what does not tell two apart: case of scheme and host, a slash at the end. */
static const char *plain_base(struct checker *c, const char *base) {
  size_t n = strlen(base);
  while (n && base[n - 1] == '/') n--;
  char *copy = arena_copy(c->arena, base, n);
  char *scheme = copy ? strstr(copy, "://") : NULL;
  for (char *p = copy; p && *p && (p < (scheme ? scheme + 3 : copy) || *p != '/'); p++)
    if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
  return copy;
}

static void check_bases(struct checker *c) {
  struct program *p = c->program;
  for (unsigned i = 0; i < p->connectors_count; i++) {
    const char *mine = p->connectors[i]->base ? plain_base(c, p->connectors[i]->base) : NULL;
    for (unsigned k = 0; mine && *mine && k < i; k++) {
      const char *other = p->connectors[k]->base ? plain_base(c, p->connectors[k]->base) : NULL;
      if (!other || strcmp(mine, other)) continue;
      bool swap = p->connectors[k]->span.source > p->connectors[i]->span.source;
      const struct connector *second = p->connectors[swap ? k : i], *first = p->connectors[swap ? i : k];
      struct diag *d =
          rbc_diag(c->diags, E0313, second->span, "connector %s has the base address of %s", second->name, first->name);
      rbc_diag_label(c->diags, d, first->span, "the connector that has it");
      rbc_diag_note(c->diags, d, "a second declaration of one system could call harmless what the first one restricts");
    }
  }
}

void rbc_declare_connectors(struct checker *c) {
  struct program *p = c->program;
  for (struct package_scope *k = c->packages; k; k = k->next)
    for (struct symbol *s = k->symbols.first; s; s = s->next_in_package) {
      if (s->kind != SYM_CONNECTOR || !s->ptr) continue;
      struct connector *connector = s->ptr;
      connector->name = s->name;
      connector->span = s->span;
      connector->package = s->package;
      connector->residency = NONE32;
      read_properties(c, s);
    }
  if (p->connectors_count) qsort(p->connectors, p->connectors_count, sizeof *p->connectors, by_name);
  for (unsigned i = 0; i < p->connectors_count; i++) p->connectors[i]->id = i;
  check_bases(c);
}
