/* test_verify.c: the verifier and the bundle. For every check of checks.def there is a function here that breaks just that:
 * a check without one does not compile. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bundle.h"
#include "disasm.h"
#include "image_builder.h"
#include "packed.h"
#include "run.h"
#include "signature.h"

#define COUNT(ARRAY) ((uint32_t)(sizeof(ARRAY) / sizeof *(ARRAY)))
#define CODE(...) (const struct instruction[]){__VA_ARGS__}, COUNT(((const struct instruction[]){__VA_ARGS__}))
#define AT(SECTION, TYPE, INDEX) ((struct image_##TYPE *)builder_at(b, SECTION_##SECTION, INDEX))
#define NUMBER(SECTION, INDEX) (*(uint32_t *)builder_at(b, SECTION_##SECTION, INDEX))
#define BYTE(SECTION, INDEX) (*(unsigned char *)builder_at(b, SECTION_##SECTION, INDEX))
#define ADD(SECTION, TYPE, ...) builder_add(b, SECTION_##SECTION, &(struct image_##TYPE){__VA_ARGS__}, 1)
#define BREAK(NAME) static void break_##NAME(struct builder *b)

/* What is done to the finished file: there is room for a signature more. */
typedef void file_change(unsigned char *image, size_t *size);
static file_change *change_file;
static bool stale_digest;
#define HEADER ((struct image_header *)(void *)image)
#define BREAK_FILE(NAME) \
  static void change_##NAME(unsigned char *image, size_t *size); \
  BREAK(NAME) { (void)b; change_file = change_##NAME; } \
  static void change_##NAME(unsigned char *image, size_t *size)

static void code(struct builder *b, const struct instruction *list, uint32_t count) { builder_code(b, RULE_MAIN, list, count); }

/* ---- the file ---- */
BREAK_FILE(FILE_SIZE) { (void)image; *size = 100; }
BREAK_FILE(FILE_MAGIC) { (void)size; image[0] = 'R'; }
BREAK_FILE(FILE_VERSION) { (void)size; HEADER->version = IMAGE_VERSION + 1; }
BREAK_FILE(FILE_SECTIONS) { (void)size; HEADER->sections--; }
BREAK_FILE(FILE_BYTES) { (void)size; HEADER->bytes++; }
BREAK_FILE(FILE_DIGEST) { image[*size - 1] ^= 1; stale_digest = true; }
BREAK_FILE(FILE_SIGNATURE) {
  memset(image + *size, 0, sizeof(struct image_signature));
  memcpy(image + *size, SIGNATURE_MAGIC, 8);
  *size += sizeof(struct image_signature);
  stale_digest = true;
}
BREAK_FILE(LAYOUT_ORDER) { (void)size; builder_table(image)[SECTION_TYPES].offset += 8; }
BREAK_FILE(LAYOUT_BOUNDS) { (void)size; builder_table(image)[SECTION_CODE].count += 100000; }
BREAK_FILE(LAYOUT_PADDING) {
  (void)size;
  const struct image_section *lists = &builder_table(image)[SECTION_LISTS];
  ck_assert_uint_ne(lists->count % 2, 0);
  image[lists->offset + 4 * lists->count] = 1;
}
BREAK_FILE(LAYOUT_END) { HEADER->bytes = *size += 8; }
BREAK(BUNDLE_ONE) { ADD(BUNDLE, bundle, .requester_type = NONE32); }
BREAK(TEXT_FIRST) { BYTE(TEXTS, 0) = 1; }
BREAK(TEXT_LENGTH) { NUMBER(TEXTS, 8) = 1000000; }
BREAK(TEXT_PADDING) { BYTE(TEXTS, 15) = 1; }
BREAK(TEXT_UTF8) { BYTE(TEXTS, 12) = 0xff; }

/* ---- single fields ---- */
BREAK(FIELD_TEXT) { AT(SYMBOLS, symbol, 0)->name = 12; }
BREAK(FIELD_INDEX) { AT(WORDS, word, 0)->symbol = 3; }
BREAK(FIELD_RANGE) { AT(OPERATIONS, operation, 0)->params = UINT32_MAX; }
BREAK(FIELD_BELOW) { AT(PROGRAMS, program, 0)->effect = RULE_OBLIGE + 1; }
BREAK(FIELD_LABELS) { AT(OPERATIONS, operation, 0)->labels = 2; }
BREAK(FIELD_PROOFS) { AT(OPERATIONS, operation, 0)->proves = 2; }
BREAK(FIELD_SPAN) { AT(PROOFS, proof, 0)->lasts = -1; }
BREAK(FIELD_ZERO) { AT(OPERATIONS, operation, 1)->spare2[2] = 1; }
BREAK(INDEX_TARGET) { NUMBER(INDEXES, AT(FORMS, form, RULE_GUARD)->first_approver) = 2; }

/* ---- types and values ---- */
BREAK(SYMBOL_DISTINCT) { AT(SYMBOLS, symbol, 2)->name = builder_text(b, "red"); }
BREAK(TYPE_FIXED) { AT(TYPES, type, TYPE_INT)->kind = TYPE_DATE; }
BREAK(TYPE_UNUSED) { AT(TYPES, type, W_USD)->a = 1; }
BREAK(TYPE_WIRE) { AT(TYPES, type, W_YES_NO)->b = AT(TYPES, type, W_YES_NO)->a; }
BREAK(TYPE_WORDS) { AT(TYPES, type, W_COLOUR)->b = 0; }
BREAK(TYPE_ZONE) { AT(TYPES, type, W_LOCAL_TIME)->a = 3; }
BREAK(TYPE_ELEMENT) { AT(TYPES, type, W_INTS)->a = W_INTS; }
BREAK(TYPE_SET) { AT(TYPES, type, W_TEXTS)->a = W_INTS; }
BREAK(TYPE_RECORD) { AT(TYPES, type, W_PAIR)->b = 0; }
BREAK(TYPE_DEPTH) {
  for (uint32_t i = 0; i < 33; i++) ADD(TYPES, type, .kind = TYPE_LIST, .a = i ? W_COUNT + i - 1 : (uint32_t)TYPE_INT);
}
BREAK(REGION_ORDER) { AT(REGIONS, region, 1)->end = 4; }
BREAK(ZONE_OFFSET) { AT(ZONE_CHANGES, zone_change, 1)->offset = 100000; }
BREAK(ZONE_ORDER) { AT(ZONE_CHANGES, zone_change, 1)->at = 0; }
BREAK(CONST_SCALAR) { AT(CONSTS, const, 0)->bits = 2; }
BREAK(VALUE_TILES) { AT(VALUE_INDEX, value, 1)->offset++; }
BREAK(VALUE_PACKED) { BYTE(VALUES, 4) = 2; }

/* ---- what is declared ---- */
BREAK(LIMIT_SETS) {
  for (int i = 0; i < 64; i++) ADD(LABELS, label, 0, 0);
}
BREAK(GROUP_FIRST) { AT(GROUPS, group, 0)->name = AT(GROUPS, group, 1)->name; }
BREAK(SOURCE_ORDER) { ADD(SOURCES, source, builder_text(b, "A.rb"), 0); }
BREAK(REQUESTER_TYPE) { AT(BUNDLE, bundle, 0)->requester_type = TYPE_INT; }
BREAK(ENTITY_TYPE) { AT(ENTITIES, entity, 0)->type = W_INTS; }
BREAK(ENTITY_KEYS) { AT(ENTITIES, entity, 0)->keys = 0; }
BREAK(KEY_FIELDS) { AT(ENTITIES, entity, 0)->key_field[0] = 1; }
BREAK(OPERATION_ORDER) { AT(OPERATIONS, operation, 0)->name = AT(OPERATIONS, operation, 1)->name; }
BREAK(PARAM_SLOT) { AT(PARAMS, param, 2)->slot = AT(PARAMS, param, 1)->slot; }
BREAK(PARAM_DEFAULT) { AT(PARAMS, param, 1)->default_const = 0; }
BREAK(FILL_FIELD) { AT(FILLS, fill, 0)->field = 1; }
BREAK(CHANGE_SLOT) { AT(CHANGES, change, 0)->slot[1] = A_STRING; }
BREAK(AGENT_ORDER) { AT(AGENTS, agent, 1)->name = AT(AGENTS, agent, 0)->name; }
BREAK(RULE_GRANT) { AT(PROGRAMS, program, RULE_GUARD)->effect = RULE_ALLOW; }
BREAK(RULE_APPROVERS) { AT(PROGRAMS, program, RULE_MAIN)->effect = RULE_ASK; }
BREAK(FORM_CONDITION) { AT(FORMS, form, RULE_MAIN)->condition = builder_text(b, "where it is \1 "); }
BREAK(RULE_WAIVERS) { AT(PROGRAMS, program, RULE_GUARD)->guard = 0; }
BREAK(MODEL_ORDER) { AT(MODELS, model, 1)->name = AT(MODELS, model, 0)->name; }
BREAK(MODEL_PRICES) { AT(PRICES, price, 1)->above = 0; }
BREAK(RULE_MODELS) { AT(PROGRAMS, program, RULE_RELEASE)->models = 1; }
BREAK(MODEL_QUALITIES) { AT(QUALITIES, quality, 1)->task = 0; }
BREAK(ROUTE_RULE) { AT(ROUTES, route, 0)->rule = RULE_GUARD; }
BREAK(ROUTE_MONEY) { AT(ROUTES, route, 0)->currency = NONE32; }
BREAK(ROUTE_WEIGHTS) { AT(WEIGHTS, weight, 1)->weight = 0; }
BREAK(LIMIT_COUNTS) { AT(LIMITS, limit, 0)->counts = LIMIT_COUNTS_TOKENS; }
BREAK(LIMIT_RULE) { AT(LIMITS, limit, 0)->rule = RULE_GUARD; }
BREAK(LIMIT_WINDOW) { AT(LIMITS, limit, 0)->window = LIMIT_ROLLING; }
BREAK(LIMIT_EACH) { AT(LIMITS, limit, 0)->field = 1; }
BREAK(LIMIT_MEASURE) {
  NUMBER(LISTS, 2) = RULE_LIMIT;
  AT(LIMITS, limit, 0)->slot = A_STRING2;
}
BREAK(WAIVER_OWNER) { AT(FORMS, form, RULE_GUARD)->waivers = 0; }
BREAK(FUNCTION_PARAMS) {
  for (uint32_t i = 0; i < 257; i++) builder_add(b, SECTION_INDEXES, &(uint32_t){TYPE_INT << 1}, 1);
  AT(FUNCTIONS, function, 0)->first_param = builder_count(b, SECTION_INDEXES) - 257;
  AT(FUNCTIONS, function, 0)->params = 257;
}
BREAK(TABLE_ROW) { AT(TABLES, table, 0)->row_type = W_PAIR; }
BREAK(TABLE_ROWS) { AT(TABLES, table, 0)->rows = 5; }
BREAK(TREE_TYPE) { AT(TREES, tree, 0)->value = 0; }
BREAK(PATTERN_BYTES) { BYTE(BYTES, AT(PATTERNS, pattern, 0)->accept + 1) = 2; }
BREAK(PATTERN_TABLE) { *(uint16_t *)builder_at(b, SECTION_DFA, 5) = 4; }
BREAK(PATTERN_DEAD) { *(uint16_t *)builder_at(b, SECTION_DFA, 1) = 1; }
BREAK(PATTERN_LENGTH) { AT(PATTERNS, pattern, 0)->min_length = 3; }
BREAK(RESIDUAL_ORDER) { AT(RESIDUALS, residual, 1)->rule = RULE_MAIN; }
BREAK(RESIDUAL_EFFECT) { AT(RESIDUALS, residual, 0)->program = RULE_GUARD; }
BREAK(CLASS_COUNT) { builder_drop(b, SECTION_AGENT_CLASS, 1); }
BREAK(CLASS_ORDER) { NUMBER(HEAD_CLASS, 1) = 2; }
BREAK(LIST_TILES) { NUMBER(LISTS, 5) = 2; }
BREAK(LIST_ORDER) { NUMBER(LISTS, 2) = RULE_MAIN; }
BREAK(SCOPE_SIZE) { builder_drop(b, SECTION_SCOPE, 1); }
BREAK(SCOPE_LIST) { NUMBER(SCOPE, 0) = 1; }
BREAK(SCOPE_EVENT) { NUMBER(SCOPE, 0) = 3; }
/* More of them, each of a class of its own; a list for each agent, or none, over all operations. */
struct lists { const uint32_t *of_agent; uint32_t operations; };
static uint32_t list_of(const void *user, uint32_t agent, uint32_t head) {
  const struct lists *lists = user;
  return head < lists->operations ? lists->of_agent[agent] : NONE32;
}
enum { MOST_AGENTS = 128 };
static void grow(struct builder *b, uint32_t agents, uint32_t operations, const uint32_t *lists) {
  char name[24];
  for (uint32_t i = builder_count(b, SECTION_AGENTS); i < agents; i++) {
    snprintf(name, sizeof name, "b.%06u", (unsigned)i);
    ADD(AGENTS, agent, .name = builder_text(b, name), .team = NONE32);
    builder_add(b, SECTION_AGENT_CLASS, &i, 1);
  }
  for (uint32_t i = builder_count(b, SECTION_OPERATIONS); i < operations; i++) {
    snprintf(name, sizeof name, "d.%06u", (unsigned)i);
    ADD(OPERATIONS, operation, .name = builder_text(b, name), .result_type = NONE32, .binds = NONE32);
  }
  const uint32_t width = operations + RELEASE_COUNT + agents + 1;
  for (uint32_t head = builder_count(b, SECTION_HEAD_CLASS); head < width; head++) builder_add(b, SECTION_HEAD_CLASS, &head, 1);
  builder_scope(b, agents, width, list_of, &(struct lists){lists, operations});
}
BREAK(SCOPE_PLACE) { NUMBER(SCOPE, SCOPE_FAN - 1) = builder_add(b, SECTION_LISTS, (uint32_t[]){0}, 1); }        /* beyond the last class */
/* Trees of two heights: leaves of the first agent, leaves of the second, their roots. */
enum { TREE_OPERATIONS = 20, TREE_LEAVES = 2, TREE_ROOT = 2 * TREE_LEAVES };
static void grow_trees(struct builder *b) { grow(b, 2, TREE_OPERATIONS, (const uint32_t[]){NONE32, NONE32}); }
#define NODE(NUMBER_OF, ENTRY) NUMBER(SCOPE, (uint32_t)(NUMBER_OF) * SCOPE_FAN + (ENTRY))
BREAK(SCOPE_CHILD) {
  grow_trees(b);
  NODE(TREE_ROOT, 3) = TREE_ROOT;
}
BREAK(SCOPE_NODE) {                           /* a leaf that nothing leads to */
  grow_trees(b);
  for (uint32_t i = 0; i < SCOPE_FAN; i++) NODE(TREE_ROOT + 1, i) = 2;
}
/* Agents by operations by rules: a small file that asks for much work. */
BREAK(SCOPE_EFFORT) {
  enum { AGENTS = 102, OPERATIONS = 1402, MORE_RULES = 2000 };
  struct image_rule rule = *AT(RULES, rule, RULE_MAIN);
  uint32_t lists[MOST_AGENTS];
  for (uint32_t i = 0; i < MORE_RULES; i++) builder_add(b, SECTION_RULES, &rule, 1);
  for (uint32_t agent = 0; agent < AGENTS; agent++) {
    lists[agent] = builder_add(b, SECTION_LISTS, &(uint32_t){MORE_RULES}, 1);
    for (uint32_t i = 0; i < MORE_RULES; i++) builder_add(b, SECTION_LISTS, &(uint32_t){W_RULES + i}, 1);
  }
  grow(b, AGENTS, OPERATIONS, lists);
}
BREAK(OBLIGATION_SLOT) { AT(OBLIGATIONS, obligation, 0)->slot = A_INT; }

/* ---- look-ups ---- */
BREAK(TABLE_DISTINCT) { BYTE(VALUES, 4 + 27 + 1 + 8 + 1) = 1; }
BREAK(TABLE_TOTAL) { AT(TABLES, table, 0)->key_field[0] = 2; }
BREAK(TREE_CYCLE) { memcpy(&BYTE(VALUES, AT(VALUE_INDEX, value, 1)->offset + 4 + 8 + 9 + 5), "dept", 4); }
BREAK(TREE_SIZE) {
  enum { LONG = 6000 };
  char text[16];
  ADD(VALUE_INDEX, value, W_PAIRS, builder_count(b, SECTION_VALUES));
  builder_add(b, SECTION_VALUES, &(uint32_t){LONG}, 4);
  for (unsigned i = 0; i < 2 * LONG; i++) {           /* 0 under 1, 1 under 2, ... */
    snprintf(text, sizeof text, "%05u", (i + 1) / 2);
    builder_add(b, SECTION_VALUES, "\1\5\0\0\0", 5);
    builder_add(b, SECTION_VALUES, text, 5);
  }
  AT(TREES, tree, 0)->value = builder_count(b, SECTION_VALUE_INDEX) - 1;
}

/* ---- code: structure ---- */

/* A function of ints without parameters, whose code stands before RULE_MAIN's. */
static uint32_t add_function(struct builder *b, const struct instruction *list, uint32_t count) {
  struct image_program *program = AT(PROGRAMS, program, RULE_MAIN);
  struct image_cost cost;
  builder_drop(b, SECTION_CODE, program->code_count);
  program->code_count = 0;
  builder_cost(b, list, count, &cost);
  uint32_t function = ADD(FUNCTIONS, function, .code = builder_add(b, SECTION_CODE, list, count), .code_count = count, .result = TYPE_INT,
                          .cost = builder_add(b, SECTION_COSTS, &cost, 1));
  code(b, CODE({OP_PASS, 0, 0, 0, 0}));
  return function;
}

BREAK(CODE_TILES) { AT(PROGRAMS, program, RULE_RELEASE)->code = AT(PROGRAMS, program, RULE_GUARD)->code; }
BREAK(CODE_EMPTY) { AT(PROGRAMS, program, RULE_RELEASE)->code_count = 0; }
BREAK(CODE_UNUSED) { code(b, CODE({OP_PASS, 0, 0, 1, 0})); }
BREAK(CODE_IMMEDIATE) { code(b, CODE({OP_CONST, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0})); }
BREAK(CODE_FORWARD) { code(b, CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0})); }
BREAK(CODE_INTO_LOOP) {
  code(b, CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 5}, {OP_LOOP, 2, 1, 3, 6}, {OP_MOVE, 4, 0, 0, 0},
               {OP_NEXT, 0, 0, 0, 3}, {OP_PASS, 0, 0, 0, 0}));
}
BREAK(CODE_LOOP) {
  code(b, CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 4}, {OP_LOOP, 4, 1, 5, 5}, {OP_NEXT, 0, 0, 0, 1}, {OP_NEXT, 0, 0, 0, 2},
               {OP_PASS, 0, 0, 0, 0}));
}
BREAK(CODE_LOOP_DEPTH) {
  struct instruction deep[12] = {{OP_ARG, 0, 0, 0, A_INTS}};
  for (unsigned d = 0; d < 5; d++) {
    deep[1 + d] = (struct instruction){OP_LOOP, (uint8_t)(1 + 2 * d), 0, (uint8_t)(2 + 2 * d), 11 - d};
    deep[10 - d] = (struct instruction){OP_NEXT, 0, 0, 0, 1 + d};
  }
  deep[11].op = OP_PASS;
  code(b, deep, 12);
}
BREAK(CODE_END) { code(b, CODE({OP_ARG, 0, 0, 0, A_BOOL})); }
BREAK(CODE_VERDICT) { code(b, CODE({OP_DENY, 0, 0, 0, 0})); }
BREAK(CODE_LACK) { code(b, CODE({OP_LACKS, 0, 0, 0, K_YES})); }
BREAK(CODE_CONSTANTS) { NUMBER(INDEXES, AT(PROGRAMS, program, RULE_MAIN)->first_type + K_INTS) = W_COUNT; }
BREAK(RULE_CONSTANTS) { NUMBER(RULE_CONSTANTS, K_YES) = 1; }
BREAK(CODE_CALL) { *(struct instruction *)builder_at(b, SECTION_CODE, 0) = (struct instruction){OP_CALL, 2, 0, 0, 0}; }
BREAK(CODE_COST_SIZE) {                               /* a function of degree 3 within two loops */
  uint32_t f = add_function(b, CODE({OP_VALUE, 0, 0, 0, 2}, {OP_LOOP, 1, 0, 2, 7}, {OP_LOOP, 3, 0, 4, 6}, {OP_LOOP, 5, 0, 6, 5},
                                    {OP_NEXT, 0, 0, 0, 3}, {OP_NEXT, 0, 0, 0, 2}, {OP_NEXT, 0, 0, 0, 1}, {OP_RETURN, 2, 0, 0, 0}));
  code(b, CODE({OP_VALUE, 0, 0, 0, 2}, {OP_LOOP, 1, 0, 2, 6}, {OP_LOOP, 3, 0, 4, 5}, {OP_CALL, 5, 0, 0, f}, {OP_NEXT, 0, 0, 0, 2},
               {OP_NEXT, 0, 0, 0, 1}, {OP_PASS, 0, 0, 0, 0}));
}
BREAK(CODE_COST) { AT(COSTS, cost, AT(PROGRAMS, program, RULE_MAIN)->cost)->steps[0]--; }
BREAK(CODE_DEPTH) {
  uint32_t last = add_function(b, CODE({OP_COUNTED, 0, 0, 0, 0}, {OP_RETURN, 0, 0, 0, 0}));
  for (unsigned i = 0; i < 33; i++) last = add_function(b, CODE({OP_CALL, 0, 0, 0, last}, {OP_RETURN, 0, 0, 0, 0}));
}
BREAK(CODE_FRAME) {
  uint32_t last = add_function(b, CODE({OP_COUNTED, 255, 0, 0, 0}, {OP_RETURN, 255, 0, 0, 0}));
  for (unsigned i = 0; i < 8; i++) last = add_function(b, CODE({OP_CALL, 255, 0, 0, last}, {OP_RETURN, 255, 0, 0, 0}));
}

/* ---- code: registers ---- */
#define PASS {OP_PASS, 0, 0, 0, 0}
BREAK(FLOW_DEFINED) { code(b, CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_IF, 0, 0, 0, 3}, {OP_ARG, 1, 0, 0, A_INT}, {OP_NEG, 2, 1, 0, 0}, PASS)); }
BREAK(FLOW_KIND) { code(b, CODE({OP_ARG, 0, 0, 0, A_INT}, {OP_NOT, 1, 0, 0, 0}, PASS)); }
BREAK(FLOW_SAME) { code(b, CODE({OP_ARG, 0, 0, 0, A_USD}, {OP_ARG, 1, 0, 0, A_EUR}, {OP_ADD, 2, 0, 1, 0}, PASS)); }
BREAK(FLOW_PRESENT) { code(b, CODE({OP_ARG, 0, 0, 0, O_INT}, {OP_NEG, 1, 0, 0, 0}, PASS)); }
BREAK(FLOW_WINDOW) { code(b, CODE({OP_ARG, 255, 0, 0, A_INT}, {OP_CALL, 0, 255, 0, 0}, PASS)); }
BREAK(FLOW_WINDOW_TYPE) { code(b, CODE({OP_ARG, 0, 0, 0, A_INT}, {OP_SEEN, 1, 0, 0, E_USER}, PASS)); }
BREAK(FLOW_FIELD) { code(b, CODE({OP_ARG, 0, 0, 0, A_USER}, {OP_FIELD, 1, 0, 0, 4}, PASS)); }
BREAK(FLOW_ARG) { code(b, CODE({OP_ARG, 0, 0, 0, W_SLOTS}, PASS)); }
BREAK(FLOW_REQUESTER) { code(b, CODE({OP_REQUESTER, 0, 0, 0, 2}, PASS)); }
BREAK(FLOW_EVENT) { code(b, CODE({OP_CONTEXT, 0, 0, 0, CTX_RELEASE_TEXT}, PASS)); }
BREAK(FLOW_LIST_TYPE) { code(b, CODE({OP_SEENALL, 0, 0, 0, E_ORDER}, PASS)); }
BREAK(FLOW_LOCKED) {
  code(b, CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 4}, {OP_MOVE, 3, 2, 0, 0}, {OP_NEXT, 0, 0, 0, 1}, PASS));
}
BREAK(FLOW_RETURN) { add_function(b, CODE({OP_TEXT, 0, 0, 0, 0}, {OP_RETURN, 0, 0, 0, 0})); }
BREAK(FLOW_OPEN) {
  struct instruction many[1 + 2 * 513 + 1] = {{OP_ARG, 0, 0, 0, A_BOOL}};
  for (uint32_t i = 0; i < 513; i++) {
    many[1 + i] = (struct instruction){OP_IF, 0, 0, 0, 515 + i};
    many[514 + i] = (struct instruction){OP_PASS, 0, 0, 0, 0};
  }
  many[1 + 2 * 513] = (struct instruction){OP_PASS, 0, 0, 0, 0};
  code(b, many, COUNT(many));
}
/* Four loops, in each a chain of registers down which "optional" creeps one step a round. */
BREAK(FLOW_EFFORT) {
  enum { CHAIN = 20 };
  struct instruction list[600];
  uint32_t n = 0, start[4];
  list[n++] = (struct instruction){OP_ARG, 200, 0, 0, A_INTS};
  for (unsigned d = 0; d < 4; d++) {
    for (unsigned i = 0; i < CHAIN; i++) list[n++] = (struct instruction){OP_ARG, (uint8_t)(d * CHAIN + i), 0, 0, A_INT};
    start[d] = n;
    list[n++] = (struct instruction){OP_LOOP, (uint8_t)(201 + 2 * d), 200, (uint8_t)(202 + 2 * d), 0};
  }
  for (unsigned d = 4; d-- > 0;) {
    for (unsigned i = CHAIN - 1; i > 0; i--) list[n++] = (struct instruction){OP_MOVE, (uint8_t)(d * CHAIN + i), (uint8_t)(d * CHAIN + i - 1), 0, 0};
    list[n++] = (struct instruction){OP_ARG, (uint8_t)(d * CHAIN), 0, 0, O_INT};
    list[n++] = (struct instruction){OP_NEXT, 0, 0, 0, start[d]};
    list[start[d]].imm = n;
  }
  list[n++] = (struct instruction){OP_PASS, 0, 0, 0, 0};
  code(b, list, n);
}

/* ---- the harness ---- */
static struct rebase_bundle *open_world(struct builder *b, unsigned flags, struct bundle_error *error) {
  size_t size;
  unsigned char *finished = builder_finish(b, &size), *image = calloc(1, size + sizeof(struct image_signature));
  struct allocator allocator = allocator_default();
  ck_assert_ptr_nonnull(image);
  memcpy(image, finished, size);
  free(finished);
  if (change_file) {
    change_file(image, &size);
    if (!stale_digest) builder_digest(image, size);
  }
  struct rebase_bundle *bundle = bundle_open(image, size, &allocator, flags, error);
  free(image);
  change_file = NULL;
  stale_digest = false;
  return bundle;
}

static const struct { enum check check; void (*how)(struct builder *b); } breaks[] = {
#define CHECK(NAME, MUST) {CHECK_##NAME, break_##NAME},
#include "checks.def"
#undef CHECK
};

START_TEST(refusals) {
  struct builder b;
  struct bundle_error error;
  builder_world(&b);
  breaks[_i].how(&b);
  struct rebase_bundle *bundle = open_world(&b, 0, &error);
  ck_assert_msg(!bundle, "%s: nothing was refused", check_name(breaks[_i].check));
  ck_assert_msg(error.status == (breaks[_i].check == CHECK_FILE_VERSION ? BUNDLE_VERSION : BUNDLE_INVALID) &&
                    error.check == breaks[_i].check && strstr(error.text, check_name(error.check)) && strstr(error.text, check_text(error.check)),
                "%s expected, got %s", check_name(breaks[_i].check), error.text);
  builder_free(&b);
}
END_TEST

/* Other ways to break the same checks, where one is not enough. */
static const struct { const char *what; enum check check; struct instruction list[8]; } bad_code[] = {
  {"allow with an operand", CHECK_CODE_UNUSED, {{OP_ALLOW, 0, 0, 0, 1}}},
  {"text in the middle of a text", CHECK_CODE_IMMEDIATE, {{OP_TEXT, 0, 0, 0, 12}, PASS}},
  {"jump out of the program", CHECK_CODE_IMMEDIATE, {{OP_JUMP, 0, 0, 0, 1}}},
  {"a return in a rule", CHECK_CODE_VERDICT, {{OP_ARG, 0, 0, 0, A_INT}, {OP_RETURN, 0, 0, 0, 0}}},
  {"next without loop", CHECK_CODE_LOOP, {{OP_NEXT, 0, 0, 0, 0}, PASS}},
  {"loop over itself", CHECK_CODE_LOOP, {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 1, 1, 3, 3}, {OP_NEXT, 0, 0, 0, 1}, PASS}},
  {"loop counts in its list", CHECK_CODE_LOOP, {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 1, 3}, {OP_NEXT, 0, 0, 0, 1}, PASS}},
  {"loop writes its list", CHECK_FLOW_LOCKED,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 4}, {OP_ARG, 1, 0, 0, A_INTS}, {OP_NEXT, 0, 0, 0, 1}, PASS}},
  {"inner loop takes the outer's index", CHECK_FLOW_LOCKED,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 5}, {OP_LOOP, 3, 1, 4, 4}, {OP_NEXT, 0, 0, 0, 2}, {OP_NEXT, 0, 0, 0, 1}, PASS}},
  {"a register of the body after the loop", CHECK_FLOW_DEFINED,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 4}, {OP_NEG, 4, 2, 0, 0}, {OP_NEXT, 0, 0, 0, 1}, {OP_NEG, 5, 4, 0, 0}, PASS}},
  {"the element after the loop", CHECK_FLOW_DEFINED,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_ARG, 2, 0, 0, A_INT}, {OP_LOOP, 2, 1, 3, 4}, {OP_NEXT, 0, 0, 0, 2}, {OP_NEG, 5, 2, 0, 0}, PASS}},
  {"another type in the second round", CHECK_FLOW_DEFINED,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_ARG, 0, 0, 0, A_INT}, {OP_LOOP, 2, 1, 3, 6}, {OP_NEG, 4, 0, 0, 0}, {OP_ARG, 0, 0, 0, A_STRING},
    {OP_NEXT, 0, 0, 0, 2}, PASS}},
  {"optional in the second round", CHECK_FLOW_PRESENT,
   {{OP_ARG, 1, 0, 0, A_INTS}, {OP_ARG, 0, 0, 0, A_INT}, {OP_LOOP, 2, 1, 3, 6}, {OP_NEG, 4, 0, 0, 0}, {OP_ARG, 0, 0, 0, O_INT},
    {OP_NEXT, 0, 0, 0, 2}, PASS}},
  {"another type on one way", CHECK_FLOW_DEFINED,
   {{OP_ARG, 0, 0, 0, A_BOOL}, {OP_ARG, 1, 0, 0, A_INT}, {OP_IF, 0, 0, 0, 4}, {OP_ARG, 1, 0, 0, A_STRING}, {OP_PRESENT, 2, 1, 0, 0}, PASS}},
  {"row under an optional key is optional", CHECK_FLOW_PRESENT,
   {{OP_ARG, 0, 0, 0, O_COLOUR}, {OP_ARG, 1, 0, 0, A_BOOL}, {OP_ROW, 2, 0, 0, 0}, {OP_FIELD, 3, 2, 0, 0}, PASS}},
  {"row under a symbol is optional", CHECK_FLOW_PRESENT,
   {{OP_ARG, 0, 0, 0, A_SYMBOL}, {OP_ARG, 1, 0, 0, A_BOOL}, {OP_ROW, 2, 0, 0, 0}, {OP_FIELD, 3, 2, 0, 0}, PASS}},
  {"what was seen is optional", CHECK_FLOW_PRESENT, {{OP_ARG, 0, 0, 0, A_STRING}, {OP_SEEN, 1, 0, 0, E_USER}, {OP_FIELD, 2, 1, 0, 0}, PASS}},
  {"an optional parameter to a required one", CHECK_FLOW_PRESENT, {{OP_ARG, 0, 0, 0, O_INT}, {OP_ARG, 1, 0, 0, A_INT}, {OP_CALL, 2, 0, 0, 0}, PASS}},
  {"a string among ints", CHECK_FLOW_SAME, {{OP_ARG, 0, 0, 0, A_STRING}, {OP_ARG, 1, 0, 0, A_INTS}, {OP_IN, 2, 0, 1, 0}, PASS}},
  {"an int for a map's key", CHECK_FLOW_SAME, {{OP_ARG, 0, 0, 0, A_INT}, {OP_ARG, 1, 0, 0, A_COUNTS}, {OP_IN, 2, 0, 1, 0}, PASS}},
  {"an address for a map's key", CHECK_FLOW_KIND, {{OP_ARG, 0, 0, 0, A_COUNTS}, {OP_ARG, 1, 0, 0, A_IP}, {OP_MAPGET, 2, 0, 1, 0}, PASS}},
  {"text equals address", CHECK_FLOW_SAME, {{OP_ARG, 0, 0, 0, A_STRING}, {OP_ARG, 1, 0, 0, A_IP}, {OP_EQTEXT, 2, 0, 1, 0}, PASS}},
  {"int equals date", CHECK_FLOW_SAME, {{OP_ARG, 0, 0, 0, A_INT}, {OP_ARG, 1, 0, 0, A_DATE}, {OP_EQ, 2, 0, 1, 0}, PASS}},
  {"bool is not ordered", CHECK_FLOW_KIND, {{OP_ARG, 0, 0, 0, A_BOOL}, {OP_LT, 1, 0, 0, 0}, PASS}},
};

START_TEST(refused_code) {
  struct builder b;
  struct bundle_error error;
  uint32_t count = 8;
  while (count > 1 && !memcmp(&bad_code[_i].list[count - 1], &(struct instruction){0}, sizeof(struct instruction))) count--;
  builder_world(&b);
  code(&b, bad_code[_i].list, count);
  struct rebase_bundle *bundle = open_world(&b, 0, &error);
  ck_assert_msg(!bundle && error.check == bad_code[_i].check, "%s: %s", bad_code[_i].what, bundle ? "accepted" : error.text);
  ck_assert(error.section == SECTION_PROGRAMS && error.index == RULE_MAIN);
  builder_free(&b);
}
END_TEST

/* ---- and in what is declared ---- */
static void region_beyond_its_parent(struct builder *b) {
  AT(REGIONS, region, 2)->end = 4;
  AT(REGIONS, region, 3)->parent = 2;
}
static void zone_changes_twice_at_once(struct builder *b) { AT(ZONE_CHANGES, zone_change, 1)->at = AT(ZONE_CHANGES, zone_change, 0)->at; }
static void release_text_through_a_function(struct builder *b) {
  uint32_t f = add_function(b, CODE({OP_CONTEXT, 0, 0, 0, CTX_RELEASE_TEXT}, {OP_TEXTLENGTH, 1, 0, 0, 0}, {OP_RETURN, 1, 0, 0, 0}));
  code(b, CODE({OP_CALL, 0, 0, 0, f}, PASS));
}
static void function_returns_missing(struct builder *b) { add_function(b, CODE({OP_NOTHING, 0, 0, 0, TYPE_INT}, {OP_RETURN, 0, 0, 0, 0})); }
/* RULE_MAIN, of crm.pay, is in scope for crm.get too, which has no such argument. */
static void argument_of_one_operation(struct builder *b) {
  NUMBER(SCOPE, OPERATION_GET) = builder_add(b, SECTION_LISTS, (uint32_t[]){1, RULE_MAIN}, 2);
  AT(OBLIGATIONS, obligation, 0)->slot = A_STRING;  /* which it has */
  code(b, CODE({OP_ARG, 0, 0, 0, A_INT}, PASS));
}
static void cost_of_a_loop(struct builder *b) {
  code(b, CODE({OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 3}, {OP_NEXT, 0, 0, 0, 1}, PASS));
  AT(COSTS, cost, AT(PROGRAMS, program, RULE_MAIN)->cost)->steps[1]--;
}
static void hole_for_a_list(struct builder *b) { AT(FORMS, form, RULE_MAIN)->condition = builder_text(b, "where it is \1#"); }
static void hole_for_nothing(struct builder *b) { AT(FORMS, form, RULE_MAIN)->condition = builder_text(b, "where it is \1"); }
static void hole_of_another_program(struct builder *b) { AT(FORMS, form, RULE_GUARD)->condition = builder_text(b, "where it is \1!"); }
static void lack_as_a_value(struct builder *b) { code(b, CODE({OP_RULECONST, 0, 0, 0, K_LACK}, PASS)); }
static void constant_of_a_function(struct builder *b) { add_function(b, CODE({OP_RULECONST, 0, 0, 0, 0}, {OP_RETURN, 0, 0, 0, 0})); }
static void constant_that_the_program_lacks(struct builder *b) { code(b, CODE({OP_RULECONST, 0, 0, 0, W_CONSTANTS}, PASS)); }
static void constant_of_another_type(struct builder *b) { NUMBER(RULE_CONSTANTS, K_YES) = world_const(b, TYPE_INT, 1); }
static void text_within_another(struct builder *b) { NUMBER(RULE_CONSTANTS, K_STRING) += 4; }
static void value_of_another_type(struct builder *b) { NUMBER(RULE_CONSTANTS, K_INTS) = 3; }
static void lack_beyond_the_end(struct builder *b) { NUMBER(RULE_CONSTANTS, K_LACK) = 1; }
static void constants_of_a_residual(struct builder *b) {
  *AT(RESIDUALS, residual, 0) = (struct image_residual){RULE_MAIN, RULE_MAIN, 1};
  NUMBER(LISTS, 6) = RULE_RELEASE;
}
static void entry_beyond_the_end(struct builder *b) { NUMBER(LISTS, 6) = W_RULES + 2; }
static void rule_and_what_is_left_of_it(struct builder *b) {
  NUMBER(SCOPE, 2) = builder_add(b, SECTION_LISTS, (uint32_t[]){2, RULE_RELEASE, W_RULES}, 3);
  builder_add(b, SECTION_LISTS, (uint32_t[]){0}, 1);         /* an odd number of them in all */
}
static void residual_of_another_kind(struct builder *b) { AT(PROGRAMS, program, W_RULES)->guard = 1; }
static void residual_of_another_effect(struct builder *b) { AT(PROGRAMS, program, W_RULES)->effect = RULE_ALLOW; }
static void root_below_another(struct builder *b) {
  grow_trees(b);
  NODE(TREE_ROOT + 1, 3) = TREE_ROOT;
}
/* Three heights: leaves of both agents, then nodes that lead to them, then the roots. */
enum { HIGH_OPERATIONS = 300, HIGH_LEAVES = 2 * 20, HIGH_NODES = HIGH_LEAVES + 2 * 2 };
static void grow_high_trees(struct builder *b) { grow(b, 2, HIGH_OPERATIONS, (const uint32_t[]){NONE32, NONE32}); }
/* What the one takes for nodes the other takes for lists. */
static void root_that_skips_a_height(struct builder *b) {
  grow_high_trees(b);
  NODE(HIGH_NODES, SCOPE_FAN - 1) = HIGH_LEAVES - 1;
}
/* The last leaf and the first node above change places, all else is as it was. */
static void leaf_behind_its_parent(struct builder *b) {
  grow_high_trees(b);
  for (uint32_t i = 0; i < SCOPE_FAN; i++) {
    const uint32_t leaf = NODE(HIGH_LEAVES - 1, i);
    NODE(HIGH_LEAVES - 1, i) = NODE(HIGH_LEAVES, i);
    NODE(HIGH_LEAVES, i) = leaf;
  }
  for (uint32_t at = (HIGH_LEAVES + 1) * SCOPE_FAN; at < builder_count(b, SECTION_SCOPE); at++) {
    uint32_t *below = &NUMBER(SCOPE, at);
    if (*below == HIGH_LEAVES || *below == HIGH_LEAVES - 1) *below = 2 * HIGH_LEAVES - 1 - *below;
  }
}
static void fewer_roots_than_classes(struct builder *b) { builder_drop(b, SECTION_SCOPE, SCOPE_FAN); }
/* An operation without arguments, in one class with crm.pay. */
static void argument_of_one_in_a_class(struct builder *b) {
  const uint32_t both = NUMBER(SCOPE, OPERATION_PAY);
  grow(b, 2, OPERATION_PAY + 2, (const uint32_t[]){NONE32, NONE32});
  for (uint32_t head = OPERATION_PAY + 1; head < builder_count(b, SECTION_HEAD_CLASS); head++) NUMBER(HEAD_CLASS, head) = head - 1;
  NODE(0, OPERATION_PAY) = both;
}
static void list_within_another(struct builder *b) {
  grow_trees(b);
  NODE(1, 3) = 1;
}
static void head_without_a_class(struct builder *b) { builder_drop(b, SECTION_HEAD_CLASS, 1); }
static void constants_beyond_the_end(struct builder *b) { AT(RULES, rule, RULE_MAIN)->first_constant = 1; }
static void constants_that_wrap(struct builder *b) { AT(RULES, rule, RULE_MAIN)->first_constant = NONE32; }
static void cost_of_the_deepest_loop(struct builder *b) { AT(COSTS, cost, AT(PROGRAMS, program, RULE_MAIN)->cost)->steps[IMAGE_MAX_LOOP_DEPTH]++; }

static const struct { const char *what; enum check check; void (*how)(struct builder *b); } bad_worlds[] = {
  {"a region ends behind the one around it", CHECK_REGION_ORDER, region_beyond_its_parent},
  {"a zone changes twice at one instant", CHECK_ZONE_ORDER, zone_changes_twice_at_once},
  {"a call's rule reads a release's text through a function", CHECK_FLOW_EVENT, release_text_through_a_function},
  {"a function of ints returns nothing", CHECK_FLOW_RETURN, function_returns_missing},
  {"an argument that one of the operations lacks", CHECK_FLOW_ARG, argument_of_one_operation},
  {"a redaction of an argument that one operation of a class lacks", CHECK_OBLIGATION_SLOT, argument_of_one_in_a_class},
  {"the cost of a loop", CHECK_CODE_COST, cost_of_a_loop},
  {"a list in a condition's text", CHECK_FORM_CONDITION, hole_for_a_list},
  {"a condition's text that ends within a hole", CHECK_FORM_CONDITION, hole_for_nothing},
  {"a constant that the program lacks in a condition's text", CHECK_FORM_CONDITION, hole_of_another_program},
  {"a lack is loaded as a value", CHECK_CODE_LACK, lack_as_a_value},
  {"a function loads a rule's constant", CHECK_CODE_IMMEDIATE, constant_of_a_function},
  {"a program loads a constant too many", CHECK_CODE_IMMEDIATE, constant_that_the_program_lacks},
  {"a bool that is an int", CHECK_RULE_CONSTANTS, constant_of_another_type},
  {"a text that begins within another", CHECK_RULE_CONSTANTS, text_within_another},
  {"a list that is a map", CHECK_RULE_CONSTANTS, value_of_another_type},
  {"a lack that is not there", CHECK_RULE_CONSTANTS, lack_beyond_the_end},
  {"constants behind the end", CHECK_RULE_CONSTANTS, constants_beyond_the_end},
  {"constants far behind the end", CHECK_RULE_CONSTANTS, constants_that_wrap},
  {"constants of a residual behind the end", CHECK_RULE_CONSTANTS, constants_of_a_residual},
  {"a list names what is behind the last residual", CHECK_LIST_ORDER, entry_beyond_the_end},
  {"a list has a rule and what is left of it", CHECK_LIST_ORDER, rule_and_what_is_left_of_it},
  {"a guard's program is left of a policy's rule", CHECK_RESIDUAL_EFFECT, residual_of_another_kind},
  {"what is left of a denial allows", CHECK_RESIDUAL_EFFECT, residual_of_another_effect},
  {"a head has no class", CHECK_CLASS_COUNT, head_without_a_class},
  {"one tree leads to another's root", CHECK_SCOPE_NODE, root_below_another},
  {"a root leads to leaves, past the nodes between", CHECK_SCOPE_NODE, root_that_skips_a_height},
  {"a class of agents has no root", CHECK_SCOPE_SIZE, fewer_roots_than_classes},
  {"nodes of different heights stand mixed", CHECK_SCOPE_NODE, leaf_behind_its_parent},
  {"a leaf leads to what is no list", CHECK_SCOPE_LIST, list_within_another},
  {"the cost of the deepest loop", CHECK_CODE_COST, cost_of_the_deepest_loop},
};

START_TEST(refused_worlds) {
  struct builder b;
  struct bundle_error error;
  builder_world(&b);
  bad_worlds[_i].how(&b);
  struct rebase_bundle *bundle = open_world(&b, 0, &error);
  ck_assert_msg(!bundle && error.check == bad_worlds[_i].check, "%s: %s", bad_worlds[_i].what, bundle ? "accepted" : error.text);
  builder_free(&b);
}
END_TEST

/* A rule ends in its own verdict or in none; a guard's rule, whatever it says of itself, never allows. */
START_TEST(verdicts_of_effects) {
  static const uint8_t verdicts[] = {[RULE_ALLOW] = OP_ALLOW, [RULE_ASK] = OP_ASK, [RULE_DENY] = OP_DENY, [RULE_OBLIGE] = OP_OBLIGE};
  for (unsigned effect = 0; effect < 2 * COUNT(verdicts); effect++)
    for (unsigned verdict = 0; verdict < COUNT(verdicts); verdict++) {
      struct builder world, *b = &world;
      struct bundle_error error;
      bool guard = effect >= COUNT(verdicts);
      builder_world(b);
      AT(PROGRAMS, program, RULE_MAIN)->effect = (uint8_t)(effect % COUNT(verdicts));
      AT(PROGRAMS, program, RULE_MAIN)->guard = guard;
      AT(FORMS, form, RULE_MAIN)->approvers = 1;
      AT(FORMS, form, RULE_MAIN)->first_approver = AT(FORMS, form, RULE_GUARD)->first_approver;
      code(b, CODE({verdicts[verdict], 0, 0, 0, 0}));
      struct rebase_bundle *bundle = open_world(b, 0, &error);
      bool fits = effect % COUNT(verdicts) == verdict && !(guard && verdict == RULE_ALLOW);
      ck_assert_msg(fits == (bundle != NULL), "effect %u, verdict %u: %s", effect, verdict, bundle ? "accepted" : error.text);
      bundle_free(bundle);
      builder_free(b);
    }
}
END_TEST

static struct rebase_bundle *must_open(struct builder *b) {
  struct bundle_error error;
  struct rebase_bundle *bundle = open_world(b, 0, &error);
  ck_assert_msg(bundle != NULL, "%s", error.text);
  return bundle;
}

/* ---- what is accepted ---- */
START_TEST(accepted_code) {
  static const struct instruction lists[][8] = {
    {{OP_JUMP, 0, 0, 0, 2}, {OP_NOT, 9, 8, 0, 0}, PASS},                          /* nobody gets to the undefined register */
    {{OP_ARG, 1, 0, 0, A_INTS}, {OP_LOOP, 2, 1, 3, 4}, {OP_JUMP, 0, 0, 0, 5}, {OP_NEXT, 0, 0, 0, 1}, {OP_NEG, 4, 3, 0, 0}, PASS},
    {{OP_ARG, 0, 0, 0, A_TIME}, {OP_CONTEXT, 1, 0, 0, CTX_NOW}, {OP_LT, 2, 0, 1, 0}, PASS},
    {{OP_ARG, 0, 0, 0, A_COLOUR}, {OP_ARG, 1, 0, 0, A_SYMBOL}, {OP_EQ, 2, 0, 1, 0}, PASS},
    {{OP_SEENALL, 0, 0, 0, E_USER}, {OP_LOOP, 1, 0, 2, 4}, {OP_FIELD, 3, 1, 0, 0}, {OP_NEXT, 0, 0, 0, 1}, PASS},
  };
  for (size_t i = 0; i < COUNT(lists); i++) {
    struct builder b;
    uint32_t count = 8;
    while (!memcmp(&lists[i][count - 1], &(struct instruction){0}, sizeof(struct instruction))) count--;
    builder_world(&b);
    code(&b, lists[i], count);
    bundle_free(must_open(&b));
    builder_free(&b);
  }
}
END_TEST

START_TEST(names) {
  struct builder b;
  builder_world(&b);
  struct rebase_bundle *bundle = must_open(&b);
  ck_assert_uint_eq(find_agent(bundle, "acme.two", 8), 1);
  ck_assert_uint_eq(find_agent(bundle, "acme.tw", 7), NONE32);
  ck_assert_uint_eq(find_operation(bundle, "crm.pay", 7), OPERATION_PAY);
  ck_assert_uint_eq(find_symbol(bundle, "blue", 4), 2);
  ck_assert_uint_eq(find_symbol(bundle, "Blue", 4), NONE32);
  ck_assert_uint_eq(find_region(bundle, "us", 2), 3);
  ck_assert_uint_eq(find_entity(bundle, "crm.order", 9), E_ORDER);
  ck_assert_uint_eq(find_label(bundle, "personal", 8), 0);
  ck_assert_uint_eq(find_proof(bundle, "verified", 8), 0);
  ck_assert_uint_eq(find_group(bundle, "staff", 5), 1);
  uint32_t count;
  const uint32_t *rules = bundle_scope(bundle, 1, OPERATION_PAY, &count);
  ck_assert(count == 2 && rules[0] == RULE_MAIN && rules[1] == RULE_GUARD);
  bundle_scope(bundle, 7, 0, &count);
  ck_assert_uint_eq(count, 0);
  ck_assert_uint_eq(bundle->longest, 4);
  bundle_free(bundle);
  builder_free(&b);
}
END_TEST

/* Every agent with every head, through trees of one to three heights. */
START_TEST(scopes_of_trees) {
  static const uint32_t operations[] = {2, 12, 20, 250, 260, 300};
  for (unsigned k = 0; k < COUNT(operations); k++) {
    struct builder world, *b = &world;
    uint32_t lists[5], count;
    builder_world(b);
    for (uint32_t i = 0; i < 5; i++) lists[i] = i == 3 ? NONE32 : builder_add(b, SECTION_LISTS, (uint32_t[]){1, RULE_GUARD}, 2);
    grow(b, 5, operations[k], lists);
    struct rebase_bundle *bundle = must_open(b);
    ck_assert_uint_eq(bundle->scope_shift, operations[k] < 16 - RELEASE_COUNT - 6 + 1 ? 0u : operations[k] + RELEASE_COUNT + 6 <= 256 ? 4u : 8u);
    for (uint32_t agent = 0; agent < 5; agent++)
      for (uint32_t head = 0; head < bundle->scope_width; head++) {
        const uint32_t *rules = bundle_scope(bundle, agent, head, &count);
        ck_assert_uint_eq(count, agent != 3 && head < operations[k]);
        ck_assert(!count || rules == bundle->LISTS.at + lists[agent] + 1);
      }
    bundle_free(bundle);
    builder_free(b);
  }
}
END_TEST

START_TEST(pending) {
  struct builder b, *world = &b;
  struct bundle_error error;
  builder_world(&b);
  { struct builder *b = world; ADD(PENDING, pending, builder_text(b, "limit"), builder_text(b, "acme.daily"), 0, 12); }
  ck_assert_ptr_null(open_world(&b, 0, &error));
  ck_assert_int_eq(error.status, BUNDLE_PENDING);
  ck_assert_str_eq(error.text, "this runtime cannot execute: limit acme.daily (a.rb:12)");
  struct rebase_bundle *bundle = open_world(&b, BUNDLE_INSPECT, &error);
  ck_assert_ptr_nonnull(bundle);
  bundle_free(bundle);
  builder_free(&b);
}
END_TEST

/* ---- memory ---- */
struct meter { unsigned left; int held; };
static void *metered_alloc(size_t size, void *user) {
  struct meter *meter = user;
  if (!meter->left) return NULL;
  meter->left--;
  meter->held++;
  return malloc(size);
}
static void metered_release(void *memory, void *user) {
  if (memory) ((struct meter *)user)->held--;
  free(memory);
}

START_TEST(out_of_memory_is_an_error) {
  struct builder b;
  size_t size;
  builder_world(&b);
  unsigned char *image = builder_finish(&b, &size);
  bool opened = false;
  for (unsigned n = 0; !opened; n++) {
    struct meter meter = {n, 0};
    struct allocator allocator = {metered_alloc, metered_release, &meter};
    struct bundle_error error;
    struct rebase_bundle *bundle = bundle_open(image, size, &allocator, 0, &error);
    opened = bundle != NULL;
    ck_assert(opened || error.status == BUNDLE_MEMORY);
    ck_assert(!opened || n > 2);
    bundle_free(bundle);
    ck_assert_int_eq(meter.held, 0);
  }
  free(image);
  builder_free(&b);
}
END_TEST

/* ---- packed values ---- */
static enum packed_status decode(const struct rebase_bundle *b, uint32_t type, const void *bytes, size_t size, value *out) {
  static _Alignas(8) char memory[4096];
  struct arena_fixed arena = {memory, 0, sizeof memory};
  size_t used, needed;
  enum packed_status status = packed_decode(b, type, bytes, size, &used, &arena, out);
  bool measured = packed_decoded_size(b, type, bytes, size, &needed);
  ck_assert(status != PACKED_OK || (measured && needed == arena.used && used == size));
  return status;
}

START_TEST(packed_values) {
  struct builder b;
  builder_world(&b);
  struct rebase_bundle *bundle = must_open(&b);
  for (uint32_t i = 0; i < bundle->VALUE_INDEX.count; i++) {            /* there and back */
    unsigned char bytes[1024];
    uint32_t type = bundle->VALUE_INDEX.at[i].type;
    value v;
    size_t size = packed_encode(bundle, type, bundle->values[i], bytes, sizeof bytes);
    ck_assert_int_eq(memcmp(bytes, bundle->VALUES.at + bundle->VALUE_INDEX.at[i].offset, size), 0);
    ck_assert_int_eq(decode(bundle, type, bytes, size, &v), PACKED_OK);
    ck_assert(value_equal(bundle, type, v, bundle->values[i]));
    for (size_t cut = 0; cut < size; cut++) ck_assert_int_eq(decode(bundle, type, bytes, cut, &v), PACKED_INVALID);
    ck_assert_uint_eq(packed_encode(bundle, type, bundle->values[i], bytes, size - 1), size);
    static _Alignas(8) char memory[1024];
    for (size_t room = 0; room <= sizeof memory; room += 8) {
      struct arena_fixed arena = {memory, 0, room};
      if (packed_copy(bundle, type, bundle->values[i], &arena, &v)) ck_assert(value_equal(bundle, type, v, bundle->values[i]));
      else ck_assert_uint_lt(room, sizeof memory);
    }
  }
  bundle_free(bundle);
  builder_free(&b);
}
END_TEST

START_TEST(packed_refusals) {
  static const struct { uint32_t type; size_t size; const char *bytes; } bad[] = {
    {TYPE_BOOL, 8, "\2\0\0\0\0\0\0\0"}, {TYPE_INT, 8, "\0\0\0\0\0\0\0\x80"}, {TYPE_REGION, 8, "\4\0\0\0\0\0\0\0"},
    {TYPE_SYMBOL, 8, "\3\0\0\0\0\0\0\0"}, {TYPE_SYMBOL, 8, "\xff\xff\xff\xff\xff\xff\xff\xff"}, {W_COLOUR, 8, "\2\0\0\0\0\0\0\0"},
    {TYPE_VERSION, 8, "\0\0\0\0\0\0\0\x10"}, {TYPE_STRING, 5, "\1\0\0\0\xc0"}, {TYPE_STRING, 5, "\1\0\0\0\0"},
    {TYPE_STRING, 7, "\3\0\0\0\xed\xa0\x80"}, {TYPE_IP, 6, "\2\0\0\0ab"}, {TYPE_STRINGS, 4, "\xff\xff\xff\xff"},
    {W_TEXTS, 14, "\2\0\0\0\1\0\0\0x\1\0\0\0x"},                                             /* a set with equal elements */
    {W_COUNTS, 30, "\2\0\0\0\1\0\0\0b\1\0\0\0\0\0\0\0\1\0\0\0a\1\0\0\0\0\0\0\0"},              /* keys descend */
    {W_COUNTS, 30, "\2\0\0\0\1\0\0\0a\1\0\0\0\0\0\0\0\1\0\0\0a\1\0\0\0\0\0\0\0"},              /* a key twice */
    {W_SIZE, 2, "\0\0"}, {W_SIZE, 2, "\2\0"},
  };
  struct builder b;
  value v;
  builder_world(&b);
  struct rebase_bundle *bundle = must_open(&b);
  for (size_t i = 0; i < COUNT(bad); i++)
    ck_assert_msg(decode(bundle, bad[i].type, bad[i].bytes, bad[i].size, &v) == PACKED_INVALID && is_missing(v), "case %zu", i);
  bundle_free(bundle);
  builder_free(&b);
}
END_TEST

/* ---- fields.def leaves no byte of a record out ---- */
#define SECTION(NAME, TYPE) typedef TYPE record_##NAME;
#include "sections.def"
#undef SECTION

START_TEST(every_field_has_a_role) {
  static const char loose[] = {
    SECTION_TEXTS, SECTION_VALUES, SECTION_BYTES, SECTION_DFA, SECTION_INDEXES, SECTION_AGENT_CLASS, SECTION_HEAD_CLASS, SECTION_SCOPE, SECTION_LISTS, SECTION_RULE_CONSTANTS,      /* no records */
  };
  size_t covered[SECTION_COUNT] = {0}, size[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) sizeof(TYPE),
#include "sections.def"
#undef SECTION
  };
#define FIELD(SECTION, NAME, ROLE, ARGUMENT) \
  ck_assert_uint_eq(offsetof(record_##SECTION, NAME), covered[SECTION_##SECTION]); \
  covered[SECTION_##SECTION] += sizeof(((record_##SECTION *)0)->NAME);
#include "fields.def"
#undef FIELD
  for (int s = 0; s < SECTION_COUNT; s++)
    ck_assert_msg(memchr(loose, s, sizeof loose) ? !covered[s] : covered[s] == size[s], "section %s", section_name((enum section)s));
}
END_TEST

static void collect(const char *text, size_t length, void *user) { strncat(user, text, length); }

START_TEST(disassembly) {
  struct builder b;
  char out[4096] = "";
  builder_world(&b);
  code(&b, CODE({OP_ARG, 0, 0, 0, A_BOOL}, {OP_IFNOT, 0, 0, 0, 4}, {OP_TEXT, 1, 0, 0, 8}, {OP_ALLOW, 0, 0, 0, 0}, PASS));
  struct rebase_bundle *bundle = must_open(&b);
  bundle_disassemble(bundle, collect, out);
  ck_assert_ptr_nonnull(strstr(out, "rule 0 acme.main: allow call  (a.rb:0)\n  cost 5\n     0  ARG        r0, #18\n"
                                    "     1  IFNOT      r0, -> 4\n     2  TEXT       r1, \"red\"\n     3  ALLOW"));
  ck_assert_ptr_nonnull(strstr(out, "waiver 0 for acme.one"));
  bundle_free(bundle);
  builder_free(&b);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("verify");
  TCase *tests = tcase_create("verify");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, refusals, 0, (int)COUNT(breaks));
  tcase_add_loop_test(tests, refused_code, 0, (int)COUNT(bad_code));
  tcase_add_loop_test(tests, refused_worlds, 0, (int)COUNT(bad_worlds));
  const TTest *all[] = {verdicts_of_effects, accepted_code, names, scopes_of_trees, pending, out_of_memory_is_an_error, packed_values, packed_refusals, every_field_has_a_role, disassembly};
  for (size_t i = 0; i < COUNT(all); i++) tcase_add_test(tests, all[i]);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
