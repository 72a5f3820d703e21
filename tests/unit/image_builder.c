/* image_builder.c: see image_builder.h. */
#include "image_builder.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "value.h"

static const size_t record_size[SECTION_COUNT] = {
#define SECTION(NAME, TYPE) sizeof(TYPE),
#include "sections.def"
#undef SECTION
};

void builder_free(struct builder *b) {
  for (int s = 0; s < SECTION_COUNT; s++) free(b->section[s].bytes);
  memset(b, 0, sizeof *b);
}

uint32_t builder_count(const struct builder *b, enum section section) { return (uint32_t)(b->section[section].size / record_size[section]); }

uint32_t builder_add(struct builder *b, enum section section, const void *records, size_t count) {
  struct builder_section *s = &b->section[section];
  uint32_t index = builder_count(b, section);
  size_t size = count * record_size[section];
  if (s->size + size + 1 > s->room) {
    s->room = 2 * (s->size + size) + 64;
    s->bytes = realloc(s->bytes, s->room);
  }
  if (!s->bytes) abort();
  if (size) memcpy(s->bytes + s->size, records, size);
  s->size += size;
  return index;
}

void *builder_at(struct builder *b, enum section section, uint32_t index) {
  if (index >= builder_count(b, section)) abort();
  return b->section[section].bytes + index * record_size[section];
}

void builder_drop(struct builder *b, enum section section, size_t count) { b->section[section].size -= count * record_size[section]; }

ref builder_text(struct builder *b, const char *text) {
  uint32_t length = (uint32_t)strlen(text);
  uint32_t at = builder_add(b, SECTION_TEXTS, &length, sizeof length);
  builder_add(b, SECTION_TEXTS, text, length);
  builder_add(b, SECTION_TEXTS, "\0\0\0", 4 - length % 4);
  return at;
}

struct image_section *builder_table(unsigned char *image) { return (struct image_section *)(void *)(image + sizeof(struct image_header)); }

void builder_digest(unsigned char *image, size_t size) {
  struct image_header *header = (void *)image;
  memset(header->digest, 0, sizeof header->digest);
  unsigned char digest[32];
  crypto_generichash(digest, sizeof digest, image, size, NULL, 0);
  memcpy(header->digest, digest, sizeof digest);
}

unsigned char *builder_finish(const struct builder *b, size_t *size) {
  size_t at = sizeof(struct image_header) + SECTION_COUNT * sizeof(struct image_section);
  size_t total = at;
  for (int s = 0; s < SECTION_COUNT; s++) total = (total + 7) / 8 * 8 + b->section[s].size;
  unsigned char *image = calloc(1, total);
  if (!image) abort();
  struct image_header *header = (void *)image;
  memcpy(header->magic, IMAGE_MAGIC, 8);
  header->version = IMAGE_VERSION;
  header->sections = SECTION_COUNT;
  header->bytes = total;
  for (int s = 0; s < SECTION_COUNT; s++) {
    at = (at + 7) / 8 * 8;
    builder_table(image)[s] = (struct image_section){(uint32_t)at, builder_count(b, (enum section)s)};
    if (b->section[s].size) memcpy(image + at, b->section[s].bytes, b->section[s].size);
    at += b->section[s].size;
  }
  builder_digest(image, total);
  *size = total;
  return image;
}

/* ---- code ---- */
static const unsigned steps_of[OP_COUNT] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) COST,
#include "opcodes.def"
#undef OP
};

void builder_cost(const struct builder *b, const struct instruction *code, uint32_t count, struct image_cost *cost) {
  unsigned depth = 0;
  memset(cost, 0, sizeof *cost);
  for (uint32_t i = 0; i < count; i++) {
    if (code[i].op >= OP_COUNT || depth > IMAGE_MAX_LOOP_DEPTH) return;
    cost->steps[depth] += steps_of[code[i].op];
    if (code[i].op == OP_LOOP && ++depth <= IMAGE_MAX_LOOP_DEPTH) cost->steps[depth] += steps_of[OP_LOOP];
    if (code[i].op == OP_NEXT && depth) depth--;
    if (code[i].op == OP_CALL && code[i].imm < builder_count(b, SECTION_FUNCTIONS)) {
      const struct image_function *f = builder_at((struct builder *)b, SECTION_FUNCTIONS, code[i].imm);
      const struct image_cost *callee = builder_at((struct builder *)b, SECTION_COSTS, f->cost);
      for (unsigned d = 0; depth + d <= IMAGE_MAX_LOOP_DEPTH; d++) cost->steps[depth + d] += callee->steps[d];
    }
  }
}

void builder_code(struct builder *b, uint32_t rule, const struct instruction *code, uint32_t count) {
  struct image_program *p = builder_at(b, SECTION_PROGRAMS, rule);
  struct image_cost cost;
  builder_drop(b, SECTION_CODE, p->code_count);
  builder_cost(b, code, count, &cost);
  p->code = builder_add(b, SECTION_CODE, code, count);
  p->code_count = count;
  p->cost = builder_add(b, SECTION_COSTS, &cost, 1);
}

/* ---- the world ---- */
#define ADD(SECTION, TYPE, ...) builder_add(b, SECTION_##SECTION, &(struct image_##TYPE){__VA_ARGS__}, 1)

uint32_t world_const(struct builder *b, uint32_t type, int64_t bits) { return ADD(CONSTS, const, .type = type, .bits = bits); }

static void packed_u32(struct builder *b, uint32_t number) { builder_add(b, SECTION_VALUES, &number, 4); }
static void packed_i64(struct builder *b, int64_t number) { builder_add(b, SECTION_VALUES, &number, 8); }
static void packed_text(struct builder *b, const char *text) {
  packed_u32(b, (uint32_t)strlen(text));
  builder_add(b, SECTION_VALUES, text, strlen(text));
}
static void present(struct builder *b) { builder_add(b, SECTION_VALUES, "\1", 1); }

static uint32_t field(struct builder *b, const char *name, uint32_t type, uint32_t flags) {
  return ADD(FIELDS, field, .name = builder_text(b, name), .type = type, .flags = flags);
}

static void vocabulary(struct builder *b) {
  for (int i = 0; i < 3; i++) ADD(SYMBOLS, symbol, builder_text(b, (const char *[]){"red", "green", "blue"}[i]));
  ADD(WORDS, word, builder_text(b, "Red"), 0);
  ADD(WORDS, word, builder_text(b, "Green"), 1);
  ADD(WORDS, word, builder_text(b, "Blue"), 2);
  ADD(REGIONS, region, builder_text(b, "eu"), NONE32, 3);
  ADD(REGIONS, region, builder_text(b, "de"), 0, 2);
  ADD(REGIONS, region, builder_text(b, "fr"), 0, 3);
  ADD(REGIONS, region, builder_text(b, "us"), NONE32, 4);
  ADD(ZONES, zone, builder_text(b, "UTC"), 0, 0, 0);
  ADD(ZONES, zone, builder_text(b, "Europe/Berlin"), 3600, 0, 2);
  ADD(ZONE_CHANGES, zone_change, .at = 1711846800, .offset = 7200);     /* 2024-03-31T01:00Z */
  ADD(ZONE_CHANGES, zone_change, .at = 1729990800, .offset = 3600);     /* 2024-10-27T01:00Z */
  ADD(LABELS, label, builder_text(b, "personal"), 0);
  ADD(PROOFS, proof, builder_text(b, "verified"), 0, 15 * 60 * REBASE_SECOND);
  ADD(GROUPS, group, builder_text(b, "requester"), 0);
  ADD(GROUPS, group, builder_text(b, "staff"), 0);
}

static void types(struct builder *b) {
  for (uint8_t kind = 0; kind < TYPE_FIXED_COUNT; kind++) ADD(TYPES, type, .kind = kind);
  ADD(TYPES, type, .kind = TYPE_MONEY, .name = builder_text(b, "USD"), .digits = 2);
  ADD(TYPES, type, .kind = TYPE_MONEY, .name = builder_text(b, "EUR"), .digits = 2);
  ADD(TYPES, type, .kind = TYPE_WORDS, .a = 0, .b = 2);
  ADD(TYPES, type, .kind = TYPE_BOOL, .a = builder_text(b, "yes"), .b = builder_text(b, "no"));
  ADD(TYPES, type, .kind = TYPE_TIME, .a = 2);
  ADD(TYPES, type, .kind = TYPE_LIST, .a = TYPE_INT);
  ADD(TYPES, type, .kind = TYPE_SET, .a = TYPE_STRING);
  ADD(TYPES, type, .kind = TYPE_MAP, .a = TYPE_INT);
  uint32_t user = field(b, "id", TYPE_STRING, FIELD_KEY);
  field(b, "age", TYPE_INT, FIELD_OPTIONAL);
  field(b, "colour", W_COLOUR, 0);
  field(b, "member", W_YES_NO, 0);
  ADD(TYPES, type, .kind = TYPE_RECORD, .name = builder_text(b, "crm.user"), .a = user, .b = 4);
  ADD(TYPES, type, .kind = TYPE_LIST, .a = W_USER);
  uint32_t row = field(b, "colour", W_COLOUR, 0);
  field(b, "member", TYPE_BOOL, 0);
  field(b, "bags", TYPE_INT, 0);
  ADD(TYPES, type, .kind = TYPE_RECORD, .name = builder_text(b, "row"), .a = row, .b = 3);
  ADD(TYPES, type, .kind = TYPE_LIST, .a = W_ROW);
  uint32_t pair = field(b, "member", TYPE_STRING, 0);
  field(b, "group", TYPE_STRING, 0);
  ADD(TYPES, type, .kind = TYPE_RECORD, .name = builder_text(b, "pair"), .a = pair, .b = 2);
  ADD(TYPES, type, .kind = TYPE_LIST, .a = W_PAIR);
  uint32_t size = field(b, "name", TYPE_STRING, 0);
  field(b, "width", TYPE_INT, FIELD_OPTIONAL);
  ADD(TYPES, type, .kind = TYPE_RECORD, .name = builder_text(b, "size"), .a = size, .b = 2);
  ADD(TYPES, type, .kind = TYPE_WORDS, .a = 1, .b = 2);                 /* W_SHADE: green, blue */
  ADD(TYPES, type, .kind = TYPE_SET, .a = W_SHADE);
  uint32_t requester = field(b, "team", TYPE_STRING, 0);
  field(b, "grade", TYPE_INT, FIELD_OPTIONAL);
  ADD(TYPES, type, .kind = TYPE_RECORD, .name = builder_text(b, "requester"), .a = requester, .b = 2);
  ADD(TYPES, type, .kind = TYPE_MAP, .a = W_INTS);
}

static void value_entry(struct builder *b, uint32_t type) { ADD(VALUE_INDEX, value, type, (uint32_t)b->section[SECTION_VALUES].size); }

static void tables(struct builder *b) {
  value_entry(b, W_ROWS);                                               /* value 0: a total table, rows in any order */
  packed_u32(b, 4);
  for (int i = 3; i >= 0; i--) {
    present(b); packed_i64(b, i / 2);
    present(b); packed_i64(b, i % 2);
    present(b); packed_i64(b, 10 + i);
  }
  value_entry(b, W_PAIRS);                                              /* value 1: ann < team < dept, bob < dept */
  packed_u32(b, 3);
  for (int i = 0; i < 3; i++) {
    present(b); packed_text(b, (const char *[]){"ann", "team", "bob"}[i]);
    present(b); packed_text(b, (const char *[]){"team", "dept", "dept"}[i]);
  }
  value_entry(b, W_INTS);                                               /* value 2: 4, 5, 6 */
  packed_u32(b, 3);
  for (int i = 4; i < 7; i++) packed_i64(b, i);
  value_entry(b, W_COUNTS);                                             /* value 3: a 1, b 2 */
  packed_u32(b, 2);
  packed_text(b, "a"); packed_i64(b, 1);
  packed_text(b, "b"); packed_i64(b, 2);
  value_entry(b, W_TEXTS);                                              /* value 4: a set */
  packed_u32(b, 2);
  packed_text(b, "x"); packed_text(b, "y");
  ADD(TABLES, table, .name = builder_text(b, "bags"), .row_type = W_ROW, .keys = 2, .key_field = {0, 1}, .total = 1, .rows = 4, .value = 0);
  ADD(TREES, tree, builder_text(b, "org"), 1);
}

/* The pattern a+b: states dead, start, a, ab; classes other, a, b. */
static void pattern(struct builder *b) {
  unsigned char classes[256] = {['a'] = 1, ['b'] = 2};
  uint16_t next[4][3] = {{0, 0, 0}, {0, 2, 0}, {0, 2, 3}, {0, 0, 0}};
  uint32_t accept = builder_add(b, SECTION_BYTES, "\0\0\0\1", 4), class_of = builder_add(b, SECTION_BYTES, classes, 256);
  ADD(PATTERNS, pattern, 4, 1, accept, builder_add(b, SECTION_DFA, next, 12), class_of, 2, 0);
  ADD(DETECTORS, detector, builder_text(b, "ab"), builder_add(b, SECTION_INDEXES, (uint32_t[]){0}, 1), 1);
}

static const uint32_t slot_types[W_SLOTS] = {
  TYPE_INT, TYPE_INT, TYPE_DECIMAL, W_USD, W_USD, W_EUR, TYPE_DURATION, TYPE_TIME, TYPE_DATE, TYPE_DATE, TYPE_STRING, TYPE_STRING,
  TYPE_SYMBOL, TYPE_REGION, TYPE_REGION, TYPE_IP, TYPE_CIDR, TYPE_VERSION, TYPE_BOOL, W_INTS, W_TEXTS, W_COUNTS, W_USER, W_COLOUR,
  W_USERS, TYPE_DURATION, TYPE_DECIMAL, TYPE_TIME, TYPE_INT, TYPE_STRING, W_USER, W_INTS, W_COUNTS, TYPE_IP, TYPE_CIDR, TYPE_REGION,
  W_COLOUR,
};

static void connector(struct builder *b) {
  char name[16];
  ADD(CONNECTORS, connector, builder_text(b, "crm"), 0, 1, 0, W_SLOTS, 0);
  ADD(ENTITIES, entity, .name = builder_text(b, "crm.user"), .type = W_USER, .keys = 1);
  ADD(ENTITIES, entity, .name = builder_text(b, "crm.order"), .type = W_SIZE, .keys = 1);
  uint32_t id = ADD(PARAMS, param, .name = builder_text(b, "id"), .slot = A_STRING, .type = TYPE_STRING, .default_const = NONE32);
  uint32_t fill = ADD(FILLS, fill, 0, A_STRING);
  uint32_t change = ADD(CHANGES, change, E_USER, {A_STRING2, NONE32, NONE32, NONE32});
  uint32_t first = id + 1;
  for (uint32_t slot = 0; slot < W_SLOTS; slot++) {
    snprintf(name, sizeof name, "p%u", (unsigned)slot);
    ADD(PARAMS, param, .name = builder_text(b, name), .slot = slot, .type = slot_types[slot], .default_const = NONE32,
        .flags = slot >= A_REQUIRED ? PARAM_OPTIONAL : 0);
  }
  ADD(OPERATIONS, operation, .name = builder_text(b, "crm.get"), .params = 1, .first_param = id, .result_type = W_USER, .fills = 1,
      .first_fill = fill, .binds = E_USER, .labels = 1, .proves = 1);
  ADD(OPERATIONS, operation, .name = builder_text(b, "crm.pay"), .op_class = CLASS_WRITES, .params = W_SLOTS, .first_param = first,
      .result_type = NONE32, .changes = 1, .first_change = change, .binds = NONE32);
}

static uint32_t costing(struct builder *b, uint64_t steps) { return ADD(COSTS, cost, {steps}); }

static void function(struct builder *b) {                               /* fn0(x: int, y: int?) = x + x */
  struct instruction code[] = {{OP_ADD, 2, 0, 0, 0}, {OP_RETURN, 2, 0, 0, 0}};
  uint32_t params = builder_add(b, SECTION_INDEXES, (uint32_t[]){TYPE_INT << 1, TYPE_INT << 1 | 1}, 2);
  ADD(FUNCTIONS, function, .code = builder_add(b, SECTION_CODE, code, 2), .code_count = 2, .first_param = params, .params = 2,
      .result = TYPE_INT, .cost = costing(b, 2));
}

static void rules(struct builder *b) {
  struct instruction pass = {OP_PASS, 0, 0, 0, 0}, deny = {OP_DENY, 0, 0, 0, 0}, oblige = {OP_OBLIGE, 0, 0, 0, 0}, allow = {OP_ALLOW, 0, 0, 0, 0};
  uint32_t one = costing(b, 1), staff = builder_add(b, SECTION_INDEXES, (uint32_t[]){1}, 1);
  ref path = builder_text(b, "a.rb");
  ADD(SOURCES, source, path, 0);
  ADD(LACKS, lack, .because = builder_text(b, "look it up"), .first_approver = staff, .approvers = 1);
  uint32_t obligation = ADD(OBLIGATIONS, obligation, .kind = builder_text(b, "redact"), .slot = A_STRING2, .detectors = 1);
  uint32_t code = builder_add(b, SECTION_CODE, &deny, 1);
  uint32_t waiver = ADD(WAIVERS, waiver, .agent = 0, .code = builder_add(b, SECTION_CODE, &oblige, 1), .code_count = 1, .cost = one);
  uint32_t release = builder_add(b, SECTION_CODE, &deny, 1), limit = builder_add(b, SECTION_CODE, &oblige, 1);
  uint32_t answer = builder_add(b, SECTION_CODE, &allow, 1), left = builder_add(b, SECTION_CODE, &pass, 1);
  uint32_t types = builder_add(b, SECTION_INDEXES, (uint32_t[]){[K_LACK] = NONE32, [K_STRING] = TYPE_STRING, [K_YES] = TYPE_BOOL, [K_INTS] = W_INTS}, W_CONSTANTS);
  builder_add(b, SECTION_RULE_CONSTANTS, (uint32_t[]){[K_LACK] = 0, [K_STRING] = builder_text(b, "a text"), [K_YES] = 0, [K_INTS] = 2}, W_CONSTANTS);
  ADD(PROGRAMS, program, .effect = RULE_ALLOW, .code = builder_add(b, SECTION_CODE, &allow, 1), .code_count = 1, .cost = one, .first_type = types, .constants = W_CONSTANTS);
  ADD(PROGRAMS, program, .effect = RULE_DENY, .guard = 1, .code = code, .code_count = 1, .cost = one);
  ADD(PROGRAMS, program, .effect = RULE_DENY, .event = EVENT_RELEASE, .code = release, .code_count = 1, .cost = one);
  ADD(PROGRAMS, program, .effect = RULE_OBLIGE, .guard = 1, .code = limit, .code_count = 1, .cost = one);
  ADD(PROGRAMS, program, .effect = RULE_ALLOW, .event = EVENT_INFER, .code = answer, .code_count = 1, .cost = one);
  uint32_t never = ADD(PROGRAMS, program, .effect = RULE_DENY, .event = EVENT_RELEASE, .code = left, .code_count = 1, .cost = one);
  ADD(RESIDUALS, residual, RULE_RELEASE, never, 0);
  ADD(RESIDUALS, residual, RULE_ROUTE, RULE_ROUTE, 0);
  ADD(FORMS, form, .name = builder_text(b, "acme.main"), .program = RULE_MAIN, .obligations = 1, .first_obligation = obligation);
  ADD(FORMS, form, .name = builder_text(b, "acme.guard"), .program = RULE_GUARD, .waivers = 1, .first_waiver = waiver, .approvers = 1, .first_approver = staff);
  ADD(FORMS, form, .name = builder_text(b, "acme.release"), .program = RULE_RELEASE);
  ADD(FORMS, form, .name = builder_text(b, "acme.limit"), .program = RULE_LIMIT);
  ADD(FORMS, form, .name = builder_text(b, "acme.route"), .program = RULE_ROUTE);
  for (uint32_t i = 0; i < W_RULES; i++) ADD(RULES, rule, .form = i);
  ADD(LIMITS, limit, .rule = RULE_LIMIT, .each = LIMIT_EACH_AGENT, .unit = LIMIT_DAY, .identity = builder_text(b, "acme.limit/a"),
      .words = builder_text(b, "at most 5 per day for each agent"), .most = 5, .slot = NONE32);
  uint32_t weights = ADD(WEIGHTS, weight, .model = 0, .weight = 3);
  ADD(WEIGHTS, weight, .model = 1, .weight = 1);
  ADD(ROUTES, route, .rule = RULE_ROUTE, .prefer = PREFER_WEIGHTED, .currency = W_USD, .cap = 1000000, .first_weight = weights, .weights = 2);
}

static uint32_t nodes_for(uint32_t heads, unsigned height) {
  const uint64_t each = UINT64_C(1) << SCOPE_BITS * (height + 1);
  return (uint32_t)((heads + each - 1) / each);
}

void builder_scope(struct builder *b, uint32_t agents, uint32_t heads, uint32_t (*list_of)(const void *user, uint32_t agent, uint32_t head), const void *user) {
  uint32_t below = 0;                       /* the first node of the height before */
  builder_drop(b, SECTION_SCOPE, builder_count(b, SECTION_SCOPE));
  for (unsigned height = 0;; height++) {
    const uint32_t first = builder_count(b, SECTION_SCOPE) / SCOPE_FAN, nodes = nodes_for(heads, height);
    for (uint32_t agent = 0; agent < agents; agent++)
      for (uint32_t at = 0; at < nodes * SCOPE_FAN; at++) {
        const uint32_t children = height ? nodes_for(heads, height - 1) : 0, child = at < children ? at : children - 1;
        const uint32_t entry = height ? below + agent * children + child : at < heads ? list_of(user, agent, at) : NONE32;
        builder_add(b, SECTION_SCOPE, &entry, 1);
      }
    if (nodes == 1) return;
    below = first;
  }
}

struct world_lists { uint32_t both, release, residual; };
static uint32_t world_list(const void *user, uint32_t agent, uint32_t head) {
  const struct world_lists *lists = user;
  return head == OPERATION_PAY ? lists->both : head != 2 ? NONE32 : agent ? lists->residual : lists->release;
}

static void scopes(struct builder *b) {
  uint32_t heads = 2 + RELEASE_COUNT + 2 + 1;
  const struct world_lists lists = {
    .both = builder_add(b, SECTION_LISTS, (uint32_t[]){2, RULE_MAIN, RULE_GUARD}, 3), .release = builder_add(b, SECTION_LISTS, (uint32_t[]){1, RULE_RELEASE}, 2),
    .residual = builder_add(b, SECTION_LISTS, (uint32_t[]){1, W_RULES}, 2)};
  for (uint32_t agent = 0; agent < 2; agent++) builder_add(b, SECTION_AGENT_CLASS, &agent, 1);
  for (uint32_t head = 0; head < heads; head++) builder_add(b, SECTION_HEAD_CLASS, &head, 1);
  builder_scope(b, 2, heads, world_list, &lists);
}

void builder_world(struct builder *b) {
  memset(b, 0, sizeof *b);
  builder_text(b, "");
  vocabulary(b);
  types(b);
  ADD(BUNDLE, bundle, .workspace = builder_text(b, "acme"), .requester_type = W_REQUESTER);
  tables(b);
  pattern(b);
  connector(b);
  world_const(b, TYPE_BOOL, 1);
  ADD(TEAMS, team, builder_text(b, "core"), 0);
  ADD(AGENTS, agent, .name = builder_text(b, "acme.one"), .accepts = 1, .first_accept = builder_add(b, SECTION_INDEXES, (uint32_t[]){1}, 1));
  ADD(AGENTS, agent, .name = builder_text(b, "acme.two"), .team = NONE32);
  uint32_t prices = ADD(PRICES, price, .kind = PRICE_INPUT, .amount = 2000000);
  ADD(PRICES, price, .kind = PRICE_INPUT, .amount = 3000000, .above = 200000);
  uint32_t qualities = ADD(QUALITIES, quality, .task = 0, .value = 900000);
  ADD(QUALITIES, quality, .task = 1, .value = 800000);
  ADD(MODELS, model, .name = builder_text(b, "acme.large"), .currency = W_USD, .first_price = prices, .prices = 2, .first_quality = qualities,
      .qualities = 2);
  ADD(MODELS, model, .name = builder_text(b, "acme.small"), .currency = NONE32);
  function(b);
  rules(b);
  scopes(b);
}
