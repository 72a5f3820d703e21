/* bundle.h: an opened image: verified, decoded, read-only. Everything in the runtime reads the program through it.
 *
 * bundle_open takes a private copy, so nobody changes what was verified; the copy and all that is decoded from it is made
 * read-only before it returns. A bundle is shared by threads; only `references` ever changes (the engine counts).
 * What the verifier checks, each thing in one place, is listed in checks.def.
 */
#ifndef REBASE_BUNDLE_H
#define REBASE_BUNDLE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "image.h"
#include "value.h"

struct allocator {                  /* alloc: memory for any type, or NULL; need not be cleared. release takes NULL too. */
  void *(*alloc)(size_t size, void *user);
  void (*release)(void *memory, void *user);
  void *user;
};
struct allocator allocator_default(void);           /* malloc, free */

enum bundle_status { BUNDLE_OK, BUNDLE_MEMORY, BUNDLE_INVALID, BUNDLE_VERSION, BUNDLE_PENDING };

/* The checks of the verifier, by name: see checks.def. */
enum check {
#define CHECK(NAME, MUST) CHECK_##NAME,
#include "checks.def"
#undef CHECK
  CHECK_COUNT
};
const char *check_name(enum check check);           /* "TYPE_ELEMENT" */
const char *check_text(enum check check);           /* what must hold */
const char *section_name(enum section section);     /* "TYPES"; "file" for SECTION_COUNT */

/* Why an image was refused. section is SECTION_COUNT when the file as a whole is meant; pc is NONE32 outside code (then
 * counted from the start of the program). text says it all in one line. */
struct bundle_error { enum bundle_status status; enum check check; enum section section; uint32_t index, pc; char text[320]; };

enum {                              /* open flags */
  BUNDLE_INSPECT = 1,               /* accept PENDING declarations, to show and verify, not to decide with */
  BUNDLE_PLAIN = 2                  /* no index over rules, no fused instructions: what the tests compare them with */
};

/* A program that does nothing but test arguments, as a list: what is compared, and what comes next when it is false and when it is true:
 * another test by its place, or TEST_ENDS + the verdict. A machine instruction or two are all that it takes to go on. */
enum { TEST_ENDS = 224 };
struct arg_test { uint8_t op, how, next[2]; uint16_t x, y; };   /* op: of the fused instruction; how: to compare; x, y: slots and numbers of constants */

/* A piece of code that the VM runs: the program of rules, a waiver or a function. */
struct routine {
  const struct instruction *code;   /* prepared: see vm.h; NULL when no request can reach it (then running it is a fault) */
  uint32_t count;                   /* instructions */
  uint32_t registers;               /* that this program uses */
  uint32_t frame;                   /* registers with those of the deepest chain of calls */
  uint32_t depth;                   /* of that chain */
  uint32_t cost;                    /* index in COSTS, verified */
  uint32_t fixed;                   /* the cost when nothing in it depends on a list, else 0 */
  uint64_t facts;                   /* bits of enum context_fact: what it or a function that it calls reads */
  uint32_t constants;               /* of each rule that it is the program of */
  const struct arg_test *tests;         /* the same, if it only tests arguments; else NULL */
};

/* What a decision touches of a rule, side by side: its program and its constants, these elsewhere when there are more than fit. */
enum { RULE_NEAR = 3 };
struct bundle_rule { const struct routine *program; value near[RULE_NEAR]; };
static inline const value *rule_constants(const struct bundle_rule *r) { return r->program->constants <= RULE_NEAR ? r->near : r->near[0].record; }

struct rule_run { const uint32_t *at, *end; };      /* entries of lists that stand together */

struct bundle_table { const value *rows; uint32_t count; };        /* rows sorted by key, for bundle_row */
struct bundle_above { const uint32_t *groups; uint32_t count; };   /* all groups above a name, as numbers of names, ascending */
struct bundle_flat { int64_t input, output; };      /* a model's two prices, when they are all it has and small; else input is -1 */
struct bundle_tree { const struct text *const *names; const struct bundle_above *above; uint32_t count; };    /* names sorted */

enum { ROUTE_KEY = 16 };

struct rebase_bundle {
  atomic_uint references;           /* 1 after bundle_open; whoever takes it to 0 calls bundle_free */
  struct allocator allocator;
  struct pages *pages;              /* all memory below */
  const unsigned char *image; size_t size;
  unsigned flags;
#define SECTION(NAME, TYPE) struct { const TYPE *at; uint32_t count; } NAME;
#include "sections.def"
#undef SECTION
  const struct image_bundle *info;  /* BUNDLE.at */
  const unsigned char *digest;      /* 32 bytes */
  const unsigned char *signer;      /* public key of the signature that follows the image, 32 bytes; NULL: not signed */
  uint32_t scope_width;             /* heads */
  uint32_t agent_classes, head_classes;
  uint32_t scope_roots, scope_leaves;       /* nodes of SCOPE: the first root; those that lead to lists, which come first */
  unsigned scope_shift;             /* of the highest bits of a class of heads that a root goes by */
  const struct word_cells *const *word_cells;       /* by type; NULL: it has no words, or too many */
  const uint32_t *type_class;       /* by type: the lowest equal type; registers of one class are interchangeable */
  const value *values;              /* by index in VALUE_INDEX: decoded */
  const struct bundle_table *tables;
  const struct bundle_tree *trees;
  const struct bundle_rule *rules;  /* by entry of a list, see bundle_scope */
  const struct routine *programs, *waivers, *functions;     /* by index in PROGRAMS, WAIVERS, FUNCTIONS */
  const uint32_t *symbol_order, *region_order;              /* indexes sorted by name */
  const struct bundle_flat *flat_prices;            /* by model */
  const uint64_t *param_tags, *field_tags;  /* of the names in PARAMS and FIELDS, see plain.h */
  const uint32_t *param_order;      /* as PARAMS: each operation's, by slot and so by name */
  const struct scope_plan *plans; uint32_t plan_count; const uint32_t *plan_at;       /* plan_at: as SCOPE, with plans for lists; NONE32: nothing is in scope */
  const struct route_plan *route_plan;      /* route_plan.h; NULL: none */
  const unsigned char (*route_keys)[ROUTE_KEY];     /* by route, of those that are sticky */
  const uint32_t *pattern_classes;  /* by pattern: how many byte classes it has */
  bool reads_today;                 /* some program does: the date takes a look into a zone */
  uint32_t longest;                 /* list among constants and tables */
  uint32_t max_frame, max_slots;    /* registers that any program needs; slots of the widest connector */
};

/* NULL when refused: *error (not NULL) says why. */
struct rebase_bundle *bundle_open(const void *bytes, size_t size, const struct allocator *allocator, unsigned flags,
                                  struct bundle_error *error);
void bundle_free(struct rebase_bundle *bundle);     /* takes NULL too; references are the caller's business */

static inline const struct text *bundle_text(const struct rebase_bundle *bundle, ref text) {
  return (const struct text *)(const void *)(bundle->TEXTS.at + text);
}
static inline const char *bundle_string(const struct rebase_bundle *bundle, ref text) { return bundle_text(bundle, text)->bytes; }
static inline value text_fact(const struct rebase_bundle *bundle, ref text) { return (value){.text = bundle_text(bundle, text)}; }
static inline value optional_text_fact(const struct rebase_bundle *bundle, ref text) { return text ? text_fact(bundle, text) : missing_value(); }
static inline const struct image_type *bundle_type(const struct rebase_bundle *bundle, uint32_t type) { return bundle->TYPES.at + type; }

static inline const struct image_form *bundle_form(const struct rebase_bundle *bundle, uint32_t rule) { return &bundle->FORMS.at[bundle->RULES.at[rule].form]; }
static inline const struct image_program *bundle_program(const struct rebase_bundle *bundle, uint32_t rule) {
  return &bundle->PROGRAMS.at[bundle_form(bundle, rule)->program];
}

/* Whether its allow or ask lets something happen that nothing else allows. */
static inline bool program_grants(const struct image_program *program) { return !program->guard && (program->effect == RULE_ALLOW || program->effect == RULE_ASK); }

/* Look-ups by name: an index, or NONE32. Names need no NUL. */
uint32_t find_agent(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_operation(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_entity(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_symbol(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_region(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_label(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_proof(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_model(const struct rebase_bundle *bundle, const char *name, size_t length);
uint32_t find_group(const struct rebase_bundle *bundle, const char *name, size_t length);

/* Heads of a scope, see image.h. */
static inline uint32_t head_operation(const struct rebase_bundle *b, uint32_t operation) { (void)b; return operation; }
static inline uint32_t head_release(const struct rebase_bundle *b, enum release_target to) { return b->OPERATIONS.count + (uint32_t)to; }
static inline uint32_t head_delegate(const struct rebase_bundle *b, uint32_t agent) { return b->OPERATIONS.count + RELEASE_COUNT + agent; }
static inline uint32_t head_infer(const struct rebase_bundle *b) { return b->OPERATIONS.count + RELEASE_COUNT + b->AGENTS.count; }
/* What nodes, as SCOPE or parallel to it, say of an agent and a head; NONE32: there is none such. */
static inline uint32_t bundle_descend(const struct rebase_bundle *b, const uint32_t *nodes, uint32_t agent, uint32_t head) {
  if (agent >= b->AGENTS.count || head >= b->scope_width) return NONE32;
  const uint32_t class_of = b->HEAD_CLASS.at[head];
  size_t node = (size_t)b->scope_roots + b->AGENT_CLASS.at[agent];
  for (unsigned shift = b->scope_shift; shift; shift -= SCOPE_BITS) node = nodes[node * SCOPE_FAN + (class_of >> shift) % SCOPE_FAN];
  return nodes[node * SCOPE_FAN + class_of % SCOPE_FAN];
}
/* Where in LISTS theirs begins, or NONE32. */
static inline uint32_t bundle_list(const struct rebase_bundle *b, uint32_t agent, uint32_t head) { return bundle_descend(b, b->SCOPE.at, agent, head); }
/* What is in scope, ascending by rule; *count is 0 when there is nothing. An entry is a rule with its own program, or one of RESIDUALS. */
const uint32_t *bundle_scope(const struct rebase_bundle *bundle, uint32_t agent, uint32_t head, uint32_t *count);

static inline uint32_t bundle_rule_of(const struct rebase_bundle *b, uint32_t entry) {
  return entry < b->RULES.count ? entry : b->RESIDUALS.at[entry - b->RULES.count].rule;
}
static inline uint32_t bundle_program_of(const struct rebase_bundle *b, uint32_t entry) {
  return entry < b->RULES.count ? bundle_form(b, entry)->program : b->RESIDUALS.at[entry - b->RULES.count].program;
}

/* The limit that a rule charges, or NONE32. */
uint32_t bundle_limit(const struct rebase_bundle *bundle, uint32_t rule);

/* The row of a table under keys (as many as the table has), or missing. A missing key finds nothing. */
value bundle_row(const struct rebase_bundle *bundle, uint32_t table, const value *keys);
/* Whether member is, directly or through others, in group. */
bool bundle_under(const struct rebase_bundle *bundle, uint32_t tree, const struct text *member, const struct text *group);
/* Steps of a cost polynomial at n; UINT64_MAX when it does not fit. */
uint64_t cost_at(const struct image_cost *cost, uint64_t n);
static inline uint64_t bundle_cost(const struct rebase_bundle *bundle, uint32_t cost, uint64_t n) { return cost_at(&bundle->COSTS.at[cost], n); }

/* The place of a record in a list of those that begin with a number, ascending, each once; NONE32: not there. */
static inline uint32_t find_ascending(const void *list, size_t record, uint32_t count, uint32_t wanted) {
  uint32_t low = 0, high = count, number;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    memcpy(&number, (const char *)list + record * middle, sizeof number);
    if (number == wanted) return middle;
    if (number < wanted) low = middle + 1;
    else high = middle;
  }
  return NONE32;
}

/* Asks for memory that is looked at soon. */
static inline void prefetch(const void *memory) {
#if defined(__GNUC__)
  __builtin_prefetch(memory);
#else
  (void)memory;
#endif
}
static inline int text_compare(const char *a, size_t a_length, const char *b, size_t b_length) {
  int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return order ? order : (a_length > b_length) - (a_length < b_length);
}
/* Short ones without a call: two words that overlap. */
static inline bool bytes_equal(const char *a, const char *b, size_t length) {
  if (length > 16) return memcmp(a, b, length) == 0;
  if (length >= 8) {
    uint64_t w[4];
    memcpy(&w[0], a, 8);
    memcpy(&w[1], b, 8);
    memcpy(&w[2], a + length - 8, 8);
    memcpy(&w[3], b + length - 8, 8);
    return !((w[0] ^ w[1]) | (w[2] ^ w[3]));
  }
  if (length >= 4) {
    uint32_t w[4];
    memcpy(&w[0], a, 4);
    memcpy(&w[1], b, 4);
    memcpy(&w[2], a + length - 4, 4);
    memcpy(&w[3], b + length - 4, 4);
    return !((w[0] ^ w[1]) | (w[2] ^ w[3]));
  }
  return !length || (a[0] == b[0] && a[length / 2] == b[length / 2] && a[length - 1] == b[length - 1]);
}
/* The words of a `one of` type by what stands for them in a request: from the cell on that its length and three of its bytes say, before an empty
 * one; of equal ones the first is found. */
struct word_cell { const struct text *wire; uint32_t symbol; };           /* wire NULL: empty */
struct word_cells { uint64_t multiplier; uint32_t mask; struct word_cell cells[]; };         /* mask + 1 of them, a power of two */
static inline uint32_t word_cell(const struct word_cells *words, const char *bytes, size_t length) {
  const unsigned char *b = (const unsigned char *)bytes;
  const uint64_t ends = length ? (uint64_t)b[0] | (uint64_t)b[length / 2] << 8 | (uint64_t)b[length - 1] << 16 : 0;
  return (uint32_t)((ends + ((uint64_t)length << 24)) * words->multiplier >> 32) & words->mask;
}
/* NULL: none of them. */
static inline const struct word_cell *find_word(const struct word_cells *words, const char *bytes, size_t length) {
  for (uint32_t at = word_cell(words, bytes, length);; at = (at + 1) & words->mask) {
    const struct word_cell *cell = &words->cells[at];
    if (!cell->wire) return NULL;
    if (cell->wire->len == length && bytes_equal(cell->wire->bytes, bytes, length)) return cell;
  }
}
/* The length and the first four bytes of a text, and the last eight of all that: they tell short texts apart. */
enum { TEXT_SHORT = 12 };
struct text_words { uint64_t head, tail; };
#define NO_WORDS ((struct text_words){UINT64_MAX, UINT64_MAX})         /* of no text: none is as long */
static inline struct text_words text_words(const struct text *text) {
  const size_t length = text->len < 4 ? 4 : text->len;
  struct text_words words;
  memcpy(&words.head, text, sizeof words.head);
  memcpy(&words.tail, (const char *)text + sizeof text->len + length - sizeof words.tail, sizeof words.tail);
  return words;
}
static inline bool words_equal(struct text_words a, struct text_words b) { return !((a.head ^ b.head) | (a.tail ^ b.tail)); }
/* Short texts without a branch on what is in them, which a processor would guess wrong. */
static inline bool text_equal(const struct text *a, const struct text *b) {
  const bool equal = words_equal(text_words(a), text_words(b));
  if (b->len > TEXT_SHORT) return equal && memcmp(a->bytes + 4, b->bytes + 4, b->len - TEXT_SHORT) == 0;
  return equal;
}
static inline bool list_holds_text(const struct list *list, const struct text *wanted) {
  for (const value *at = list->items, *end = at + list->len; at < end; at++)
    if (text_equal(at->text, wanted)) return true;
  return false;
}
static inline bool list_holds_bits(const struct list *list, value wanted) {
  for (const value *at = list->items, *end = at + list->len; at < end; at++)
    if (at->bits == wanted.bits) return true;
  return false;
}
#endif
