/* sample.c: see sample.h. */
#include "sample.h"
#include <stdlib.h>
#include <string.h>

static void *take(struct sample *s, size_t size) {
  void *memory = arena_alloc(&s->arena, size);
  if (!memory) abort();
  return memory;
}

/* Appends to an array of pointers; the array is copied each time, which is fine for a test. */
static void append(struct sample *s, void ***array, unsigned *count, void *item) {
  void **more = take(s, (*count + 1) * sizeof *more);
  if (*count) memcpy(more, *array, *count * sizeof *more);
  more[(*count)++] = item;
  *array = more;
}
#define APPEND(S, ARRAY, ITEM) append((S), (void ***)(void *)&(S)->program.ARRAY, &(S)->program.ARRAY##_count, (ITEM))
#define ONE(S, POINTER) (memcpy(take((S), sizeof(POINTER)), &(POINTER), sizeof(POINTER)))

struct type *sample_type(struct sample *s, enum type_kind kind) {
  struct type *type = take(s, sizeof *type);
  type->kind = kind;
  type->id = s->program.types_count;
  APPEND(s, types, type);
  return type;
}

static void add_types(struct sample *s) {
  for (unsigned kind = 0; kind < TYPE_FIXED_COUNT; kind++) {
    struct type *type = sample_type(s, (enum type_kind)kind);
    if (kind == TYPE_STRINGS) type->element = s->program.types[TYPE_STRING];
  }
  s->boolean = s->program.types[TYPE_BOOL];
  s->integer = s->program.types[TYPE_INT];
  s->decimal = s->program.types[TYPE_DECIMAL];
  s->duration = s->program.types[TYPE_DURATION];
  s->time = s->program.types[TYPE_TIME];
  s->string = s->program.types[TYPE_STRING];
  s->strings = s->program.types[TYPE_STRINGS];
  struct type *money = sample_type(s, TYPE_MONEY);
  money->name = "USD";
  money->digits = 2;
  s->money = money;
}

static void add_entity(struct sample *s, struct connector *crm) {
  struct field wanted[] = {{.name = "id", .type = s->string, .key = true}, {.name = "age", .type = s->integer},
                           {.name = "note", .type = s->string, .optional = true, .untrusted = true},
                           {.name = "tags", .type = s->strings}};
  struct type *users = sample_type(s, TYPE_LIST);     /* before its element: the generator must put them in order */
  s->user = sample_type(s, TYPE_RECORD);
  s->user->name = "crm.user";
  s->user->fields = memcpy(take(s, sizeof wanted), wanted, sizeof wanted);
  s->user->field_count = 4;
  s->user->state = true;
  users->element = s->user;
  s->users = users;
  s->entity = take(s, sizeof *s->entity);
  *s->entity = (struct entity){.name = "crm.user", .type = s->user, .connector = crm, .keys = 1};
  s->user->entity = s->entity;
  APPEND(s, entities, s->entity);
}

static void add_operations(struct sample *s, struct connector *crm) {
  struct param get_params[] = {{.name = "id", .slot = 1, .type = s->string}};
  struct param pay_params[] = {
    {.name = "amount", .slot = 0, .type = s->money}, {.name = "note", .slot = 2, .type = s->string, .optional = true},
    {.name = "rate", .slot = 3, .type = s->decimal}, {.name = "tags", .slot = 4, .type = s->strings},
    {.name = "who", .slot = 5, .type = s->string},
  };
  s->get_user = take(s, sizeof *s->get_user);
  *s->get_user = (struct operation){.name = "crm.get_user", .connector = crm, .id = 0, .result = s->user, .param_count = 1, .labels = 1};
  s->get_user->params = memcpy(take(s, sizeof get_params), get_params, sizeof get_params);
  s->pay = take(s, sizeof *s->pay);
  *s->pay = (struct operation){.name = "crm.pay", .connector = crm, .id = 1, .op_class = CLASS_WRITES, .sends_outside = true,
                               .result = s->user, .param_count = 5};
  s->pay->params = memcpy(take(s, sizeof pay_params), pay_params, sizeof pay_params);
  APPEND(s, operations, s->get_user);
  APPEND(s, operations, s->pay);
}

static struct constant *constant(struct sample *s, const struct type *type, int64_t scalar, const char *text) {
  struct constant *c = take(s, sizeof *c);
  *c = (struct constant){.type = type, .scalar = scalar, .text = text, .length = text ? (uint32_t)strlen(text) : 0};
  return c;
}

static struct constant *pair(struct sample *s, const struct type *type, struct constant *a, struct constant *b) {
  struct constant *c = constant(s, type, 0, NULL), *items[] = {a, b};
  c->items = memcpy(take(s, sizeof items), items, sizeof items);
  c->count = 2;
  return c;
}

static void add_tables(struct sample *s) {
  struct field fields[] = {{.name = "name", .type = s->string, .key = true}, {.name = "level", .type = s->integer}};
  s->band = sample_type(s, TYPE_RECORD);
  s->band->name = "bands";
  s->band->fields = memcpy(take(s, sizeof fields), fields, sizeof fields);
  s->band->field_count = 2;
  struct constant *rows[] = {pair(s, s->band, constant(s, s->string, 0, "high"), constant(s, s->integer, 9, NULL)),
                             pair(s, s->band, constant(s, s->string, 0, "low"), constant(s, s->integer, 1, NULL))};
  s->bands = take(s, sizeof *s->bands);
  *s->bands = (struct table){.name = "acme.bands", .row = s->band, .keys = 1, .row_count = 2, .digest = "00"};
  s->bands->rows = memcpy(take(s, sizeof rows), rows, sizeof rows);
  APPEND(s, tables, s->bands);
  struct constant *members[] = {pair(s, NULL, constant(s, s->string, 0, "ann"), constant(s, s->string, 0, "sales")),
                                pair(s, NULL, constant(s, s->string, 0, "sales"), constant(s, s->string, 0, "all"))};
  s->org = take(s, sizeof *s->org);
  *s->org = (struct tree){.name = "acme.org", .row_count = 2};
  s->org->rows = memcpy(take(s, sizeof members), members, sizeof members);
  APPEND(s, trees, s->org);
}

static struct agent *add_agent(struct sample *s, const char *name, const struct package *package) {
  struct agent *agent = take(s, sizeof *agent);
  *agent = (struct agent){.name = name, .owner = "owner@acme.example", .purpose = "tests", .package = package,
                          .id = s->program.agents_count};
  APPEND(s, agents, agent);
  return agent;
}

static void add_vocabulary(struct sample *s) {
  struct label *label = take(s, sizeof *label);
  *label = (struct label){.name = "personal", .full = "acme.personal", .doc = "about people"};
  APPEND(s, labels, label);
  struct proof *proof = take(s, sizeof *proof);
  *proof = (struct proof){.name = "verified", .full = "acme.verified", .doc = "", .lasts = 900000000};
  APPEND(s, proofs, proof);
  struct group *requester = take(s, sizeof *requester), *desk = take(s, sizeof *desk);
  *requester = (struct group){.name = "requester", .full = "requester", .doc = ""};
  *desk = (struct group){.name = "desk", .full = "acme.desk", .doc = "the desk"};
  APPEND(s, groups, requester);
  APPEND(s, groups, desk);
  struct zone *utc = take(s, sizeof *utc), *berlin = take(s, sizeof *berlin);
  *utc = (struct zone){"UTC", 0};
  *berlin = (struct zone){"Europe/Berlin", 1};
  APPEND(s, zones, utc);
  APPEND(s, zones, berlin);
  s->program.zone = berlin;
  s->pattern = take(s, sizeof *s->pattern);
  *s->pattern = (struct pattern){.text = "[a-z]+-[0-9]{2,4}"};
  rbc_pattern_compile(&s->arena, s->pattern->text, strlen(s->pattern->text), &s->pattern->automaton);
  APPEND(s, patterns, s->pattern);
}

static void add_source(struct sample *s) {
  static const char text[] = "package acme\n\npolicy p {\n  allow call crm.pay by one\n}\n";
  struct source *source = take(s, sizeof *source);
  uint32_t *lines = take(s, 6 * sizeof *lines), count = 1;
  for (uint32_t i = 0; text[i]; i++) if (text[i] == '\n' && count < 6) lines[count++] = i + 1;
  *source = (struct source){.path = "acme/p.rb", .text = text, .size = sizeof text - 1, .lines = lines, .line_count = count};
  void **sources = take(s, sizeof *sources);
  sources[0] = source;
  s->program.sources = (struct source **)(void *)sources;
  s->program.source_count = 1;
}

void sample_open(struct sample *s) {
  memset(s, 0, sizeof *s);
  s->diags.arena = &s->arena;
  s->program.arena = &s->arena;
  s->program.workspace = "acme";
  s->program.built = "2026-11-23";
  add_source(s);
  add_types(s);
  add_vocabulary(s);
  struct package *package = take(s, sizeof *package);
  *package = (struct package){.name = "acme"};
  APPEND(s, packages, package);
  struct connector *crm = take(s, sizeof *crm);
  *crm = (struct connector){.name = "crm", .kind = "crm", .residency = NONE32, .slots = 6, .package = package};
  APPEND(s, connectors, crm);
  add_entity(s, crm);
  add_operations(s, crm);
  add_tables(s);
  s->one = add_agent(s, "acme.one", package);
  s->two = add_agent(s, "acme.two", package);
}

void sample_close(struct sample *s) { arena_free(&s->arena); }

/* ---- expressions ---- */
struct expr *sample_expr(struct sample *s, enum expr_kind kind, const struct type *type, struct expr *a, struct expr *b) {
  struct expr *e = take(s, sizeof *e);
  *e = (struct expr){.kind = kind, .type = type, .a = a, .b = b};
  return e;
}

struct expr *sample_optional(struct expr *e) {
  e->optional = true;
  return e;
}

struct expr *sample_scalar(struct sample *s, const struct type *type, int64_t scalar) {
  struct expr *e = sample_expr(s, EXPR_CONST, type, NULL, NULL);
  e->constant = constant(s, type, scalar, NULL);
  return e;
}

struct expr *sample_text(struct sample *s, const char *text) {
  struct expr *e = sample_expr(s, EXPR_CONST, s->string, NULL, NULL);
  e->constant = constant(s, s->string, 0, text);
  return e;
}

struct expr *sample_arg(struct sample *s, const char *name) {
  struct expr *e = sample_expr(s, EXPR_ARG, NULL, NULL, NULL);
  e->name = name;
  for (unsigned i = 0; i < s->pay->param_count; i++) {
    if (strcmp(s->pay->params[i].name, name) != 0) continue;
    e->type = s->pay->params[i].type;
    e->optional = s->pay->params[i].optional;
  }
  return e;
}

struct expr *sample_field(struct sample *s, struct expr *record, unsigned index) {
  struct expr *e = sample_expr(s, EXPR_FIELD, record->type->fields[index].type, record, NULL);
  e->index = index;
  e->optional = record->optional || record->type->fields[index].optional;
  return e;
}

struct expr *sample_seen(struct sample *s, struct expr *key) {
  struct expr *e = sample_optional(sample_expr(s, EXPR_SEEN, s->user, NULL, NULL));
  e->entity = s->entity;
  e->list = take(s, sizeof *e->list);
  e->list[0] = key;
  e->count = 1;
  return e;
}

struct local *sample_local(struct sample *s, const char *name, const struct type *type, bool optional) {
  struct local *local = take(s, sizeof *local);
  *local = (struct local){.name = name, .type = type, .optional = optional, .id = s->locals++};
  return local;
}

struct expr *sample_use(struct sample *s, const struct local *local) {
  struct expr *e = sample_expr(s, EXPR_LOCAL, local->type, NULL, NULL);
  e->local = local;
  e->optional = local->optional;
  return e;
}

struct expr *sample_loop(struct sample *s, enum expr_kind kind, const struct type *type, struct expr *list,
                         const struct local *binder, struct expr *condition) {
  struct expr *e = sample_expr(s, kind, type, list, condition);
  e->binder = binder;
  return e;
}

/* ---- rules ---- */
struct rule *sample_rule(struct sample *s, enum rule_effect effect, struct expr *where, struct expr *unless) {
  struct rule *rule = take(s, sizeof *rule);
  *rule = (struct rule){.name = "acme.p", .effect = effect, .event = EVENT_CALL, .id = s->program.rules_count,
                        .package = s->program.packages[0], .where = where, .unless = unless, .span = {0, 27, 40}};
  const struct agent *agent = s->one;
  const struct operation *operation = s->pay;
  rule->agents = ONE(s, agent);
  rule->agent_count = 1;
  rule->operations = ONE(s, operation);
  rule->operation_count = 1;
  if (effect == RULE_ASK) {
    const struct group *group = s->program.groups[1];
    rule->approvers = ONE(s, group);
    rule->approver_count = 1;
  }
  APPEND(s, rules, rule);
  return rule;
}

struct let *sample_let(struct sample *s, struct rule *rule, const struct local *local, struct expr *value, enum let_otherwise otherwise) {
  struct let *let = take(s, sizeof *let);
  *let = (struct let){.local = local, .value = value, .otherwise = otherwise, .because = "it is missing"};
  if (otherwise == LET_ASKS) {
    const struct group *group = s->program.groups[1];
    let->approvers = ONE(s, group);
    let->approver_count = 1;
  }
  append(s, (void ***)(void *)&rule->lets, &rule->let_count, let);
  return let;
}

struct function *sample_function(struct sample *s, const struct local *param, struct expr *body) {
  struct function *f = take(s, sizeof *f);
  *f = (struct function){.name = "f", .result = body->type, .optional = body->optional, .body = body,
                         .id = s->program.functions_count};
  if (param) {
    f->params = take(s, sizeof *f->params);
    memcpy(f->params, &param, sizeof param);
    f->param_count = 1;
  }
  APPEND(s, functions, f);
  return f;
}
