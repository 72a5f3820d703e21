/* disasm.c: programs of a bundle, from opcodes.def. */
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/disasm.h"

enum immediate { I_NONE, I_CONST, I_STRING, I_VALUE, I_TYPE, I_SLOT, I_FIELD, I_CTX, I_LABEL, I_PROOF, I_OPERATION, I_ENTITY, I_TABLE, I_TREE,
  I_ZONE, I_PATTERN, I_JUMP, I_LOOP, I_NEXT, I_FUNCTION, I_RULECONST, I_LACK };
struct op_info { const char *name, *a, *b, *c; enum immediate imm; };
static const struct op_info ops[OP_COUNT] = {
#define OP(NAME, A, B, C, IMM, COST, DOC) {#NAME, #A, #B, #C, IMM},
#include "opcodes.def"
#undef OP
};
static const char *const facts[CTX_COUNT] = {
#define CTX(NAME, WRITTEN, TYPE, OPT, EVENTS, DOC) WRITTEN,
#include "contexts.def"
#undef CTX
};
static const char *const kinds[TYPE_KIND_COUNT] = {
#define KIND(NAME, WRITTEN, ORDER) WRITTEN,
#include "type_kinds.def"
#undef KIND
};

void disasm_type(const struct bundle_view *view, uint32_t type, int depth, FILE *out) {
  const struct image_type *t = view_record(view, SECTION_TYPES, type);
  if (!t || t->kind >= TYPE_KIND_COUNT || depth > 8) {
    fprintf(out, "type %u", (unsigned)type);
    return;
  }
  if (t->kind == TYPE_RECORD) {
    fputs(view_text(view, t->name), out);
    return;
  }
  fputs(kinds[t->kind], out);
  if (t->kind == TYPE_MONEY) fprintf(out, "(%s)", view_text(view, t->name));
  if (t->kind != TYPE_LIST && t->kind != TYPE_SET && t->kind != TYPE_MAP) return;
  fputc(' ', out);
  disasm_type(view, t->a, depth + 1, out);
}

static void quoted(const char *text, FILE *out) {
  fputc('"', out);
  cli_put_clean(out, text, strlen(text));
  fputc('"', out);
}

/* ---- scopes ---- */
static const struct image_residual *residual_of(const struct bundle_view *view, uint32_t entry) {
  uint32_t rules = view_count(view, SECTION_RULES);
  return entry < rules ? NULL : view_record(view, SECTION_RESIDUALS, entry - rules);
}

static uint32_t rule_of(const struct bundle_view *view, uint32_t entry) {
  const struct image_residual *residual = residual_of(view, entry);
  return residual ? residual->rule : entry;
}

static uint32_t number_at(const struct bundle_view *view, enum section section, size_t index) {
  const uint32_t *number = view_record(view, section, index);
  return number ? *number : NONE32;
}

static uint32_t class_count(const struct bundle_view *view, enum section section) {
  uint32_t classes = 0;
  for (uint32_t i = 0; i < view_count(view, section); i++) {
    uint32_t of = number_at(view, section, i);
    if (of != NONE32 && of >= classes) classes = of + 1;
  }
  return classes;
}

/* Where in LISTS what a class of agents and one of heads have begins, or NONE32: down the agents' tree (image.h). */
static uint32_t list_at(const struct bundle_view *view, uint32_t root, uint32_t head_class, uint32_t head_classes) {
  uint32_t node = root;
  for (unsigned shift = scope_shift(head_classes); shift && node != NONE32; shift -= SCOPE_BITS) node = number_at(view, SECTION_SCOPE, (size_t)node * SCOPE_FAN + (head_class >> shift) % SCOPE_FAN);
  return node == NONE32 ? NONE32 : number_at(view, SECTION_SCOPE, (size_t)node * SCOPE_FAN + head_class % SCOPE_FAN);
}

/* Where an entry of lists stands first: the first agent of a class, and a head. Of a rule, what is left of it too. */
struct place { uint32_t agent, head; };

static void note_places(const struct bundle_view *view, uint32_t list, struct place place, struct place *places) {
  const uint32_t count = number_at(view, SECTION_LISTS, list), entries = view_count(view, SECTION_RULES) + view_count(view, SECTION_RESIDUALS);
  for (uint32_t i = 1; i <= count; i++) {
    const uint32_t entry = number_at(view, SECTION_LISTS, (size_t)list + i), rule = entry < entries ? rule_of(view, entry) : NONE32;
    if (entry >= entries) return;
    if (places[entry].agent == NONE32) places[entry] = place;
    if (rule < entries && places[rule].agent == NONE32) places[rule] = place;
  }
}

/* By entry; agent NONE32: nowhere. NULL: out of memory. */
static struct place *find_places(const struct bundle_view *view) {
  const uint32_t heads = view_count(view, SECTION_HEAD_CLASS), head_classes = class_count(view, SECTION_HEAD_CLASS), lists = view_count(view, SECTION_LISTS);
  const uint32_t roots = view_count(view, SECTION_SCOPE) / SCOPE_FAN - class_count(view, SECTION_AGENT_CLASS);
  const size_t entries = (size_t)view_count(view, SECTION_RULES) + view_count(view, SECTION_RESIDUALS);
  struct place *places = malloc((entries + 1) * sizeof *places);
  bool *met = calloc((size_t)lists + 1, sizeof *met);
  if (places) memset(places, 0xff, (entries + 1) * sizeof *places);
  for (uint32_t agent = 0, agents = 0; places && met && agent < view_count(view, SECTION_AGENT_CLASS); agent++) {
    if (number_at(view, SECTION_AGENT_CLASS, agent) != agents) continue;
    for (uint32_t head = 0; head < heads; head++) {
      const uint32_t list = list_at(view, roots + agents, number_at(view, SECTION_HEAD_CLASS, head), head_classes);
      if (list >= lists || met[list]) continue;
      met[list] = true;
      note_places(view, list, (struct place){agent, head}, places);
    }
    agents++;
  }
  free(met);
  return places;
}

/* An argument's name: slots are numbered by connector, so any operation in the rule's scope tells. */
static const char *slot_name(const struct bundle_view *view, const struct place *place, uint32_t slot) {
  const struct image_operation *o = place ? view_record(view, SECTION_OPERATIONS, place->head) : NULL;
  for (uint32_t i = 0; o && i < o->params; i++) {
    const struct image_param *p = view_record(view, SECTION_PARAMS, (size_t)o->first_param + i);
    if (p && p->slot == slot) return view_text(view, p->name);
  }
  return "";
}

/* As short as can be: 12.5. */
static void millionths(int64_t number, FILE *out) {
  uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  char text[32];
  int length = snprintf(text, sizeof text, "%llu.%06llu", (unsigned long long)(size / 1000000), (unsigned long long)(size % 1000000));
  while (text[length - 1] == '0') length--;
  fprintf(out, "%s%.*s", number < 0 ? "-" : "", length - (text[length - 1] == '.'), text);
}

/* A scalar; a symbol's name as in a condition's text, or in quotes. */
static void scalar(const struct bundle_view *view, const struct image_const *c, bool bare, FILE *out) {
  const struct image_type *t = view_record(view, SECTION_TYPES, c->type);
  int kind = t ? t->kind : -1;
  if (kind == TYPE_BOOL) fputs(c->bits ? "true" : "false", out);
  else if (kind == TYPE_DECIMAL || kind == TYPE_MONEY) millionths(c->bits, out);
  else if (kind == TYPE_SYMBOL || kind == TYPE_WORDS) {
    const struct image_symbol *s = view_record(view, SECTION_SYMBOLS, (size_t)(uint64_t)c->bits);
    const char *name = s ? view_text(view, s->name) : "?";
    if (bare) cli_put_clean(out, name, strlen(name));
    else quoted(name, out);
  } else if (kind == TYPE_REGION) {
    const struct image_region *r = view_record(view, SECTION_REGIONS, (size_t)(uint64_t)c->bits);
    fputs(r ? view_text(view, r->name) : "?", out);
  } else if (kind == TYPE_TIME) {
    char time[32];
    cli_format_time(c->bits, time);
    fputs(time, out);
  } else fprintf(out, "%lld", (long long)c->bits);
}

static void constant(const struct bundle_view *view, uint32_t index, FILE *out) {
  const struct image_const *c = view_record(view, SECTION_CONSTS, index);
  if (!c) return;
  scalar(view, c, false, out);
  fputs(" : ", out);
  disasm_type(view, c->type, 0, out);
}

static void named(const struct bundle_view *view, enum section section, uint32_t index, FILE *out) {
  const ref *name = view_record(view, section, index);          /* these records begin with their name */
  fputs(name ? view_text(view, *name) : "?", out);
}

static void immediate(const struct bundle_view *view, enum immediate role, uint32_t imm, const struct place *place, FILE *out) {
  static const struct { enum immediate role; enum section section; } names[] = {
    {I_LABEL, SECTION_LABELS}, {I_PROOF, SECTION_PROOFS}, {I_OPERATION, SECTION_OPERATIONS}, {I_ENTITY, SECTION_ENTITIES},
    {I_TABLE, SECTION_TABLES}, {I_TREE, SECTION_TREES}, {I_ZONE, SECTION_ZONES},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].role == role) {
      named(view, names[i].section, imm, out);
      return;
    }
  const struct image_lack *lack = role == I_LACK ? view_record(view, SECTION_LACKS, imm) : NULL;
  if (lack) quoted(view_text(view, lack->because), out);
  else if (role == I_CONST) constant(view, imm, out);
  else if (role == I_STRING) quoted(view_text(view, imm), out);
  else if (role == I_TYPE) disasm_type(view, imm, 0, out);
  else if (role == I_SLOT) fprintf(out, "args.%s", slot_name(view, place, imm));
  else if (role == I_CTX) fputs(imm < CTX_COUNT ? facts[imm] : "?", out);
  else if (role == I_FIELD) fprintf(out, "field %u", (unsigned)imm);
  else if (role == I_VALUE) fprintf(out, "value %u", (unsigned)imm);
  else if (role == I_PATTERN) fprintf(out, "pattern %u", (unsigned)imm);
  else if (role == I_FUNCTION) fprintf(out, "function %u", (unsigned)imm);
}

static void operand(const char *role, unsigned number, const char **comma, FILE *out) {
  if (strcmp(role, "_") == 0) return;
  bool window = strcmp(role, "O_KEYS") == 0 || strcmp(role, "O_ROWKEYS") == 0 || strcmp(role, "S_PARAMS") == 0;
  fprintf(out, "%sr%u%s", *comma, number, window ? ".." : "");
  *comma = ", ";
}

static const struct image_form *form_of(const struct bundle_view *view, uint32_t rule) {
  const struct image_rule *r = view_record(view, SECTION_RULES, rule);
  return r ? view_record(view, SECTION_FORMS, r->form) : NULL;
}

static const struct image_program *program_of(const struct bundle_view *view, uint32_t entry) {
  const struct image_residual *residual = residual_of(view, entry);
  const struct image_form *form = residual ? NULL : form_of(view, entry);
  return residual ? view_record(view, SECTION_PROGRAMS, residual->program) : form ? view_record(view, SECTION_PROGRAMS, form->program) : NULL;
}

/* What instruction would hold constant number k of a rule, or of what is left of it, and with which operand; I_NONE when it is not there. */
static enum immediate rule_constant(const struct bundle_view *view, uint32_t entry, uint32_t k, uint32_t *operand) {
  const struct image_rule *r = view_record(view, SECTION_RULES, entry);
  const struct image_residual *residual = residual_of(view, entry);
  const struct image_program *program = program_of(view, entry);
  const uint32_t *at = r || residual ? view_record(view, SECTION_RULE_CONSTANTS, (size_t)(r ? r->first_constant : residual->first_constant) + k) : NULL;
  const uint32_t *type = program ? view_record(view, SECTION_INDEXES, (size_t)program->first_type + k) : NULL;
  const struct image_type *t = type ? view_record(view, SECTION_TYPES, *type) : NULL;
  if (!at || !type) return I_NONE;
  *operand = *at;
  bool value = t && (t->kind == TYPE_IP || t->kind == TYPE_CIDR || t->kind == TYPE_STRINGS || t->kind >= TYPE_LIST);
  return *type == NONE32 ? I_LACK : value ? I_VALUE : t && t->kind == TYPE_STRING ? I_STRING : I_CONST;
}

static void condition(const struct bundle_view *view, uint32_t rule, const char *text, FILE *out) {
  static const char hole[] = {CONDITION_HOLE, 0};
  for (size_t length; *text; text += length) {
    length = strcspn(text, hole);
    cli_put_clean(out, text, length);
    if (!text[length] || !text[length + 1]) continue;
    uint32_t operand = 0;
    enum immediate role = rule_constant(view, rule, (unsigned char)text[length + 1] - (uint32_t)CONDITION_FIRST, &operand);
    const struct image_const *c = role == I_CONST ? view_record(view, SECTION_CONSTS, operand) : NULL;
    if (role == I_STRING) quoted(view_text(view, operand), out);
    else if (c) scalar(view, c, true, out);
    length += sizeof hole;
  }
}

/* entry, of LISTS, and where it stands; NONE32 and NULL of a function. */
static void print_code(const struct bundle_view *view, uint32_t first, uint32_t count, uint32_t entry, const struct place *place, FILE *out) {
  for (uint32_t at = 0; at < count; at++) {
    const struct instruction *in = view_record(view, SECTION_CODE, (size_t)first + at);
    if (!in) return;
    if (in->op >= OP_COUNT) {
      fprintf(out, "  %4u  ? %u\n", (unsigned)at, in->op);
      continue;
    }
    const struct op_info *op = &ops[in->op];
    const char *comma = "";
    fprintf(out, "  %4u  %-10s ", (unsigned)at, op->name);
    operand(op->a, in->a, &comma, out);
    operand(op->b, in->b, &comma, out);
    operand(op->c, in->c, &comma, out);
    if (op->imm == I_JUMP || op->imm == I_LOOP || op->imm == I_NEXT) fprintf(out, "%s-> %u", comma, (unsigned)in->imm);
    else if (op->imm != I_NONE) {
      fputs(comma, out);
      enum immediate role = op->imm;
      uint32_t number = in->imm;
      if (role == I_RULECONST || role == I_LACK) role = rule_constant(view, entry, in->imm, &number);
      immediate(view, role, number, place, out);
    }
    fputc('\n', out);
  }
}

static void cost(const struct bundle_view *view, uint32_t index, FILE *out) {
  const struct image_cost *c = view_record(view, SECTION_COSTS, index);
  const char *plus = "";
  for (int d = 0; c && d <= IMAGE_MAX_LOOP_DEPTH; d++) {
    if (c->steps[d] == 0) continue;
    fprintf(out, "%s%llu", plus, (unsigned long long)c->steps[d]);
    if (d) fprintf(out, " n");
    if (d > 1) fprintf(out, "^%d", d);
    plus = " + ";
  }
}

static void rule_head(const struct bundle_view *view, uint32_t index, const struct image_form *form, const struct image_program *program, FILE *out) {
  static const char *const effects[] = {"allow", "ask", "deny", "oblige"}, *const events[] = {"call", "infer", "release", "delegate"};
  const struct image_source *source = view_record(view, SECTION_SOURCES, form->source);
  const struct image_rule *r = view_record(view, SECTION_RULES, index);
  fprintf(out, "\nrule %u: %s %s, %s %s  (%s:%u)  cost ", (unsigned)index, program->guard ? "guard" : "policy", view_text(view, form->name),
          program->effect < 4 ? effects[program->effect] : "?", program->event < 4 ? events[program->event] : "?",
          source ? view_text(view, source->path) : "?", (unsigned)r->line);
  cost(view, program->cost, out);
  fputc('\n', out);
  if (form->condition && *view_text(view, form->condition)) {
    fprintf(out, "  condition: ");
    condition(view, index, view_text(view, form->condition), out);
    fputc('\n', out);
  }
  if (*view_text(view, form->because)) {
    fprintf(out, "  because ");
    quoted(view_text(view, form->because), out);
    fputc('\n', out);
  }
}

static void head_name(const struct bundle_view *view, uint32_t head, FILE *out) {
  static const char *const releases[RELEASE_COUNT] = {"person", "agent", "outside"};
  uint32_t operations = view_count(view, SECTION_OPERATIONS), delegates = operations + RELEASE_COUNT;
  if (head < operations) fputs(view_operation(view, head), out);
  else if (head < delegates) fprintf(out, "release to %s", releases[head - operations]);
  else if (head < delegates + view_count(view, SECTION_AGENTS)) fprintf(out, "delegate to %s", view_agent(view, head - delegates));
  else fputs("infer", out);
}

/* What the compiler left of a rule for some agents and operations, with the first of them. *next: the first that is not printed yet; they ascend by rule. */
static void residuals(const struct bundle_view *view, uint32_t rule, const struct place *places, uint32_t *next, FILE *out) {
  const uint32_t rules = view_count(view, SECTION_RULES);
  const struct image_residual *residual;
  for (; (residual = view_record(view, SECTION_RESIDUALS, *next)) != NULL && residual->rule <= rule; ++*next) {
    const struct image_program *program = view_record(view, SECTION_PROGRAMS, residual->program);
    const struct place *place = places ? &places[rules + *next] : NULL;
    const bool found = place && place->agent != NONE32;
    if (!program) continue;
    fprintf(out, "\nresidual %u: of rule %u, for %s at ", (unsigned)*next, (unsigned)rule, found ? view_agent(view, place->agent) : "nobody");
    if (found) head_name(view, place->head, out);
    fputs(found ? " and wherever the same is constant  cost " : "nothing  cost ", out);
    cost(view, program->cost, out);
    fputc('\n', out);
    print_code(view, program->code, program->code_count, rules + *next, place, out);
  }
}

void disasm_rules(const struct bundle_view *view, FILE *out) {
  struct place *places = find_places(view);
  uint32_t next = 0;
  for (uint32_t i = 0; i < view_count(view, SECTION_RULES); i++) {
    const struct image_form *form = form_of(view, i);
    const struct image_program *program = program_of(view, i);
    const struct place *place = places ? &places[i] : NULL;
    if (!program) continue;
    rule_head(view, i, form, program, out);
    for (uint32_t w = 0; w < form->waivers; w++) {
      const struct image_waiver *waiver = view_record(view, SECTION_WAIVERS, (size_t)form->first_waiver + w);
      if (!waiver) break;
      fprintf(out, "  waived for %s:\n", view_agent(view, waiver->agent));
      print_code(view, waiver->code, waiver->code_count, i, place, out);
    }
    print_code(view, program->code, program->code_count, i, place, out);
    residuals(view, i, places, &next, out);
  }
  free(places);
}

void disasm_functions(const struct bundle_view *view, FILE *out) {
  for (uint32_t i = 0; i < view_count(view, SECTION_FUNCTIONS); i++) {
    const struct image_function *f = view_record(view, SECTION_FUNCTIONS, i);
    fprintf(out, "\nfunction %u: %u parameters, gives ", (unsigned)i, (unsigned)f->params);
    disasm_type(view, f->result, 0, out);
    fprintf(out, "%s, cost ", f->optional ? "?" : "");
    cost(view, f->cost, out);
    fputc('\n', out);
    print_code(view, f->code, f->code_count, NONE32, NULL, out);
  }
}

void disasm_head(const struct bundle_view *view, FILE *out) {
  const struct image_bundle *b = view_record(view, SECTION_BUNDLE, 0);
  struct image_header header;
  memcpy(&header, view->bytes, sizeof header);
  fprintf(out, "bundle of %s, built %s, %zu bytes, version %u\ndigest ", b ? view_text(view, b->workspace) : "?", b ? view_text(view, b->built) : "?",
          view->size, (unsigned)header.version);
  for (size_t i = 0; i < sizeof header.digest; i++) fprintf(out, "%02x", header.digest[i]);
  fprintf(out, "\n%u agents, %u operations, %u rules, %u functions, %u instructions\n", (unsigned)view_count(view, SECTION_AGENTS),
          (unsigned)view_count(view, SECTION_OPERATIONS), (unsigned)view_count(view, SECTION_RULES),
          (unsigned)view_count(view, SECTION_FUNCTIONS), (unsigned)view_count(view, SECTION_CODE));
  for (uint32_t i = 0; i < view_count(view, SECTION_PENDING); i++) {
    const struct image_pending *p = view_record(view, SECTION_PENDING, i);
    fprintf(out, "cannot be executed: %s %s\n", view_text(view, p->kind), view_text(view, p->name));
  }
}
