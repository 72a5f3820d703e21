/* types.c: one object a type; types as they are written; words and their numbers. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "sema/declare.h"
#include "support/names.h"

static const char *const WRITTEN[] = {
#define KIND(NAME, TEXT, ORDER) TEXT,
#include "type_kinds.def"
#undef KIND
};
static const char ORDERS[] = {
#define s 's'
#define o 'o'
#define n 'n'
#define KIND(NAME, TEXT, ORDER) ORDER,
#include "type_kinds.def"
#undef KIND
#undef s
#undef o
#undef n
};

static struct type *add_type(struct checker *c, enum type_kind kind) {
  struct type *type = arena_alloc(c->arena, sizeof *type);
  if (!type) return NULL;
  type->kind = kind;
  type->id = c->program->types_count;
  return PROGRAM_APPEND(c, types, type) ? type : NULL;
}

static struct type **bucket_of(const struct checker *c, enum type_kind kind, unsigned hash) {
  return &c->own->types[(hash * 31u + (unsigned)kind) % TYPE_BUCKETS];
}

/* A type that is made once, to be found again along its bucket. */
static struct type *add_to(struct checker *c, struct type **bucket, enum type_kind kind) {
  struct type *type = add_type(c, kind);
  if (!type) return NULL;
  type->next = *bucket;
  return *bucket = type;
}

bool rbc_types_start(struct checker *c) {
  for (unsigned kind = 0; kind < TYPE_FIXED_COUNT; kind++) if (!add_type(c, (enum type_kind)kind)) return false;
  c->program->types[TYPE_STRINGS]->element = c->program->types[TYPE_STRING];
  return true;
}

const struct type *rbc_type(struct checker *c, enum type_kind fixed) { return c->program->types[fixed]; }
bool rbc_is_scalar(const struct type *type) { return ORDERS[type->kind] != 'n'; }

const struct type *rbc_money(struct checker *c, const char *currency) {
  unsigned digits = rbc_currency_digits(currency);
  if (digits == UINT_MAX) return NULL;
  struct type **bucket = bucket_of(c, TYPE_MONEY, hash_name(currency));
  for (const struct type *t = *bucket; t; t = t->next)
    if (t->kind == TYPE_MONEY && rbc_is(t->name, currency)) return t;
  struct type *type = add_to(c, bucket, TYPE_MONEY);
  if (!type) return NULL;
  type->name = arena_copy(c->arena, currency, 3);
  type->digits = digits;
  return type->name ? type : NULL;
}

static struct type *find_or_add(struct checker *c, enum type_kind kind, const struct type *element) {
  if (kind == TYPE_LIST && element->kind == TYPE_STRING) return c->program->types[TYPE_STRINGS];
  struct type **bucket = bucket_of(c, kind, element->id);
  for (struct type *t = *bucket; t; t = t->next)
    if (t->kind == kind && t->element == element) return t;
  struct type *type = add_to(c, bucket, kind);
  if (type) type->element = element;
  return type;
}

static const struct type *collection_of(struct checker *c, enum type_kind kind, const struct type *element) {
  struct type *type = element ? find_or_add(c, kind, element) : NULL;
  if (type && atomic_load_explicit(&type->spare, memory_order_relaxed)) atomic_store_explicit(&type->spare, false, memory_order_relaxed);
  return type;
}

void rbc_prepare_lists(struct checker *c) {
  const unsigned count = c->program->types_count;
  for (unsigned i = 0; i < count && !c->arena->failed; i++) {
    struct type *list = rbc_is_list(c->program->types[i]) ? NULL : find_or_add(c, TYPE_LIST, c->program->types[i]);
    if (list && list->id >= count) list->spare = true;
  }
}

const struct type *rbc_list_of(struct checker *c, const struct type *element) {
  return collection_of(c, TYPE_LIST, element);
}
const struct type *rbc_set_of(struct checker *c, const struct type *element) {
  return collection_of(c, TYPE_SET, element);
}
const struct type *rbc_map_of(struct checker *c, const struct type *element) {
  return collection_of(c, TYPE_MAP, element);
}

const struct type *rbc_bool_as(struct checker *c, const char *yes, const char *no) {
  struct type **bucket = bucket_of(c, TYPE_BOOL, hash_name(yes));
  for (const struct type *t = *bucket; t; t = t->next)
    if (t->kind == TYPE_BOOL && rbc_is(t->wire_true, yes) && rbc_is(t->wire_false, no)) return t;
  struct type *type = add_to(c, bucket, TYPE_BOOL);
  if (!type) return NULL;
  type->wire_true = yes;
  type->wire_false = no;
  return type;
}

const struct type *rbc_time_in(struct checker *c, const struct zone *zone) {
  if (!zone) return rbc_type(c, TYPE_TIME);
  struct type **bucket = bucket_of(c, TYPE_TIME, zone->id);
  for (const struct type *t = *bucket; t; t = t->next)
    if (t->kind == TYPE_TIME && t->zone == zone) return t;
  struct type *type = add_to(c, bucket, TYPE_TIME);
  if (type) type->zone = zone;
  return type;
}

struct type *rbc_new_record(struct checker *c, const char *name) {
  struct type *type = add_type(c, TYPE_RECORD);
  if (type) type->name = name;
  return type;
}

/* ---- words ---- */
static struct word_entry *find_word(const struct checker *c, const char *word) {
  for (struct word_entry *w = c->own->words[hash_name(word) % WORD_BUCKETS]; w; w = w->next)
    if (same_name(w->text, word)) return w;
  return NULL;
}

unsigned rbc_symbol(struct checker *c, const char *word) {
  struct word_entry *known = find_word(c, word);
  if (known) return known->symbol;
  struct word_entry *entry = arena_alloc(c->arena, sizeof *entry);
  if (!entry) return 0;
  struct word_entry **bucket = &c->own->words[hash_name(word) % WORD_BUCKETS];
  *entry = (struct word_entry){ word, c->program->symbol_count, *bucket };
  if (!rbc_program_append(c, (void ***)(void *)&c->program->symbols, &c->program->symbol_count, (void *)(uintptr_t)word)) return 0;
  *bucket = entry;
  return entry->symbol;
}

const struct type *rbc_words(struct checker *c, const char *const *words, unsigned count, bool other) {
  struct type **bucket = &c->own->types[count ? (hash_name(words[0]) + count) % TYPE_BUCKETS : 0];
  for (const struct type *t = *bucket; t; t = t->next) {
    if (t->kind != TYPE_WORDS || t->word_count != count || t->other != other) continue;
    unsigned k = 0;
    while (k < count && same_name(t->words[k].wire, words[k])) k++;
    if (k == count) return t;
  }
  struct type *type = add_to(c, bucket, TYPE_WORDS);
  struct word *list = arena_alloc(c->arena, (count + 1) * sizeof *list);
  if (!type || !list) return NULL;
  for (unsigned k = 0; k < count; k++) {
    list[k].wire = words[k];
    if (c->own->numbered) list[k].symbol = rbc_symbol(c, words[k]);
  }
  type->words = list;
  type->word_count = count;
  type->other = other;
  return type;
}

bool rbc_word(const struct type *words, const char *word, unsigned *symbol) {
  for (unsigned i = 0; i < words->word_count; i++) {
    if (!same_name(words->words[i].wire, word)) continue;
    *symbol = words->words[i].symbol;
    return true;
  }
  return false;
}

static void mark_state(struct type *type) {
  if (type->state) return;
  type->state = true;
  if (type->element) mark_state((struct type *)(uintptr_t)type->element);
  for (unsigned i = 0; i < type->field_count; i++) mark_state((struct type *)(uintptr_t)type->fields[i].type);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Words of what sessions keep come first and by their text, so that a change elsewhere leaves their numbers alone; the others type by type, since
 * a runtime tells words apart faster whose numbers are near each other. */
static void number_group(struct checker *c, bool state) {
  const char **words = NULL;
  unsigned count = 0;
  for (unsigned i = 0; i < c->program->types_count; i++) {
    const struct type *t = c->program->types[i];
    for (unsigned k = 0; t->state == state && k < t->word_count; k++)
      rbc_append(c->arena, (void ***)(void *)&words, &count, (void *)(uintptr_t)t->words[k].wire);
  }
  if (state && count) qsort(words, count, sizeof *words, by_text);
  for (unsigned i = 0; i < count; i++) rbc_symbol(c, words[i]);
}

void rbc_number_words(struct checker *c) {
  for (unsigned i = 0; i < c->program->entities_count; i++)
    if (c->program->entities[i]->type) mark_state(c->program->entities[i]->type);
  number_group(c, true);
  number_group(c, false);
  for (unsigned i = 0; i < c->program->types_count; i++) {
    struct type *t = c->program->types[i];
    for (unsigned k = 0; k < t->word_count; k++) t->words[k].symbol = rbc_symbol(c, t->words[k].wire);
  }
  c->own->numbered = true;
}

/* ---- comparing and naming ---- */
/* Within a list, set or map words are of one type: a shorter `one of` would have to be copied word by word. */
static bool same_elements(const struct type *a, const struct type *b) {
  bool words = a && (a->kind == TYPE_WORDS || a->kind == TYPE_SYMBOL);
  return words ? a == b : rbc_same_values(a, b);
}

bool rbc_same_values(const struct type *a, const struct type *b) {
  unsigned symbol;
  if (a == b) return true;
  if (!a || !b) return false;
  if (rbc_is_list(a) && rbc_is_list(b)) return same_elements(a->element, b->element);
  if (a->kind != b->kind) return (a->kind == TYPE_WORDS || a->kind == TYPE_SYMBOL) && b->kind == TYPE_SYMBOL;
  switch (a->kind) {
    case TYPE_MONEY: case TYPE_RECORD: return false;      /* interned */
    case TYPE_WORDS:
      for (unsigned i = 0; i < a->word_count; i++) if (!rbc_word(b, a->words[i].wire, &symbol)) return false;
      return true;
    case TYPE_SET: case TYPE_MAP: return same_elements(a->element, b->element);
    default: return true;
  }
}

static bool is_name(const char *word) {
  if (!*word || (*word >= '0' && *word <= '9')) return false;
  for (; *word; word++)
    if (!((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z') || (*word >= '0' && *word <= '9') ||
          *word == '_'))
      return false;
  return true;
}

static const char *words_name(struct checker *c, const struct type *type) {
  const char *text = "one of { ";
  for (unsigned i = 0; text && i < type->word_count; i++) {
    const char *quote = is_name(type->words[i].wire) ? "" : "\"";
    if (i == 6 && type->word_count > 8) { text = arena_format(c->arena, "%s, ...", text); break; }
    text = arena_format(c->arena, "%s%s%s%s%s", text, i ? ", " : "", quote, type->words[i].wire, quote);
  }
  return text ? arena_format(c->arena, "%s }", text) : NULL;
}

const char *rbc_type_name(struct checker *c, const struct type *type) {
  const char *text = NULL;
  if (!type) return "?";
  switch (type->kind) {
    case TYPE_MONEY: text = arena_format(c->arena, "money(%s)", type->name); break;
    case TYPE_WORDS: text = words_name(c, type); break;
    case TYPE_LIST: case TYPE_SET: case TYPE_MAP:
      text = arena_format(c->arena, "%s %s", WRITTEN[type->kind], rbc_type_name(c, type->element));
      break;
    case TYPE_RECORD: text = type->name; break;
    default: text = WRITTEN[type->kind];
  }
  return text ? text : "?";
}

const struct field *rbc_field(const struct type *record, const char *name, unsigned *index) {
  for (unsigned i = 0; i < record->field_count; i++) {
    if (!same_name(record->fields[i].name, name)) continue;
    if (index) *index = i;
    return &record->fields[i];
  }
  return NULL;
}

/* ---- as they are written ---- */
/* A name that nothing has and that means one of ours. */
static bool reports_misnamed(struct checker *c, const struct file_scope *scope, const struct node *path, const char *text) {
  static const struct { const char *wrong, *right;
  } OTHERS[] = { { "integer", "int" },     { "number", "decimal" },     { "float", "decimal" },
                 { "double", "decimal" },  { "boolean", "bool" },       { "str", "string" },
                 { "text", "string" },     { "String", "string" },      { "datetime", "time" },
                 { "timestamp", "time" },  { "array", "list of ..." },  { "object", "map of ..." },
                 { "dict", "map of ..." }, { "enum", "one of { ... }" } };
  for (unsigned i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
    if (strcmp(OTHERS[i].wrong, text)) continue;
    struct span span = rbc_span(scope, path);
    struct diag *d = rbc_diag(c->diags, E0201, span, "there is no type `%s`", text);
    rbc_diag_help(c->diags, d, "it is called `%s` here", OTHERS[i].right);
    if (!strchr(OTHERS[i].right, '.')) rbc_diag_fix(d, span, OTHERS[i].right);
    return true;
  }
  const char *near = rbc_nearest(text, WRITTEN, TYPE_STRINGS);
  if (!near) return false;
  struct diag *d = rbc_diag(c->diags, E0201, rbc_span(scope, path), "there is no type `%s`", text);
  rbc_diag_help(c->diags, d, "did you mean `%s`?", near);
  rbc_diag_fix(d, d->span, near);
  return true;
}

static const struct type *named_type(struct checker *c, const struct file_scope *scope, const struct node *path,
                                     const struct connector *connector) {
  const char *text = node_path(scope->source, path, c->arena);
  if (!text) return NULL;
  for (unsigned kind = 0; kind < TYPE_STRINGS; kind++) {
    if (!same_name(WRITTEN[kind], text)) continue;
    return kind == TYPE_TIME ? rbc_time_in(c, connector ? connector->zone : NULL) : rbc_type(c, (enum type_kind)kind);
  }
  bool known = rbc_lookup(c, scope, text, SYM(TYPE) | SYM(ENTITY)) != NULL;
  if (!known && reports_misnamed(c, scope, path, text)) return NULL;
  const struct symbol *s = rbc_resolve_near(c, scope, path, connector, SYM(TYPE) | SYM(ENTITY), "a type");
  if (!s || !s->ptr) return NULL;
  return s->kind == SYM_ENTITY ? ((const struct entity *)s->ptr)->type : s->ptr;
}

static const struct type *money_type(struct checker *c, const struct file_scope *scope, const struct node *node) {
  if (!node->kid[0]) {
    struct diag *d = rbc_diag(c->diags, E0202, rbc_span(scope, node), "money of which currency?");
    rbc_diag_help(c->diags, d, "write `money(USD)`: amounts of two currencies never mix");
    return NULL;
  }
  const char *name = rbc_text(c, scope, node->kid[0]);
  const struct type *type = rbc_money(c, name);
  if (!type && !c->arena->failed) {
    struct diag *d = rbc_diag(c->diags, E0203, rbc_span(scope, node->kid[0]), "`%s` is no currency", name);
    rbc_diag_help(c->diags, d, "three letters of ISO 4217, such as USD, EUR, JPY");
  }
  return type;
}

static const struct type *words_type(struct checker *c, const struct file_scope *scope, const struct node *list) {
  const char **words = arena_alloc(c->arena, (KIDS(list) + 1) * sizeof *words);
  unsigned count = 0;
  for (uint32_t i = 0; words && i < KIDS(list); i++) {
    const struct node *leaf = list->kid[i];
    const char *word = leaf->kind == NODE_STRING ? rbc_string(c, scope, leaf) : rbc_text(c, scope, leaf);
    unsigned k = 0;
    while (k < count && strcmp(words[k], word)) k++;
    if (k < count) {
      struct diag *d = rbc_diag(c->diags, E0204, rbc_span(scope, leaf), "`%s` stands twice in this list", word);
      rbc_diag_label(c->diags, d, rbc_span(scope, list->kid[k]), "first here");
      continue;
    }
    if (leaf->kind == NODE_NAME && !strcmp(word, "other") && i + 1 < list->count)
      rbc_diag(c->diags, E0205, rbc_span(scope, leaf),
               "`other` comes last: it stands for every word that is not listed");
    words[count++] = word;
  }
  if (!words) return NULL;
  bool other = count && list->kid[list->count - 1]->kind == NODE_NAME && !strcmp(words[count - 1], "other");
  return rbc_words(c, words, count, other);
}

static const struct type *element_type(struct checker *c, const struct file_scope *scope, const struct node *node,
                                       const struct connector *connector) {
  const struct type *element = rbc_type_of(c, scope, node->kid[0], NULL, connector);
  if (element && node->kind == NODE_T_SET && !rbc_is_scalar(element) && element->kind != TYPE_STRING &&
      element->kind != TYPE_IP && element->kind != TYPE_CIDR) {
    rbc_diag(c->diags, E0207, rbc_span(scope, node->kid[0]), "a set holds plain values, not %s",
             rbc_type_name(c, element));
    return NULL;
  }
  return element;
}

const struct type *rbc_type_of(struct checker *c, const struct file_scope *scope, const struct node *type_node,
                               bool *optional, const struct connector *connector) {
  if (optional) *optional = false;
  if (!type_node) return NULL;
  switch (type_node->kind) {
    case NODE_T_NAME: return named_type(c, scope, type_node->kid[0], connector);
    case NODE_T_MONEY: return money_type(c, scope, type_node);
    case NODE_T_LIST: return rbc_list_of(c, element_type(c, scope, type_node, connector));
    case NODE_T_SET: return rbc_set_of(c, element_type(c, scope, type_node, connector));
    case NODE_T_MAP: return rbc_map_of(c, element_type(c, scope, type_node, connector));
    case NODE_T_ONEOF: return words_type(c, scope, type_node->kid[0]);
    case NODE_T_OPTIONAL: {
      const struct type *type = rbc_type_of(c, scope, type_node->kid[0], NULL, connector);
      if (optional) *optional = true;
      return type;
    }
    default: return NULL;                                /* could not be read: reported */
  }
}
