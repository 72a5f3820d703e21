/* generate_program.c: random typed policies as source text.
 *
 * Expressions are made by type. Conditions carry a direction (SPEC 8.8): where a rule may only become stricter when
 * state is lost, facts stand only in positions that keep it so; hence every generated program passes the state check. */
#include <stdio.h>
#include <string.h>
#include "generate.h"

/* What a narrowing event (a fact lost, a label gained) may do to a condition. */
enum direction { STEADY, UP, DOWN };
static enum direction flipped(enum direction d) { return d == UP ? DOWN : d == DOWN ? UP : STEADY; }

enum kind { INT, DECIMAL, MONEY, STRING, WORD, TIME, DATE, DURATION, REGION, BOOL, ITEMS, STRINGS, INTS, NAMED, THING, KIND_COUNT };

struct variable { char name[16]; enum kind kind; };
struct scope {
  struct random *r;
  struct text_buffer *out;
  unsigned operation;               /* NO_ARGUMENTS: none to read */
  struct variable variables[24];
  unsigned variable_count, next_name, loops;
  bool steady_thing;                /* a let holds a seen thing */
  bool pure;                        /* in a fn: parameters only */
  enum { NO_EVENT, CALL, RELEASE, DELEGATE } event;     /* of the rule; none: what every event has */
};
#define NO_ARGUMENTS 99

static void expression(struct scope *s, enum kind kind, unsigned depth);
static void condition(struct scope *s, enum direction d, unsigned depth);
static unsigned below(struct scope *s, unsigned n) { return random_below(s->r, n); }
static bool chance(struct scope *s, unsigned percent) { return random_chance(s->r, percent); }
static const char *const constant_strings[] = {"alpha", "beta", "gamma", "delta@x.example", "T-100", "", "https://x.example/a", "caf\xc3\xa9"};
static const char *const constant_words[] = {"open", "closed", "\"on hold\""};
static const char *const constant_regions[] = {"eu", "de", "fr", "us"};
static const char *const agent_texts[] = {"agent.name", "agent.owner", "agent.package", "(agent.team otherwise \"alpha\")"};
#define PICK(s, array) ((array)[below(s, (unsigned)(sizeof(array) / sizeof *(array)))])
#define ADD(...) text_add(s->out, __VA_ARGS__)

/* Non-optional arguments of each operation, by kind; NULL when there is none. */
static const char *argument_of(const struct scope *s, enum kind kind) {
  static const char *const names[GENERATED_OPERATIONS][KIND_COUNT] = {
    [0] = {[STRING] = "id"},
    [1] = {[INT] = "limit"},
    [2] = {[STRING] = "id", [INT] = "count", [MONEY] = "amount", [WORD] = "status", [BOOL] = "flag"},
    [3] = {[STRING] = "to", [INT] = "count", [MONEY] = "amount", [DECIMAL] = "ratio", [ITEMS] = "items", [NAMED] = "named"},
    [4] = {[STRING] = "id", [STRINGS] = "ids"},
    [5] = {[STRING] = "text", [TIME] = "at", [DATE] = "day", [REGION] = "place", [DURATION] = "hold"},
    [6] = {[STRINGS] = "ids", [INTS] = "numbers"},
  };
  return s->operation < GENERATED_OPERATIONS && !s->pure ? names[s->operation][kind] : NULL;
}

/* Fields of an item and of a thing, by kind. */
static const char *item_field(enum kind kind) {
  static const char *const names[KIND_COUNT] = {[STRING] = "id", [INT] = "n", [MONEY] = "price", [WORD] = "tag"};
  return names[kind];
}
static const char *thing_field(enum kind kind) {
  static const char *const names[KIND_COUNT] = {
    [STRING] = "owner", [INT] = "size", [MONEY] = "price", [WORD] = "status", [DECIMAL] = "ratio", [TIME] = "at",
    [DATE] = "day", [REGION] = "place", [ITEMS] = "items", [NAMED] = "named"};
  return names[kind];
}

static const struct variable *variable_of(struct scope *s, enum kind kind) {
  const struct variable *found = NULL;
  unsigned seen = 0;
  for (unsigned i = 0; i < s->variable_count; i++)
    if (s->variables[i].kind == kind && below(s, ++seen) == 0) found = &s->variables[i];
  return found;
}

static struct variable *declare(struct scope *s, enum kind kind) {
  struct variable *v = &s->variables[s->variable_count++];
  snprintf(v->name, sizeof v->name, "v%u", s->next_name++);
  v->kind = kind;
  return v;
}
static bool room(const struct scope *s) { return s->variable_count < 20; }

/* Constants that the compiler makes one of; some fail, and have to do so when they are evaluated. */
static void computed(struct scope *s, enum kind kind) {
  static const char *const add_sub[] = {"+", "-"}, *const ints[] = {"%u + %u", "%u - %u", "%u * %u", "max(%u, %u)", "-%u * %u", "abs(%u - %u)", "[%u, 4, 1][%u] otherwise 2"};
  static const char *const decimals[] = {"%u / %u.5", "0.00000%u / 0.%u2", "%u.5 * 0.00000%u", "-%u.5 / %u.2", "%u.25 + %u", "min(%u.5, %u.75)", "%u / (1 + %u)"};
  static const char *const monies[] = {"%u.01 USD / 2 * %u", "%u.05 USD * -0.%u5", "%u.50 USD - %u USD", "%u.99 USD / (%u - 3)", "-%u.50 USD + %u USD"};
  unsigned a = below(s, 10), b = below(s, 6);
  ADD("(");
  switch (kind) {
  case INT: if (chance(s, 6)) ADD("9_223_372_036_854_775_807 %s %u", PICK(s, add_sub), b); else text_add(s->out, PICK(s, ints), a, b); break;
  case DECIMAL: text_add(s->out, PICK(s, decimals), a, b); break;
  case MONEY: text_add(s->out, PICK(s, monies), a, b); break;
  case TIME: ADD("2024-05-1%uT0%u:00:00Z %s %u hours", 3 + b % 4, a, PICK(s, add_sub), b); break;
  case DATE: ADD("2024-05-1%u %s %u days", a, PICK(s, add_sub), b); break;
  default: ADD(chance(s, 50) ? "%u minutes * %u" : "2024-05-1%u - 2024-05-1%u", a, b); break;
  }
  ADD(")");
}

static void constant(struct scope *s, enum kind kind) {
  bool number = kind <= MONEY || (kind >= TIME && kind <= DURATION);
  if (number && chance(s, 10)) { computed(s, kind); return; }
  switch (kind) {
  case INT: if (chance(s, 3)) ADD("(4_611_686_018_427_387_904 + 0)"); else ADD("%u", below(s, 14)); break;       /* no literal, which a decimal would take for its own */
  case DECIMAL: ADD(chance(s, 20) ? "%u.%06u" : "%u.%02u", below(s, 4), below(s, 100)); break;     /* odd millionths: halves of them are ties */
  case MONEY: ADD("%u.%02u USD", below(s, 60), below(s, 100)); break;
  case STRING: ADD("\"%s\"", PICK(s, constant_strings)); break;
  case WORD: ADD("%s", PICK(s, constant_words)); break;
  case TIME: ADD("2024-05-%02uT%02u:00:00Z", 13 + below(s, 4), below(s, 24)); break;
  case DATE: ADD("2024-05-%02u", 13 + below(s, 5)); break;
  case DURATION: ADD("%u %s", 1 + below(s, 90), chance(s, 50) ? "minutes" : "seconds"); break;
  case REGION: ADD("%s", PICK(s, constant_regions)); break;
  default: ADD("%s", chance(s, 50) ? "true" : "false"); break;
  }
}

/* A readable path of a kind: a variable, a field of one, an argument, a fact. False: there is none. */
static bool path(struct scope *s, enum kind kind) {
  for (unsigned tries = 0; tries < 6; tries++) {
    const struct variable *v;
    const char *name;
    switch (below(s, 6)) {
    case 0: if ((v = variable_of(s, kind)) != NULL) { ADD("%s", v->name); return true; } break;
    case 1: if ((v = variable_of(s, THING)) != NULL && (name = thing_field(kind)) != NULL) { ADD("%s.%s", v->name, name); return true; } break;
    case 2: if ((v = variable_of(s, ITEMS)) == NULL) break; /* fall through */
    case 3: if ((name = argument_of(s, kind)) != NULL) { ADD("args.%s", name); return true; } break;
    case 4:
      if (s->pure) break;
      if (kind == REGION) { ADD("requester.desk"); return true; }
      if (kind == INT && chance(s, 50)) { ADD("requester.level"); return true; }
      if (kind == INT) { ADD("session.count(%s)", generated_operations[below(s, GENERATED_OPERATIONS)]); return true; }
      if (kind == TIME) { ADD("now"); return true; }
      if (kind == DATE) { ADD("today"); return true; }
      if (kind == STRING && s->event == RELEASE) { ADD("%s", chance(s, 50) ? "release.to" : "release.text"); return true; }
      if (kind == STRING && s->event == DELEGATE && chance(s, 50)) { ADD("delegate.to"); return true; }
      if (kind == STRING) { ADD("%s", chance(s, 50) ? "requester.id" : PICK(s, agent_texts)); return true; }
      if (kind == STRINGS) { ADD("requester.roles"); return true; }
      if (kind == DURATION) { ADD("session.age"); return true; }
      break;
    default:
      if (s->pure) break;
      if (kind == INT) { ADD("total(%s, %s).v", PICK(s, constant_words), chance(s, 50) ? "true" : "false"); return true; }
      if (kind == STRING && s->operation == 5) { ADD("args.to"); return true; }
      break;
    }
  }
  return false;
}

static void collection(struct scope *s, enum kind kind) {
  if (path(s, kind)) return;
  if (kind == STRINGS && !s->pure && chance(s, 30)) { ADD("urls("); expression(s, STRING, 0); ADD(")"); return; }
  if (kind == STRINGS) ADD("[\"alpha\", \"T-100\"]");
  else if (kind == INTS) ADD("[3, 1, 2]");
  else ADD("none_of_%s", kind == ITEMS ? "them" : "it");   /* never reached: callers check has_collection */
}
static bool has_collection(struct scope *s, enum kind kind) {
  if (kind == STRINGS || kind == INTS) return true;
  if (kind == ITEMS || kind == NAMED) {
    if (argument_of(s, kind) != NULL) return true;
    for (unsigned i = 0; i < s->variable_count; i++) if (s->variables[i].kind == THING || s->variables[i].kind == kind) return true;
  }
  return false;
}
/* collection(), sure to succeed once has_collection() said so. */
static void some_collection(struct scope *s, enum kind kind) {
  const char *name = argument_of(s, kind);
  if (kind == STRINGS || kind == INTS) { collection(s, kind); return; }
  for (unsigned i = 0; i < s->variable_count; i++)
    if (s->variables[i].kind == THING && (name == NULL || chance(s, 50))) { ADD("%s.%s", s->variables[i].name, thing_field(kind)); return; }
  for (unsigned i = 0; i < s->variable_count; i++) if (s->variables[i].kind == kind) { ADD("%s", s->variables[i].name); return; }
  ADD("args.%s", name);
}

/* "x in source", where x becomes a variable; the caller takes it away again by restoring variable_count. `item` elements
 * are reached through their fields: a binder over items declares one variable a field kind, spelt "x.field". */
static bool binder(struct scope *s) {
  static const enum kind sources[] = {ITEMS, NAMED, NAMED, STRINGS, INTS};
  enum kind source = PICK(s, sources);
  if (!room(s) || s->loops > 2) return false;
  if (!has_collection(s, source)) source = chance(s, 50) ? STRINGS : INTS;
  unsigned name = s->next_name++;
  ADD("v%u in ", name);
  some_collection(s, source);
  if (source == STRINGS || source == INTS) {
    struct variable *v = &s->variables[s->variable_count++];
    snprintf(v->name, sizeof v->name, "v%u", name);
    v->kind = source == STRINGS ? STRING : INT;
    return true;
  }
  for (enum kind k = INT; k <= WORD && room(s); k++)
    if (item_field(k) != NULL) {
      struct variable *v = &s->variables[s->variable_count++];
      snprintf(v->name, sizeof v->name, "v%u.%s", name, item_field(k));
      v->kind = k;
    }
  return true;
}

/* Folds and choices that give an optional number, closed with `otherwise`. */
static void fold(struct scope *s, enum kind kind, unsigned depth) {
  unsigned kept = s->variable_count;
  struct text_buffer *out = s->out, bind = {0}, value = {0}, where = {0};
  s->out = &bind;
  s->loops++;
  bool bound = binder(s);
  s->out = &value;
  const struct variable *own = NULL;        /* of the element: else the fold is of one value over and over */
  for (unsigned i = kept; i < s->variable_count; i++) if (s->variables[i].kind == kind) own = &s->variables[i];
  if (own != NULL && chance(s, 60)) ADD("%s", own->name);
  else expression(s, kind, depth ? depth - 1 : 0);
  s->out = &where;
  bool filtered = chance(s, 40);
  if (filtered) condition(s, STEADY, depth ? depth - 1 : 0);
  s->out = out;
  s->loops--;
  s->variable_count = kept;
  unsigned form = below(s, 3);
  if (!bound) constant(s, kind);
  else if (form == 0 && kind != TIME && kind != DATE)
    ADD("sum(%s for %s%s%s)", value.bytes, bind.bytes, filtered ? " where " : "", filtered ? where.bytes : "");
  else {
    ADD("(%s(%s for %s%s%s) otherwise ", form == 1 ? "min" : "max", value.bytes, bind.bytes, filtered ? " where " : "", filtered ? where.bytes : "");
    constant(s, kind);
    ADD(")");
  }
  text_free(&bind);
  text_free(&value);
  text_free(&where);
}

/* The first item of which something holds, a field of it. */
static void first_item(struct scope *s, enum kind kind) {
  unsigned name = s->next_name++;
  ADD("((first v%u in ", name);
  some_collection(s, ITEMS);
  ADD(" where v%u.n %s %u)?.%s otherwise ", name, chance(s, 50) ? ">" : "!=", below(s, 9), kind == INT ? "n" : "price");
  constant(s, kind);
  ADD(")");
}

static void optional_with_default(struct scope *s, enum kind kind, unsigned depth) {
  if (s->pure) { constant(s, kind); return; }
  if ((kind == INT || kind == MONEY) && has_collection(s, ITEMS) && s->loops < 2 && chance(s, 50)) { first_item(s, kind); return; }
  if (kind == INT && variable_of(s, THING) != NULL) ADD("(%s.maybe otherwise ", variable_of(s, THING)->name);
  else if (kind == INT && s->operation == 6) { ADD("(args.numbers["); expression(s, INT, 0); ADD("] otherwise "); }
  else if (kind == INT) { ADD("(lookup("); expression(s, STRING, 0); ADD(")?.v otherwise "); }
  else if (kind == STRING && (s->operation == 2 || s->operation == 3)) ADD("(args.note otherwise ");
  else if (kind == STRING && s->operation == 4) ADD("(last(args.ids) otherwise ");
  else if (kind == STRING) ADD("(requester.nick otherwise ");
  else if ((kind == MONEY || chance(s, 50)) && kind == MONEY && has_collection(s, NAMED)) { ADD("("); some_collection(s, NAMED); ADD("["); expression(s, STRING, 0); ADD("]?.price otherwise "); }
  else { constant(s, kind); return; }
  expression(s, kind, depth ? depth - 1 : 0);
  ADD(")");
}

static void binary(struct scope *s, enum kind left, const char *op, enum kind right, unsigned depth) {
  ADD("(");
  expression(s, left, depth - 1);
  ADD(" %s ", op);
  if (*op != '/') expression(s, right, depth - 1);
  else if (chance(s, 40) || !path(s, right)) ADD(right == INT ? "%u" : right == MONEY ? "%u.50 USD" : "%u.5", 1 + below(s, 5));  /* no constant 0 */
  ADD(")");
}

static void arithmetic(struct scope *s, enum kind kind, unsigned depth) {
  static const char *const add_sub[] = {"+", "-"};
  unsigned form = below(s, 8);
  if (kind == TIME) { binary(s, TIME, PICK(s, add_sub), DURATION, depth); return; }
  if (kind == DATE) { ADD("("); expression(s, DATE, depth - 1); ADD(" %s %u days)", PICK(s, add_sub), 1 + below(s, 40)); return; }
  if (kind == INT && form == 7) { ADD("(count("); some_collection(s, STRINGS); ADD(") - "); expression(s, INT, depth - 1); ADD(")"); return; }
  if (kind == DURATION && form < 3) { binary(s, TIME, "-", TIME, depth); return; }
  if (kind == DURATION && form == 3) { binary(s, DATE, "-", DATE, depth); return; }
  if (form == 0) binary(s, kind, "*", INT, depth);
  else if (form == 1 && (kind == DECIMAL || kind == MONEY)) binary(s, kind, "*", DECIMAL, depth);
  else if (form == 2 && (kind == DECIMAL || kind == MONEY)) binary(s, kind, "/", chance(s, 50) ? INT : DECIMAL, depth);
  else if (form == 3 && kind == DECIMAL) { enum kind of = chance(s, 50) ? INT : MONEY; binary(s, of, "/", of, depth); }
  else if (form == 4) { ADD("%s(", chance(s, 50) ? "min" : "max"); expression(s, kind, depth - 1); ADD(", "); expression(s, kind, depth - 1); ADD(")"); }
  else if (form == 5) { ADD("abs("); expression(s, kind, depth - 1); ADD(")"); }
  else if (form == 6) { ADD("(-"); expression(s, kind, depth - 1); ADD(")"); }
  else binary(s, kind, PICK(s, add_sub), kind, depth);
}

static void integer_function(struct scope *s, unsigned depth) {
  switch (below(s, 5)) {
  case 0: ADD("%s(", chance(s, 50) ? "hour" : "weekday"); expression(s, TIME, depth - 1); ADD(chance(s, 50) ? ")" : ", \"Europe/Berlin\")"); break;
  case 1: ADD("length("); expression(s, STRING, depth - 1); ADD(")"); break;
  case 2: ADD("count("); some_collection(s, has_collection(s, ITEMS) ? ITEMS : STRINGS); ADD(")"); break;
  case 3:
    if (!s->pure && s->loops < 2) { ADD("f0("); expression(s, INT, depth - 1); ADD(", "); expression(s, MONEY, depth - 1); ADD(", "); expression(s, REGION, 0); ADD(")"); break; }
    /* fall through */
  default: ADD("count(for "); {
    unsigned kept = s->variable_count;
    s->loops++;
    if (!binder(s)) { ADD("w%u in [1, 2]", s->next_name++); }
    ADD(" where ");
    condition(s, STEADY, depth - 1);
    ADD(")");
    s->loops--;
    s->variable_count = kept;
  } break;
  }
}

static void expression(struct scope *s, enum kind kind, unsigned depth) {
  if (kind == BOOL) { condition(s, STEADY, depth); return; }
  if (depth == 0 || chance(s, 25)) {
    if (!chance(s, 70) || !path(s, kind)) constant(s, kind);
    return;
  }
  unsigned form = below(s, 6);
  bool numeric = kind == INT || kind == DECIMAL || kind == MONEY || kind == DURATION;
  if (form == 0) { ADD("(if "); condition(s, STEADY, depth - 1); ADD(" then "); expression(s, kind, depth - 1); ADD(" else "); expression(s, kind, depth - 1); ADD(")"); }
  else if (form == 1) optional_with_default(s, kind, depth);
  else if (form == 2 && (numeric || kind == TIME || kind == DATE) && s->loops < 2) fold(s, kind, depth);
  else if (form >= 3 && form <= 4 && kind == INT) integer_function(s, depth);
  else if (form == 3 && kind == DATE) { ADD("date("); expression(s, TIME, depth - 1); ADD(")"); }
  else if (numeric || kind == TIME || kind == DATE) arithmetic(s, kind, depth);
  else if (!path(s, kind)) constant(s, kind);
}

static void steady(struct scope *s, unsigned depth);
static void comparison(struct scope *s, unsigned depth) {
  static const char *const order[] = {"<", "<=", ">", ">=", "==", "!="};
  static const char *const equal[] = {"==", "!="};
  static const enum kind ordered[] = {INT, DECIMAL, MONEY, TIME, DATE, DURATION};
  unsigned d = depth ? depth - 1 : chance(s, 30);
  ADD("(");
  switch (below(s, 8)) {
  case 0: expression(s, STRING, d); ADD(" %s ", PICK(s, equal)); expression(s, STRING, d); break;
  case 1: if (!path(s, WORD)) ADD("total(open, true).w"); ADD(" %s %s", PICK(s, equal), PICK(s, constant_words)); break;
  case 2: expression(s, REGION, d); ADD(" %s ", PICK(s, equal)); if (!path(s, REGION)) ADD(s->pure ? "g" : "requester.desk"); break;
  case 3:
    if (s->operation != 5 || s->pure) { expression(s, DECIMAL, d); ADD(" %s ", PICK(s, order)); if (!path(s, INT)) expression(s, INT, 1); break; }
    if (chance(s, 50)) { ADD("args.from in "); if (chance(s, 60)) ADD("args.net"); else ADD("\"10.0.0.0/8\""); }
    else ADD("args.build %s \"1.%u.0\"", PICK(s, order), below(s, 4));
    break;
  case 4: {
    if (depth == 0 || s->pure) { expression(s, INT, 0); ADD(" == 3"); break; }
    ADD("(");
    condition(s, STEADY, depth - 1);
    ADD(") %s ", PICK(s, equal));
    if (chance(s, 50)) { ADD("(not "); steady(s, depth - 1); ADD(")"); } else ADD("(requester.nick is present)");
  } break;
  default: {
    enum kind kind = PICK(s, ordered);
    expression(s, kind, d);
    ADD(" %s ", PICK(s, order));
    expression(s, kind, d);
  } }
  ADD(")");
}

static void text_test(struct scope *s, unsigned depth) {
  static const char *const patterns[] = {"[a-z]+", "T-\\d+", ".*@x\\.example", "(alpha|beta)?", "https?:\\/\\/.*", "caf.", "[^a]*"};
  static const char *const forms[] = {"starts with", "starts with", "ends with", "contains"};
  ADD("(");
  if (chance(s, 50)) { expression(s, STRING, depth ? depth - 1 : 0); ADD(" matches /%s/", PICK(s, patterns)); }
  else { expression(s, STRING, depth ? depth - 1 : 0); ADD(" %s ", PICK(s, forms)); expression(s, STRING, 0); }
  ADD(")");
}

static void membership(struct scope *s, unsigned depth) {
  unsigned d = depth ? depth - 1 : 0;
  switch (below(s, 6)) {
  case 0: expression(s, STRING, d); ADD(" in "); collection(s, STRINGS); break;
  case 1: expression(s, INT, d); ADD(" in [1, 2, 3, 5]"); break;
  case 2: if (!path(s, WORD)) ADD("total(closed, false).w"); ADD(" %s [open, \"on hold\"]", chance(s, 70) ? "in" : "not in"); break;
  case 3: if (!path(s, REGION)) ADD(s->pure ? "g" : "requester.desk"); ADD(" in %s", PICK(s, constant_regions)); break;
  case 4: expression(s, STRING, d); ADD(s->pure ? " in [\"alpha\"]" : " in org(\"all\")"); break;
  default: expression(s, STRING, d); if (has_collection(s, NAMED)) { ADD(" in "); some_collection(s, NAMED); } else ADD(" in [\"beta\", \"\"]"); break;
  }
}

static void optional_test(struct scope *s, unsigned depth) {
  if (s->pure) { comparison(s, depth); return; }
  const struct variable *thing = variable_of(s, THING);
  switch (below(s, 5)) {
  case 0: ADD("requester.nick is %s", chance(s, 50) ? "present" : "missing"); break;
  case 1: if (s->operation == 2 || s->operation == 3) { ADD("(args.note is present and args.note "); ADD("%s ", chance(s, 50) ? "!=" : "=="); expression(s, STRING, 0); ADD(")"); break; } /* fall through */
  case 2: if (thing != NULL) { ADD("(%s.maybe is missing or %s.maybe > ", thing->name, thing->name); expression(s, INT, 0); ADD(")"); break; } /* fall through */
  case 3: ADD("lookup("); expression(s, STRING, 0); ADD(")?.v %s ", chance(s, 50) ? "==" : "!="); expression(s, INT, 0); break;
  default: ADD("(requester.nick otherwise \"beta\") == "); expression(s, STRING, 0);
  }
}

static void quantified(struct scope *s, enum direction d, unsigned depth) {
  unsigned kept = s->variable_count;
  bool any = chance(s, 50);
  if (!room(s) || s->loops >= 2) { comparison(s, 0); return; }
  s->loops++;
  if (s->operation == 6 && !s->pure && chance(s, 40)) {
    unsigned name = s->next_name;
    struct variable *a = declare(s, STRING), *b = declare(s, STRING);
    ADD("(%s (v%u, v%u) in pairs(args.ids, args.other_ids) %s ", any ? "any" : "all", name, name + 1, any ? "where" : "satisfy");
    (void)a, (void)b;
  } else {
    ADD("(%s ", any ? "any" : "all");
    if (!s->pure && room(s) && chance(s, 20)) {
      struct variable *row = &s->variables[s->variable_count++];
      snprintf(row->name, sizeof row->name, "v%u.v", s->next_name);
      row->kind = INT;
      ADD("v%u in %s", s->next_name++, chance(s, 50) ? "lookup" : "total");
    } else binder(s);
    ADD(" %s ", any ? "where" : "satisfy");
  }
  condition(s, d, depth ? depth - 1 : 0);
  ADD(")");
  s->loops--;
  s->variable_count = kept;
}

/* A fact whose loss makes it false. */
static void fact(struct scope *s, unsigned depth) {
  unsigned d = depth ? depth - 1 : 0;
  switch (below(s, 9)) {
  case 0: ADD("session has %s", chance(s, 50) ? "verified" : "known"); break;
  case 7: ADD("(the only seen %s", chance(s, 50) ? "thing)?.status == " : "ticket) is present"); if (s->out->bytes[s->out->length - 2] == '=') ADD("%s", PICK(s, constant_words)); break;
  case 1: ADD("said("); expression(s, chance(s, 70) ? STRING : chance(s, 50) ? INT : MONEY, d); ADD(")"); break;
  case 2: ADD("vouched("); expression(s, STRING, d); ADD(")"); break;
  case 3: ADD("seen thing("); expression(s, STRING, d); ADD(") is present"); break;
  case 4: ADD("seen thing("); expression(s, STRING, d); ADD(")?.status == %s", PICK(s, constant_words)); break;
  case 5: ADD("seen thing("); expression(s, STRING, d); ADD(") within the last %u minutes is present", 1 + below(s, 60)); break;
  case 6: ADD("seen ticket("); expression(s, STRING, d); ADD(", "); expression(s, INT, d); ADD(")?.left == %u", below(s, 9)); break;
  default:
    if (s->loops >= 2 || !room(s)) { ADD("session has known"); break; }
    { unsigned kept = s->variable_count;
      s->loops++;
      ADD("(any %s in seen thing where ", declare(s, THING)->name);
      condition(s, DOWN, d);
      ADD(")");
      s->loops--;
      s->variable_count = kept; }
  }
}

/* Instructions that random expressions reach too seldom. Nothing here is constant, or the compiler would work it out. */
static void rare_fold(struct scope *s, const char *op, unsigned n) {
  static const char *const folds[] = {"min", "max", "sum"};
  const char *fold = PICK(s, folds), *otherwise = *fold == 's' ? "" : " otherwise 1";
  unsigned name = s->next_name++;
  bool items = has_collection(s, ITEMS) && s->operation != 6;
  if (items && chance(s, 40)) { first_item(s, INT); ADD(" %s %u", op, n); return; }
  ADD("(%s(v%u%s for v%u in ", fold, name, items ? ".n" : "", name);
  some_collection(s, items ? ITEMS : INTS);
  ADD(")%s) %s %u", otherwise, op, n);
}

static void rarity(struct scope *s, unsigned depth) {
  static const char *const order[] = {"<", "<=", ">", ">=", "==", "!="};
  const char *op = PICK(s, order);
  unsigned n = below(s, 6), form = below(s, 19);
  if (s->operation == 5 && chance(s, 60)) form = 12;
  if (has_collection(s, NAMED) && chance(s, 80)) form = 13;
  if (s->loops < 2 && (has_collection(s, ITEMS) || s->operation == 6) && chance(s, 30)) { rare_fold(s, op, n); return; }
  switch (form) {
  case 0: ADD("hour(%s%s) %s %u", s->operation == 5 ? "args.at" : "now", chance(s, 50) ? "" : ", \"Europe/Berlin\"", op, 8 + n); break;
  case 1: ADD("weekday(%s%s) %s %u", s->operation == 5 ? "args.at" : "now", chance(s, 50) ? "" : ", \"Europe/Berlin\"", op, 1 + n); break;
  case 2: case 17: ADD("%s - date(now, \"Europe/Berlin\") %s %u days", s->operation == 5 ? "args.day" : "today", op, n); break;
  case 3: case 14: ADD("today %c %u days %s date(now)", chance(s, 50) ? '-' : '+', n, op); break;
  case 4: ADD("now - (%s - %u minutes) %s %u minutes", s->operation == 5 ? "args.at" : "now", n, op, n); break;
  case 5: ADD("(requester.level / %u) * %s.5 %s 0.%u", 1 + n, chance(s, 50) ? "-0" : "0", op, below(s, 10)); break;
  case 6: ADD("(requester.level * %u + 0.00000%u) / 2 %s 0.%06u", 1 + n, n, op, below(s, 4)); break;       /* halves of odd millionths: ties */
  case 7: ADD("(requester.level + 0.00000%u) / 0.%u * 0.5 %s %u", n, 1 + below(s, 8), op, n); break;
  case 8: case 15: ADD("%s == %s", chance(s, 55) ? "last(session.agents)" : "session.agents[requester.level]", chance(s, 50) ? "agent.name" : "requester.id"); break;
  case 9: ADD("length(%s) %s %u", s->operation == 5 ? "args.text" : "requester.id", op, 5 + n); break;
  case 10: if (s->loops >= 2) { ADD("today == date(now)"); break; }       /* f0 may hold loops, and four deep is the limit */
    ADD("f0(requester.level, %u.50 USD, requester.desk) %s -requester.level", n, op); break;
  case 18: ADD("(requester.id in org(\"%s\")) == (requester.nick is present)", chance(s, 50) ? "some" : "all"); break;
  case 11: ADD("abs(-requester.level) * (%u + requester.level) %s %u", n, op, 2 * n); break;
  case 12:
    if (s->operation == 5) ADD("args.from in %s", chance(s, 50) ? "args.net" : "\"10.0.0.0/8\"");
    else ADD("(if requester.level > %u then lookup(requester.id)?.v else lookup(agent.name)?.v) == 3", n);
    break;
  default:
    if (has_collection(s, NAMED)) { some_collection(s, NAMED); ADD("[\"%s\"]?.n == ", chance(s, 50) ? "alpha" : "beta"); expression(s, INT, depth ? depth - 1 : 0); }
    else { ADD("now + (%u hours - session.age) %s now", n, op); }
  }
}

/* What most rules of people are made of: an argument against a constant or another argument. These become fused instructions. */
static void plain_test(struct scope *s) {
  static const char *const order[] = {"<", "<", "<=", "<=", ">", ">=", "==", "=="}, *const pairs[] = {"<", "<=", "=="},
    *const texts[] = {"alpha", "beta", "T-1", "delta@x.example", "https://x.example/a"}, *const far[] = {"9223372036854775807", "-9223372036854775807", "4611686018427387904"};
  const char *op = PICK(s, order), *text = PICK(s, texts);
  unsigned n = below(s, 6), form = below(s, 12);
  bool change = s->operation == 2, pay = s->operation == 3;
  const char *id = argument_of(s, STRING);
  if (id && chance(s, 7)) {
    const char *equal = chance(s, 40) ? "==" : "!=";
    if (chance(s, 50)) ADD("args.%s %s requester.id", id, equal);
    else ADD("requester.id %s args.%s", equal, id);
    return;
  }
  if (s->operation == 6 && chance(s, 50)) {
    if (chance(s, 60)) ADD("%s in args.tags", PICK(s, constant_words));
    else if (chance(s, 10)) ADD("%s in args.numbers", PICK(s, far));
    else ADD("%u in args.numbers", 4 * n);
  } else if (s->operation == 6 || (s->operation == 4 && chance(s, 50))) ADD("\"%s\" in args.ids", text);
  else if (s->operation == 5) ADD("args.text %s \"%s\"", chance(s, 50) ? "starts with" : "==", text);
  else if (!change && !pay) { if (s->operation == 0) ADD("args.id %s \"%s\"", chance(s, 50) ? "starts with" : "==", text); else ADD("requester.id == \"%s\"", text); }
  else switch (form) {
  case 0: ADD("args.amount %s %u.50 USD", op, 10 * n); break;
  case 1: case 6: case 7: ADD("args.count %s args.count", PICK(s, pairs)); break;
  case 2: ADD(change ? "args.flag" : "args.note is present"); break;
  case 3: case 9: ADD("args.count in [%u, %u, 5]", n, n + 1); break;
  case 4: ADD("args.id %s \"%s\"", chance(s, 50) ? "starts with" : "==", text); break;
  case 11: if (change && chance(s, 60)) { ADD("args.flag"); break; } /* fall through */
  case 5: case 10: if (pay) { ADD("args.id == args.to"); break; } /* fall through */
  default:
    if (chance(s, 4)) ADD("args.count %s %s", op, PICK(s, far));
    else ADD("args.count %s %u", chance(s, 50) ? (chance(s, 70) ? "<" : "==") : op, n);
  }
}

/* What is constant for an agent, an operation, a delegation or a release: the compiler works it out for each of them (SPEC 13.6). */
static void fact_of_call(struct scope *s) {
  static const char *const bools[] = {"operation.reads", "operation.writes", "operation.destroys", "operation.sends_outside"};
  const char *operation = generated_operations[below(s, GENERATED_OPERATIONS)];
  switch (below(s, 8)) {
  case 0: ADD("operation.name %s \"%s\"", chance(s, 50) ? "==" : "!=", operation); break;
  case 1: ADD("operation.name in [\"%s\", \"store.get\", \"store.pay\"]", operation); break;
  case 2: ADD("operation.name %s", chance(s, 50) ? "starts with \"store.p\"" : "matches /store[.][dgn].*/"); break;
  case 3: ADD("connector.kind %s", chance(s, 50) ? "== \"shop\"" : "is present"); break;
  case 4: ADD("connector.residency %s %s", chance(s, 50) ? "in" : "==", PICK(s, constant_regions)); break;
  case 5: ADD("lookup(connector.name) is %s", chance(s, 50) ? "present" : "missing"); break;
  default: ADD("%s", PICK(s, bools));
  }
}

static void fixed_fact(struct scope *s) {
  if (s->event == CALL && chance(s, 60)) { fact_of_call(s); return; }
  if (s->event == RELEASE && chance(s, 50)) { ADD("release.to %s \"person\"", chance(s, 50) ? "==" : "!="); return; }
  if (s->event == DELEGATE && chance(s, 50)) { ADD("delegate.to %s \"work.p.a%u\"", chance(s, 50) ? "==" : "!=", below(s, 2)); return; }
  switch (below(s, 8)) {
  case 0: ADD("agent.name == \"%s\"", generated_agents[below(s, GENERATED_AGENTS)]); break;
  case 1: ADD("agent.owner in [\"alpha\", \"c\"]"); break;
  case 2: ADD("agent.team is %s", chance(s, 50) ? "present" : "missing"); break;
  case 3: ADD("agent.package ends with \".%c\"", chance(s, 50) ? 'p' : 'q'); break;
  case 4: ADD("agent.owner in org(\"%s\")", chance(s, 50) ? "some" : "all"); break;
  case 5: ADD("(lookup(agent.owner)?.v otherwise %u) > 2", below(s, 6)); break;
  case 6: ADD("agent.team == \"work.p.crew\""); break;
  default: ADD("agent.owner contains \"a\"");
  }
}

/* Alone, or beside what is not constant: something vanishes, and something stays in the order in which it was. */
static void fixed_test(struct scope *s, unsigned depth) {
  unsigned form = depth ? below(s, 5) : 4;
  if (form == 0) { ADD("(if "); fixed_fact(s); ADD(" then "); comparison(s, depth - 1); ADD(" else "); comparison(s, depth - 1); ADD(")"); return; }
  if (form < 3) { comparison(s, depth - 1); ADD(form == 1 ? " and " : " or "); }
  fixed_fact(s);
  if (form == 3) { ADD(chance(s, 50) ? " and " : " or "); comparison(s, depth - 1); }
}

/* Functions that become part of the rule, with arguments that may fail or lack and bodies that do not read them; f3 is too large for that. */
static void called(struct scope *s, unsigned depth) {
  static const char *const lacking[] = {"requester.nick", "agent.team", "lookup(requester.id)?.k", "\"beta\""};
  unsigned d = depth ? depth - 1 : 0, form = below(s, 8);
  if (form < 3) {
    ADD("f1(");
    expression(s, INT, d);
    ADD(", ");
    expression(s, STRING, d);
    ADD(", ");
    if (!path(s, WORD)) ADD("total(open, true).w");
    ADD(", requester.desk)");
  } else if (form < 5) {
    ADD("(f2(%s, ", PICK(s, lacking));
    if (chance(s, 40)) ADD("lookup(agent.owner)?.v"); else expression(s, INT, d);
    ADD(") otherwise %u) > %u", below(s, 9), below(s, 9));
  } else {
    ADD("f3(");
    expression(s, STRING, d);
    ADD(", ");
    expression(s, INT, d);
    ADD(", requester.desk)");
  }
}

static void steady(struct scope *s, unsigned depth) {
  if (!s->pure && s->loops < 2 && chance(s, 6)) { ADD("("); called(s, depth); ADD(")"); return; }
  if (!s->pure && chance(s, 8)) { ADD("("); fixed_test(s, depth); ADD(")"); return; }
  if (!s->pure && s->event == CALL && chance(s, s->operation == 2 || s->operation == 3 ? 66 : 30)) { ADD("("); plain_test(s); ADD(")"); return; }
  if (!s->pure && chance(s, 30)) { ADD("("); rarity(s, depth); ADD(")"); return; }
  switch (below(s, 7)) {
  case 0: comparison(s, depth); break;
  case 1: if (chance(s, 75)) { comparison(s, depth); break; } /* fall through */
  case 2: text_test(s, depth); break;
  case 3: ADD("("); membership(s, depth); ADD(")"); break;
  case 4: ADD("("); optional_test(s, depth); ADD(")"); break;
  case 5: if (s->pure || s->event != CALL) { comparison(s, depth); break; }
    switch (below(s, 4)) {
    case 0: ADD("operation.writes"); break;
    case 1: ADD("operation.sends_outside"); break;
    case 2: ADD("(connector.residency in %s)", PICK(s, constant_regions)); break;
    default: ADD("(bound thing %s \"alpha\")", chance(s, 50) ? "==" : "!="); break;
    } break;
  default: if (s->operation == 2 && !s->pure) ADD("args.flag"); else comparison(s, depth);
  }
}

static void condition(struct scope *s, enum direction d, unsigned depth) {
  if (depth > 0 && chance(s, 55)) {
    switch (below(s, 5)) {
    case 0: ADD("("); condition(s, d, depth - 1); ADD(" and "); condition(s, d, depth - 1); ADD(")"); return;
    case 1: ADD("("); condition(s, d, depth - 1); ADD(" or "); condition(s, d, depth - 1); ADD(")"); return;
    case 2: ADD("(not ("); condition(s, flipped(d), depth - 1); ADD("))"); return;
    default: quantified(s, d, depth); return;
    }
  }
  if (s->pure || d == STEADY || chance(s, 50)) steady(s, depth);
  else if (d == DOWN) { ADD("("); fact(s, depth); ADD(")"); }
  else if (chance(s, 40)) ADD("session has %s", chance(s, 50) ? "personal" : "secret");
  else { ADD("(not ("); fact(s, depth); ADD("))"); }
}

/* ---- rules ---- */
static void target(struct scope *s) {
  s->operation = below(s, GENERATED_OPERATIONS + 2);
  if (chance(s, 12)) s->operation = 5;                                 /* it has types that no other has */
  if (s->operation < GENERATED_OPERATIONS) ADD("%s", generated_operations[s->operation]);
  else if (s->operation == GENERATED_OPERATIONS) { s->operation = NO_ARGUMENTS; ADD("store"); }
  else { s->operation = NO_ARGUMENTS; ADD("store.{ get, pay, drop, note }"); }
}

static void lets(struct scope *s) {
  unsigned n = below(s, 3);
  for (unsigned i = 0; i < n && room(s); i++) {
    static const enum kind kinds[] = {INT, MONEY, DECIMAL, STRING, DURATION};
    enum kind kind = PICK(s, kinds);
    struct variable v = {.kind = kind};
    snprintf(v.name, sizeof v.name, "v%u", s->next_name++);
    ADD("  let %s = ", v.name);
    expression(s, kind, 2);
    ADD("\n");
    s->variables[s->variable_count++] = v;
  }
  if (room(s) && chance(s, 15)) {       /* may ask, since what is missing is no state */
    ADD("  let v%u = lookup(\"%s\")?.v otherwise ask leads because \"not in the table\"\n", s->next_name, PICK(s, constant_strings));
    declare(s, INT);
  }
  if (room(s) && chance(s, 6)) {        /* constant where the agent is known, and lacking there or never */
    static const char *const fixed[] = {"agent.team", "lookup(agent.owner)?.k", "lookup(agent.team otherwise \"T-100\")?.k"};
    ADD("  let v%u = %s otherwise %s because \"the agent has none\"\n", s->next_name, PICK(s, fixed), chance(s, 70) ? "deny" : "ask leads");
    declare(s, STRING);
  }
  if (chance(s, 18)) {
    ADD("  let v%u = seen thing(\"%s\") otherwise deny because \"look the thing up\"\n", s->next_name, PICK(s, constant_strings));
    declare(s, THING);
  }
}

/* Rules that do nothing but test are decided together, see runtime/decision_table.h. */
static void plain_tests(struct scope *s, unsigned depth) {
  if (!depth || chance(s, 40)) { plain_test(s); return; }
  ADD(chance(s, 25) ? "(not (" : "((");
  plain_tests(s, depth - 1);
  ADD(chance(s, 60) ? " and " : " or ");
  plain_tests(s, depth - 1);
  ADD("))");
}

/* A rule's `where` and `unless`; grants must go down when state is lost, denials up. */
static void rule_conditions(struct scope *s, enum direction d, unsigned fixed) {
  if (s->event == CALL && s->operation < GENERATED_OPERATIONS && chance(s, 20)) {
    ADD("\n    where ");
    if (d == UP && chance(s, 20)) ADD("session has %s %s ", chance(s, 50) ? "personal" : "secret", chance(s, 50) ? "and" : "or");
    plain_tests(s, 2);
    return;
  }
  if (chance(s, 75)) {
    ADD("\n    where ");
    if (chance(s, fixed)) { fixed_fact(s); ADD(" and "); }
    condition(s, d, 3);
  }
  if (chance(s, 30)) { ADD("\n    unless "); condition(s, flipped(d), 2); }
}

static void event(struct scope *s) {
  static const char *const releases[] = {"person", "agent", "outside"};
  unsigned kind = below(s, 20);
  s->event = kind == 0 ? RELEASE : kind == 1 ? DELEGATE : CALL;
  if (s->event == CALL) { ADD("call "); target(s); return; }
  s->operation = NO_ARGUMENTS;
  if (s->event == RELEASE && chance(s, 30)) ADD("release");
  else if (s->event == RELEASE) ADD("release to %s", PICK(s, releases));
  else ADD("delegate");
}

static void rule(struct scope *s, bool guard, const char *const *agents, unsigned agent_count) {
  unsigned form = below(s, guard ? 60 : 100) + (guard || chance(s, 40) ? 0 : 22);   /* more grants than denials */
  bool obliges = form >= 60 && chance(s, 14);
  const char *stamp = chance(s, 8) ? "seal" : "stamp";         /* the host does not carry seals out */
  if (form >= 60) ADD("  allow ");
  else if (form < 17) ADD("  deny ");
  else if (form < 56) ADD("  ask %s before ", chance(s, 30) ? "requester" : chance(s, 50) ? "leads" : "leads, legal");
  else if (guard || chance(s, 8)) ADD("  require %s(\"x\") before ", stamp);
  else ADD("  deny ");
  event(s);
  if (s->event == DELEGATE && strcmp(agents[0], "a0") == 0 && chance(s, 50)) {     /* both sides must agree */
    bool first = chance(s, 50);
    ADD(" to %s by %s", agents[first], agents[!first]);
  } else if (chance(s, 60)) ADD(" by %s", agents[below(s, agent_count)]);
  rule_conditions(s, obliges ? STEADY : form >= 60 ? DOWN : UP, form < 17 ? 60 : 3);      /* often a denial that is then left out */
  if (obliges && s->operation == 5 && chance(s, 60)) ADD("\n    with redact args.text of [%s]", chance(s, 50) ? "code" : "code, word");
  else if (obliges) ADD("\n    with %s(\"%c\")", stamp, chance(s, 50) ? 'x' : 'y');
  if (form < 60) ADD("\n    because \"rule %u\"", s->next_name++);
  if (form >= 17 && form < 56 && chance(s, 50)) ADD("\n    wait at most %u minutes", 1 + below(s, 90));
  ADD("\n");
  s->event = NO_EVENT;
}

static void block(struct random *r, struct text_buffer *out, bool guard, unsigned number, const char *const *agents, unsigned n) {
  struct scope s = {.r = r, .out = out, .operation = NO_ARGUMENTS};
  text_add(out, "%s %c%u {\n", guard ? "guard" : "policy", guard ? 'g' : 'p', number);
  lets(&s);
  unsigned rules = 1 + below(&s, 3), kept = s.variable_count;
  for (unsigned i = 0; i < rules; i++) { rule(&s, guard, agents, n); s.variable_count = kept; }
  text_add(out, "}\n\n");
}

/* A guard says nothing about an agent until the end of a day; the clock passes some of these days. */
static void waiver(struct random *r, struct text_buffer *out, unsigned guard, const char *agent) {
  struct scope s = {.r = r, .out = out, .operation = NO_ARGUMENTS};
  text_add(out, "waive g%u for %s ", guard, agent);
  if (random_chance(r, 80)) {
    text_add(out, "where ");
    if (random_chance(r, 40)) { fixed_fact(&s); text_add(out, random_chance(r, 60) ? " and " : " or "); }       /* it is for one agent: constant */
    condition(&s, DOWN, 2);
    text_add(out, " ");
  }
  text_add(out, "until 2024-05-%02u because \"waived\"\n\n", 15 + random_below(r, 3));
}

static void functions(struct random *r, struct text_buffer *out) {
  static const char *const optional[] = {"n", "if n is present then n else length(s otherwise \"\")", "if s is present and n is present and n > 2 then n + length(s) else n",
                                         "if s == \"beta\" then f0(3, 2.50 USD, de) else n", "lookup(s otherwise \"alpha\")?.v"};
  struct scope s = {.r = r, .out = out, .operation = NO_ARGUMENTS, .pure = true};
  s.variables[0] = (struct variable){"n", INT};
  s.variables[1] = (struct variable){"m", MONEY};
  s.variables[2] = (struct variable){"g", REGION};
  s.variable_count = 3;
  text_add(out, "fn f0(n: int, m: money(USD), g: region) -> int = ");
  expression(&s, INT, 3);
  s.variables[1] = (struct variable){"s", STRING};
  s.variables[3] = (struct variable){"w", WORD};
  s.variable_count = 4;
  text_add(out, "\n\nfn f1(n: int, s: string, w: one of { open, closed, \"on hold\" }, g: region) -> bool = ");
  if (random_chance(r, 20)) text_add(out, "f0(n, 1.50 USD, fr) < 5 and ");
  condition(&s, STEADY, random_below(r, 3));
  text_add(out, "\n\nfn f2(s: string?, n: int?) -> int? = %s\n\n", optional[random_below(r, 5)]);
  text_add(out, "fn f3(s: string, n: int, g: region) -> bool =\n  (if s starts with \"a\" then n > 1 else if s == \"beta\" then n * 2 > 5 else if s in [\"T-100\", \"gamma\"] then n - 3 < 4\n"
    "   else if s ends with \"e\" then n + n > 8 else if s contains \"-\" then n == 2 else length(s) + n > 6)\n  and (n != 7 or ");
  s.variable_count = 3;
  condition(&s, STEADY, 1);
  text_add(out, ")\n\n");
}

static const char declarations[] =
  "package work.p\n\n"
  "region eu { region de region fr }\nregion us\n"
  "label personal \"of a person\"\nlabel secret \"of the company\"\nlabel untrusted \"from outside\"\n"
  "proof verified \"shown\" lasts 15 minutes\nproof known \"known\"\n"
  "detector code \"codes\" /[A-Z]-[0-9]+/\ndetector word \"a word\" /alpha|beta/\n"
  "group leads \"leads\"\ngroup legal \"legal\"\n"
  "context requester { roles: set of string  desk: region  level: int  nick: string? }\n"
  "type item { id: string  n: int  price: money(USD)  tag: one of { open, closed, \"on hold\" }  extra: int? }\n"
  "connector store \"a store\" {\n  kind shop\n  residency de\n  zone \"-05:00\"\n  failure \"Error\"\n"
  "  entity thing { id: string key  status: one of { open, closed, \"on hold\" }  owner: string personal  size: int  price: money(USD)\n"
  "    ratio: decimal  at: time  day: date  place: region  notes: string untrusted  items: list of item  named: map of item  maybe: int? }\n"
  "  entity ticket { who: string key  pin: int key  left: int }\n"
  "  reads get(id: string) -> thing binds thing\n"
  "  reads list_all(limit: int paging = 5) -> list of thing\n"
  "  writes change(id: string, status: one of { open, closed, \"on hold\" }, flag: bool, count: int, amount: money(USD), note: string?) -> thing\n"
  "  writes pay(id: string, to: string, ratio: decimal, items: list of item, named: map of item, count: int, amount: money(USD), note: string?) -> ticket\n"
  "    changes thing(args.id) sends outside proves known\n"
  "  destroys drop(id: string, ids: list of string) changes thing(args.id)\n"
  "  writes note(to: string, text: string, at: time, day: date, place: region, hold: duration, from: ip, net: cidr, build: version)\n"
  "    sends outside yields untrusted\n"
  "  reads pairs_of(ids: list of string, other_ids: list of string, numbers: list of int,\n"
  "    tags: set of one of { open, closed, \"on hold\" }) -> list of thing yields secret\n"
  "}\n"
  "table lookup { k: string key  v: int } rows { (\"alpha\", 3) (\"T-100\", 9) (\"\", 0) }\n"
  "table total { w: one of { open, closed, \"on hold\" } key  f: bool key  v: int } rows {\n"
  "  (open, true, 1) (open, false, 2) (closed, true, 3) (closed, false, 4) (\"on hold\", true, 5) (\"on hold\", false, 6) }\n"
  "tree org { member: string  group: string } rows { (\"alpha\", \"some\") (\"some\", \"all\") (\"beta\", \"all\") (\"delta@x.example\", \"some\") }\n"
  "team crew { owner \"beta\" }\n"
  "agent a0 { owner \"alpha\" purpose \"x\" uses store accepts a1 }\nagent a1 { owner \"beta\" team crew purpose \"y\" uses store accepts a0 }\n\n";

void generate_condition(struct random *r, struct text_buffer *out, enum narrowing narrowing) {
  struct scope s = {.r = r, .out = out, .operation = NO_ARGUMENTS};
  text_add(out, "(");
  condition(&s, narrowing == NARROWING_STEADY ? STEADY : narrowing == NARROWING_UP ? UP : DOWN, 2);
  text_add(out, ")");
}

void generate_workspace(struct random *r, struct workspace *out) {
  static const char *const p_agents[] = {"a0", "a1"}, *const q_agents[] = {"b0"};
  static const char *const every[] = {"a0", "a1", "work.q.b0"}, *const every_q[] = {"b0", "work.p.a0", "work.p.a1"};
  static const char everything[] = "connectors, labels, groups, tables, guards, policies, agents, types, regions, proofs, contexts, functions, detectors, models, routes";
  text_clear(&out->root);
  text_clear(&out->p);
  text_clear(&out->q);
  text_add(&out->root, "workspace work\nzone \"-05:00\"\npackage work.p in \"p/\" declares %s\n"
    "package work.q in \"q/\" declares %s\n  uses work.p.{ store }\n", everything, everything);
  text_add(&out->p, "%s", declarations);
  functions(r, &out->p);
  text_add(&out->q, "package work.q\nimport work.p\nimport work.p.{ store, personal, secret, verified, known, leads, legal, lookup, total, org, f0, f1, f2, f3, code, word,\n"
    "  eu, de, fr, us }\nagent b0 { owner \"c\" purpose \"z\" uses store accepts work.p.a0 accepts work.p.a1 }\n\n");
  for (unsigned i = 0, n = 3 + random_below(r, 4); i < n; i++) block(r, &out->p, false, i, p_agents, 2);
  for (unsigned i = 0, n = random_chance(r, 30); i < n; i++) {
    block(r, &out->p, true, i, every, 3);
    if (random_chance(r, 60)) waiver(r, &out->p, i, PICK(&(struct scope){.r = r}, p_agents));
  }
  generate_models(r, &out->p);
  generate_routes(r, &out->p, p_agents, 2, true);
  generate_model_guards(r, &out->p, every, 3);
  for (unsigned i = 0, n = 2 + random_below(r, 3); i < n; i++) block(r, &out->q, false, i, q_agents, 1);
  generate_routes(r, &out->q, q_agents, 1, false);
  generate_model_guards(r, &out->q, every_q, 3);
  for (unsigned i = 0, n = random_chance(r, 30); i < n; i++) block(r, &out->q, true, i, every_q, 3);          /* last: linking.c lends them to others */
}

void workspace_free(struct workspace *w) {
  text_free(&w->root);
  text_free(&w->p);
  text_free(&w->q);
}
