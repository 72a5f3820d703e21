/* verify_code.c: code without looking at registers: encoding, jumps, loops, verdicts, calls, cost, depth. It hands each
 * program to verify_flow.c. Functions come first, so that what a call costs and needs is known. */
#include "verify.h"
#include "opcode_table.h"
#include "packed.h"
#include "vm.h"

struct open_loop { uint32_t at, exit; };
struct structure {
  struct verifier *v;
  struct subject *s;
  struct open_loop loops[IMAGE_MAX_LOOP_DEPTH];
  unsigned depth;
  struct image_cost cost;
  uint32_t frame, calls;            /* of the deepest callee */
  uint64_t facts;
};

static bool refuse_at(const struct structure *t, enum check check, uint32_t pc, const char *what) {
  const struct subject *s = t->s;
  return refuse_code(t->v, check, s->section, s->index, pc, "%s", what);
}

/* ---- operands ---- */
static bool operands_canonical(const struct instruction *i, const struct opcode_info *info) {
  return (info->a != ROLE__ || !i->a) && (info->b != ROLE__ || !i->b) && (info->c != ROLE__ || !i->c) &&
         (info->imm != I_NONE || !i->imm);
}

/* Below what an immediate must be; jumps, loops, fields and texts are checked elsewhere. */
static uint64_t immediate_limit(const struct structure *t, enum immediate_role role) {
  const struct rebase_bundle *b = t->v->bundle;
  switch (role) {
    case I_CONST: return b->CONSTS.count;
    case I_VALUE: return b->VALUE_INDEX.count;
    case I_TYPE: return b->TYPES.count;
    case I_CTX: return CTX_COUNT;
    case I_LABEL: return b->LABELS.count;
    case I_PROOF: return b->PROOFS.count;
    case I_OPERATION: return b->OPERATIONS.count;
    case I_ENTITY: return b->ENTITIES.count;
    case I_TABLE: return b->TABLES.count;
    case I_TREE: return b->TREES.count;
    case I_ZONE: return b->ZONES.count;
    case I_PATTERN: return b->PATTERNS.count;
    case I_FUNCTION: return b->FUNCTIONS.count;
    case I_RULECONST: case I_LACK: return t->s->types_count;
    case I_JUMP: case I_LOOP: case I_NEXT: return t->s->count;
    case I_NONE: case I_STRING: case I_SLOT: case I_FIELD: break;
  }
  return UINT64_MAX;
}

static bool check_operands(struct structure *t, uint32_t pc, const struct instruction *i, const struct opcode_info *info) {
  if (!operands_canonical(i, info)) return refuse_at(t, CHECK_CODE_UNUSED, pc, info->name);
  if (i->imm >= immediate_limit(t, info->imm) || (info->imm == I_STRING && !verify_is_text(t->v, i->imm)))
    return refuse_at(t, CHECK_CODE_IMMEDIATE, pc, info->name);
  if ((info->imm == I_RULECONST || info->imm == I_LACK) && (t->s->types[i->imm] == NONE32) != (info->imm == I_LACK))
    return refuse_at(t, CHECK_CODE_LACK, pc, info->name);
  unsigned most = info->a != ROLE__ && i->a + 1u > t->s->registers ? i->a + 1u : t->s->registers;
  if (info->b != ROLE__ && i->b + 1u > most) most = i->b + 1u;
  if (info->c != ROLE__ && i->c + 1u > most) most = i->c + 1u;
  t->s->registers = most;
  return true;
}

/* ---- cost ---- */
static bool add_cost(struct structure *t, uint32_t pc, unsigned depth, uint64_t steps) {
  if (!steps) return true;
  if (depth > IMAGE_MAX_LOOP_DEPTH || t->cost.steps[depth] > UINT64_MAX - steps)
    return refuse_at(t, CHECK_CODE_COST_SIZE, pc, "too costly");
  t->cost.steps[depth] += steps;
  return true;
}

/* LOOP tests once on entry and once for each element, so it counts at both depths; a call costs what its function does. */
static bool count_cost(struct structure *t, uint32_t pc, unsigned depth, const struct instruction *i) {
  unsigned cost = opcode_table[i->op].cost;
  if (!add_cost(t, pc, depth, cost)) return false;
  if (i->op == OP_LOOP) return add_cost(t, pc, depth + 1, cost);
  if (i->op == OP_CALL)
    for (unsigned d = 0; d <= IMAGE_MAX_LOOP_DEPTH; d++)
      if (!add_cost(t, pc, depth + d, t->v->functions[i->imm].cost.steps[d])) return false;
  return true;
}

/* ---- control ---- */
static bool jump_to(struct structure *t, uint32_t pc, uint32_t target) {
  if (target <= pc) return refuse_at(t, CHECK_CODE_FORWARD, pc, "a jump back");
  if (t->v->earliest[target] == NONE32) t->v->earliest[target] = pc;
  return true;
}

static bool open_loop(struct structure *t, uint32_t pc, const struct instruction *i) {
  const struct instruction *code = t->s->code;
  if (t->depth == IMAGE_MAX_LOOP_DEPTH) return refuse_at(t, CHECK_CODE_LOOP_DEPTH, pc, "one more");
  uint32_t within = t->depth ? t->loops[t->depth - 1].exit - 1 : t->s->count;       /* place of the outer NEXT */
  if (i->imm < pc + 2 || i->imm > within || code[i->imm - 1].op != OP_NEXT || code[i->imm - 1].imm != pc)
    return refuse_at(t, CHECK_CODE_LOOP, pc, "no NEXT of its own before the place it leaves for");
  if (i->a == i->b || i->a == i->c || i->b == i->c) return refuse_at(t, CHECK_CODE_LOOP, pc, "one register twice");
  t->loops[t->depth++] = (struct open_loop){pc, i->imm};
  return jump_to(t, pc, i->imm);
}

static bool close_loop(struct structure *t, uint32_t pc, const struct instruction *i) {
  const struct open_loop *loop = t->depth ? &t->loops[t->depth - 1] : NULL;
  if (!loop || loop->exit != pc + 1 || i->imm != loop->at) return refuse_at(t, CHECK_CODE_LOOP, pc, "not of the loop around it");
  t->depth--;
  return true;
}

static bool check_call(struct structure *t, uint32_t pc, const struct instruction *i) {
  const struct routine *callee = &t->v->bundle->functions[i->imm];
  if (t->s->function && i->imm >= t->s->index) return refuse_at(t, CHECK_CODE_CALL, pc, "itself or a higher one");
  if (callee->frame > t->frame) t->frame = callee->frame;
  if (callee->depth + 1 > t->calls) t->calls = callee->depth + 1;
  return true;
}

static bool check_verdict(struct structure *t, uint32_t pc, const struct instruction *i) {
  const struct subject *s = t->s;
  bool waiver = s->section == SECTION_WAIVERS, rule = s->section == SECTION_PROGRAMS, fits = false;
  switch (i->op) {
    case OP_PASS: fits = rule || waiver; break;
    case OP_ALLOW: fits = rule && s->program->effect == RULE_ALLOW && !s->program->guard; break;
    case OP_ASK: fits = rule && s->program->effect == RULE_ASK; break;
    case OP_DENY: fits = rule && s->program->effect == RULE_DENY; break;
    case OP_OBLIGE: fits = waiver || (rule && s->program->effect == RULE_OBLIGE); break;
    case OP_LACKS: fits = rule; break;
    default: fits = s->function != NULL; break;                 /* RETURN */
  }
  return fits || refuse_at(t, CHECK_CODE_VERDICT, pc, opcode_table[i->op].name);
}

/* Asking how old a proof or a seen entity is takes the time. */
static uint64_t facts_read(const struct verifier *v, const struct instruction *i) {
  switch (i->op) {
    case OP_CONTEXT: return UINT64_C(1) << i->imm;
    case OP_PROVED: case OP_SEENWITHIN: return UINT64_C(1) << CTX_NOW;
    case OP_CALL: return v->bundle->functions[i->imm].facts;
    default: return 0;
  }
}

static bool check_control(struct structure *t, uint32_t pc, const struct instruction *i) {
  switch (i->op) {
    case OP_JUMP: case OP_IF: case OP_IFNOT: case OP_IFMISSING: return jump_to(t, pc, i->imm);
    case OP_LOOP: return open_loop(t, pc, i);
    case OP_NEXT: return close_loop(t, pc, i);
    case OP_CALL: return check_call(t, pc, i);
    case OP_PASS: case OP_ALLOW: case OP_ASK: case OP_DENY: case OP_OBLIGE: case OP_LACKS: case OP_RETURN:
      return check_verdict(t, pc, i);
    default: return true;
  }
}

static bool is_end(unsigned op) { return op == OP_RETURN || (op >= OP_PASS && op <= OP_LACKS); }

static bool check_structure(struct structure *t) {
  struct subject *s = t->s;
  memset(t->v->earliest, 0xff, s->count * sizeof *t->v->earliest);
  for (uint32_t pc = 0; pc < s->count; pc++) {
    const struct instruction *i = &s->code[pc];
    const struct open_loop *loop = t->depth ? &t->loops[t->depth - 1] : NULL;
    if (loop && t->v->earliest[pc] != NONE32 && t->v->earliest[pc] <= loop->at)
      return refuse_at(t, CHECK_CODE_INTO_LOOP, pc, "a jump from before the loop leads here");
    unsigned depth = t->depth;      /* NEXT is within its loop, LOOP is not */
    if (!check_operands(t, pc, i, &opcode_table[i->op]) || !check_control(t, pc, i) || !count_cost(t, pc, depth, i)) return false;
    t->facts |= facts_read(t->v, i);
  }
  if (!is_end(s->code[s->count - 1].op)) return refuse_at(t, CHECK_CODE_END, s->count - 1, "falls off its end");
  return true;
}

/* ---- one program ---- */
static bool verify_program(struct verifier *v, struct subject *s, uint32_t cost, struct routine *program) {
  struct structure t = {.v = v, .s = s};
  unsigned events = 0;
  if (s->function) s->registers = s->function->params;
  if (!check_structure(&t)) return false;
  if (memcmp(&t.cost, &v->bundle->COSTS.at[cost], sizeof t.cost) != 0)
    return refuse_code(v, CHECK_CODE_COST, s->section, s->index, NONE32, "%llu + %llu n + %llu n^2 + ...",
                       (unsigned long long)t.cost.steps[0], (unsigned long long)t.cost.steps[1], (unsigned long long)t.cost.steps[2]);
  *program = (struct routine){.count = s->count, .registers = s->registers, .frame = s->registers + t.frame, .depth = t.calls, .cost = cost, .constants = s->types_count,
                              .facts = t.facts};
  if (!(t.cost.steps[1] | t.cost.steps[2] | t.cost.steps[3] | t.cost.steps[4]) && t.cost.steps[0] <= UINT32_MAX) program->fixed = (uint32_t)t.cost.steps[0];
  if (program->depth > VM_CALL_DEPTH)
    return refuse_code(v, CHECK_CODE_DEPTH, s->section, s->index, NONE32, "%lu", (unsigned long)program->depth);
  if (program->frame > VM_REGISTERS)
    return refuse_code(v, CHECK_CODE_FRAME, s->section, s->index, NONE32, "%lu", (unsigned long)program->frame);
  if (program->frame > v->bundle->max_frame) v->bundle->max_frame = program->frame;
  if (s->program && !s->scope->reachable) return true;             /* no request selects it: it has no arguments to type it by */
  if (!verify_flow(v, s, &events)) return false;
  if (s->function) v->functions[s->index] = (struct function_facts){events, t.cost};
  program->code = s->prepared;
  return true;
}

/* ---- all programs ---- */

/* Marks a program's instructions; each must be marked once in the end. */
static bool claim(struct verifier *v, uint64_t *claimed, enum section section, uint32_t index, uint32_t first, uint32_t count) {
  if (count == 0) return refuse(v, CHECK_CODE_EMPTY, section, index, "no instruction");
  for (uint32_t i = first; i < first + count; i++) {
    if (claimed[i / 64] >> i % 64 & 1) return refuse(v, CHECK_CODE_TILES, section, index, "instruction %lu is another's", (unsigned long)i);
    claimed[i / 64] |= UINT64_C(1) << i % 64;
  }
  return true;
}

static bool verify_tiles(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  uint64_t *claimed = pages_array(&v->temporary, b->CODE.count / 64 + 1, sizeof *claimed);
  uint64_t total = 0;
  if (!claimed) return out_of_memory(v);
#define CLAIM(NAME) \
  for (uint32_t i = 0; i < b->NAME.count; i++) { \
    if (!claim(v, claimed, SECTION_##NAME, i, b->NAME.at[i].code, b->NAME.at[i].code_count)) return false; \
    total += b->NAME.at[i].code_count; \
  }
  CLAIM(FUNCTIONS)
  CLAIM(PROGRAMS)
  CLAIM(WAIVERS)
#undef CLAIM
  if (total != b->CODE.count)
    return refuse(v, CHECK_CODE_TILES, SECTION_CODE, NONE32, "%llu of %lu belong to programs", (unsigned long long)total, (unsigned long)b->CODE.count);
  return true;
}

static struct subject subject_of(const struct verifier *v, enum section section, uint32_t index, uint32_t code, uint32_t count) {
  return (struct subject){.section = section, .index = index, .code = v->bundle->CODE.at + code, .prepared = v->prepared + code, .count = count};
}

static bool verify_functions(struct verifier *v, struct routine *functions) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->FUNCTIONS.count; i++) {
    const struct image_function *f = &b->FUNCTIONS.at[i];
    struct subject s = subject_of(v, SECTION_FUNCTIONS, i, f->code, f->code_count);
    s.function = f;
    if (!verify_program(v, &s, f->cost, &functions[i])) return false;
  }
  return true;
}

static bool verify_programs(struct verifier *v, struct routine *programs) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->PROGRAMS.count; i++) {
    const struct image_program *program = &b->PROGRAMS.at[i];
    struct subject s = subject_of(v, SECTION_PROGRAMS, i, program->code, program->code_count);
    s.program = program;
    s.types = b->INDEXES.at + program->first_type;
    s.types_count = program->constants;
    s.scope = &v->scopes[i];
    for (uint32_t k = 0; k < s.types_count; k++)
      if (s.types[k] != NONE32 && s.types[k] >= b->TYPES.count)
        return refuse(v, CHECK_CODE_CONSTANTS, SECTION_PROGRAMS, i, "constant %lu", (unsigned long)k);
    if (!verify_program(v, &s, program->cost, &programs[i])) return false;
  }
  return true;
}

static bool verify_waivers(struct verifier *v, const struct image_form *form, struct routine *waivers) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = form->first_waiver; i < form->first_waiver + form->waivers; i++) {
    const struct image_waiver *waiver = &b->WAIVERS.at[i];
    struct subject s = subject_of(v, SECTION_WAIVERS, i, waiver->code, waiver->code_count);
    s.program = &b->PROGRAMS.at[form->program];
    s.scope = &v->scopes[form->program];
    if (!verify_program(v, &s, waiver->cost, &waivers[i])) return false;
  }
  return true;
}

/* ---- the constants of rules ---- */
static bool constant_of(const struct verifier *v, uint32_t type, uint32_t at, value *out) {
  const struct rebase_bundle *b = v->bundle;
  *out = int_value(at);
  if (type == NONE32) return at < b->LACKS.count;
  if (type == TYPE_STRING) {
    out->text = bundle_text(b, at);
    return verify_is_text(v, at);
  }
  if (kind_is_scalar(bundle_type(b, type)->kind)) {
    if (at >= b->CONSTS.count || b->CONSTS.at[at].type != type) return false;
    out->i = b->CONSTS.at[at].bits;
    return true;
  }
  if (at >= b->VALUE_INDEX.count || b->VALUE_INDEX.at[at].type != type) return false;
  *out = b->values[at];
  return true;
}

static bool settle_rule(struct verifier *v, enum section section, uint32_t index, uint32_t program_index, uint32_t first, struct bundle_rule *rule) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_program *program = &b->PROGRAMS.at[program_index];
  const uint32_t *types = b->INDEXES.at + program->first_type, *constants = b->RULE_CONSTANTS.at + first;
  if ((uint64_t)first + program->constants > b->RULE_CONSTANTS.count)
    return refuse(v, CHECK_RULE_CONSTANTS, section, index, "%lu of them", (unsigned long)program->constants);
  value *to = program->constants <= RULE_NEAR ? rule->near : pages_array(b->pages, program->constants, sizeof *to);
  if (!to) return out_of_memory(v);
  for (uint32_t k = 0; k < program->constants; k++)
    if (!constant_of(v, types[k], constants[k], &to[k])) return refuse(v, CHECK_RULE_CONSTANTS, section, index, "constant %lu", (unsigned long)k);
  if (program->constants > RULE_NEAR) rule->near[0].record = to;
  rule->program = &b->programs[program_index];
  return true;
}

/* Rules, and behind them residuals: what the lists of a scope name. */
static bool settle_rules(struct verifier *v, struct bundle_rule *rules) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->RULES.count; i++)
    if (!settle_rule(v, SECTION_RULES, i, bundle_form(b, i)->program, b->RULES.at[i].first_constant, &rules[i])) return false;
  for (uint32_t i = 0; i < b->RESIDUALS.count; i++)
    if (!settle_rule(v, SECTION_RESIDUALS, i, b->RESIDUALS.at[i].program, b->RESIDUALS.at[i].first_constant, &rules[b->RULES.count + i])) return false;
  return true;
}

bool verify_code(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  struct routine *functions = pages_array(b->pages, b->FUNCTIONS.count, sizeof *functions);
  struct routine *programs = pages_array(b->pages, b->PROGRAMS.count, sizeof *programs);
  struct bundle_rule *rules = pages_array(b->pages, (size_t)b->RULES.count + b->RESIDUALS.count, sizeof *rules);
  struct routine *waivers = pages_array(b->pages, b->WAIVERS.count, sizeof *waivers);
  v->prepared = pages_array(b->pages, b->CODE.count, sizeof *v->prepared);
  v->earliest = pages_array(&v->temporary, b->CODE.count, sizeof *v->earliest);
  v->targets = pages_array(&v->temporary, b->CODE.count, sizeof *v->targets);
  v->functions = pages_array(&v->temporary, b->FUNCTIONS.count, sizeof *v->functions);
  if (!functions || !programs || !rules || !waivers || !v->prepared || !v->earliest || !v->targets || !v->functions) return out_of_memory(v);
  memcpy(v->prepared, b->CODE.at, b->CODE.count * sizeof *v->prepared);
  b->functions = functions;
  b->programs = v->programs = programs;
  b->rules = rules;
  b->waivers = waivers;
  if (!verify_tiles(v) || !verify_functions(v, functions) || !verify_programs(v, programs)) return false;
  for (uint32_t i = 0; i < b->FORMS.count; i++)
    if (!verify_waivers(v, &b->FORMS.at[i], waivers)) return false;
  return settle_rules(v, rules);
}
