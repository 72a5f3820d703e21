/* route_guess.c: see route_guess.h. Jumps go forward and programs with loops are not looked at, so one pass from top to bottom sees every state
 * before what follows from it. An instruction whose operands are known is run by the machine itself, alone. */
#include "route_guess.h"
#include "opcode_table.h"

static bool is_known(const struct guess_state *s, unsigned r) { return s->known >> r & 1; }

/* Another way to the same place: known is what all ways agree on. */
static void reach(struct guesser *g, uint32_t pc, const struct guess_state *from) {
  struct guess_state *to = &g->states[pc];
  if (!to->reached) { *to = *from; return; }
  to->known &= from->known;
  for (unsigned r = 0; r < GUESS_REGISTERS; r++) if (to->registers[r].bits != from->registers[r].bits) to->known &= ~(UINT32_C(1) << r);
}

static void learn(struct guess_state *s, unsigned r, value v) {
  s->registers[r] = v;
  s->known |= UINT32_C(1) << r;
}

/* A fact that depends on the request is there, but for the requester's own; one of the model may not be. */
static unsigned read_fact(const struct guesser *g, struct guess_state *s, const struct instruction *i) {
  uint32_t fact = i->imm;
  bool task = fact == CTX_TASK && !is_missing(g->facts[CTX_TASK]), fixed = task || (fact >= CTX_AGENT_NAME && fact <= CTX_AGENT_PACKAGE) || fact >= CTX_MODEL_NAME;
  bool there = fact >= CTX_TASK || fact == CTX_NOW || fact == CTX_TODAY || fact == CTX_REQUESTER_ID || fact == CTX_SESSION_AGE || fact == CTX_SESSION_AGENTS;
  s->known &= ~(UINT32_C(1) << i->a);
  if (!fixed) return there ? 0 : GUESS_REMOVES;
  if (fact >= CTX_TASK && is_missing(g->facts[fact])) { s->reached = false; return GUESS_REMOVES; }
  learn(s, i->a, g->facts[fact]);
  return 0;
}

static bool harmless(uint8_t op) {
  switch (op) {
  case OP_MOVE: case OP_FIELD: case OP_OPTFIELD: case OP_INDEX: case OP_LASTOF: case OP_MAPGET: case OP_LENGTH: case OP_TEXTLENGTH: case OP_ROW: case OP_UNDER:
  case OP_PRESENT: case OP_MIN: case OP_MAX: case OP_ABS: case OP_EQ: case OP_EQTEXT: case OP_LT: case OP_LE: case OP_NOT: case OP_IN: case OP_INREGION: case OP_INNET:
  case OP_STARTS: case OP_ENDS: case OP_HOLDS: case OP_MATCHES: return true;
  default: return false;
  }
}

static bool operand_known(const struct guess_state *s, enum operand_role role, unsigned r) {
  enum operand_use use = role_table[role].use;
  return use == USE_NONE || ((use == USE_READ || use == USE_READ_SAME) && is_known(s, r));
}

/* Of constants and registers alone. */
static unsigned compute(struct guesser *g, struct guess_state *s, const struct instruction *i) {
  const struct opcode_info *info = &opcode_table[i->op];
  const struct instruction code[2] = {*i, {.op = OP_PASS}};
  const struct routine alone = {.code = code, .count = 2, .registers = GUESS_REGISTERS, .frame = GUESS_REGISTERS, .fixed = info->cost + opcode_table[OP_PASS].cost};
  if (!operand_known(s, info->b, i->b) || !operand_known(s, info->c, i->c)) {
    s->known &= ~(UINT32_C(1) << i->a);
    return harmless(i->op) ? 0 : GUESS_REMOVES;
  }
  memcpy(g->vm->registers, s->registers, sizeof s->registers);
  if (vm_run(g->vm, &alone) == VM_PASS) { learn(s, i->a, g->vm->registers[i->a]); return 0; }
  s->reached = false;
  return GUESS_REMOVES;
}

static void branch(struct guesser *g, struct guess_state *s, const struct instruction *i) {
  bool missing = i->op == OP_IFMISSING, jumps = missing ? is_missing(s->registers[i->a]) : (s->registers[i->a].i != 0) == (i->op == OP_IF);
  if (!is_known(s, i->a) || jumps) reach(g, i->imm, s);
  if (is_known(s, i->a) && jumps) s->reached = false;
}

/* What can end here; what goes on stands in the state, unless it is not reached any more. */
static unsigned step(struct guesser *g, struct guess_state *s, const struct instruction *i) {
  switch (i->op) {
  case OP_PASS: case OP_OBLIGE: s->reached = false; return GUESS_LEAVES;
  case OP_ALLOW: case OP_ASK: case OP_DENY: case OP_LACKS: s->reached = false; return GUESS_REMOVES;
  case OP_JUMP: reach(g, i->imm, s); s->reached = false; return 0;
  case OP_IF: case OP_IFNOT: case OP_IFMISSING: branch(g, s, i); return 0;
  case OP_CONTEXT: return read_fact(g, s, i);
  case OP_RULECONST: learn(s, i->a, g->constants[i->imm]); return 0;
  case OP_LABELLED: case OP_PROVED: case OP_COUNTED: case OP_SEEN: case OP_SEENWITHIN: case OP_SEENONLY: case OP_BOUND: case OP_SAID: case OP_VOUCHED:
    s->known &= ~(UINT32_C(1) << i->a);
    return 0;
  case OP_ARG: case OP_REQUESTER: case OP_SEENALL: case OP_URLS: case OP_CALL:
    s->known &= ~(UINT32_C(1) << i->a);
    return GUESS_REMOVES;
  case OP_LOOP: case OP_NEXT: case OP_RETURN: s->reached = false; return GUESS_EITHER;
  default: return compute(g, s, i);
  }
}

unsigned guess_rule(struct guesser *g, uint32_t rule) {
  const struct rebase_bundle *b = g->vm->bundle;
  const struct routine *program = b->rules[rule].program;
  const struct instruction *written = b->CODE.at + b->PROGRAMS.at[program - b->programs].code;
  unsigned found = 0;
  if (!program->code || !program->fixed || program->registers > GUESS_REGISTERS || program->count > GUESS_CODE) return GUESS_EITHER;
  for (uint32_t pc = 0; pc <= program->count; pc++) g->states[pc].reached = false;
  g->states[0] = (struct guess_state){.reached = true};
  g->constants = rule_constants(&b->rules[rule]);
  for (uint32_t pc = 0; pc < program->count && found != GUESS_EITHER; pc++) {
    if (!g->states[pc].reached) continue;
    struct instruction i = program->code[pc];
    struct guess_state s = g->states[pc];
    i.op = written[pc].op;                          /* before instructions became one */
    found |= step(g, &s, &i);
    if (s.reached) reach(g, pc + 1, &s);
  }
  return found;
}
