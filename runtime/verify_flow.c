/* verify_flow.c: registers. Follows a program once from top to bottom with the types that registers have; where ways meet,
 * only what holds on all of them is kept (regtype_meet). A loop's body is first followed on the assumption that it changes
 * no type; where its end shows otherwise the assumption is lowered and the body followed again, in bounded effort.
 * What cannot be reached is not looked at. Along the way the code is prepared for the VM (vm.h). */
#include "opcode_table.h"
#include "packed.h"
#include "verify.h"
#include "vm.h"

enum { OPEN_MOST = 512, EFFORT_EACH = 256, EFFORT_BASE = 4096 };

struct loop_state { uint32_t at, exit; regtype head[IMAGE_MAX_REGISTERS]; };
struct flow {
  struct verifier *v;
  const struct subject *s;
  uint32_t pc;
  bool live;
  unsigned events;                  /* in which all facts that are read exist */
  unsigned depth;
  uint32_t open, free_slots[OPEN_MOST];             /* slots of pending are numbered from 0; the rest is free */
  regtype now[IMAGE_MAX_REGISTERS];
  struct loop_state loops[IMAGE_MAX_LOOP_DEPTH];
  regtype pending[OPEN_MOST][IMAGE_MAX_REGISTERS];  /* what is known at jump targets further down */
};

static bool refuse_here(const struct flow *f, enum check check, const char *what) {
  return refuse_code(f->v, check, f->s->section, f->s->index, f->pc, "%s: %s", opcode_table[f->s->code[f->pc].op].name, what);
}

static bool refuse_register(const struct flow *f, enum check check, unsigned reg) {
  return refuse_code(f->v, check, f->s->section, f->s->index, f->pc, "%s, register %u", opcode_table[f->s->code[f->pc].op].name, reg);
}

static const struct image_type *type_of(const struct flow *f, regtype r) { return bundle_type(f->v->bundle, regtype_type(r)); }
static regtype present(regtype r) { return r & ~(regtype)1; }

/* ---- where ways meet ---- */
static void meet_into(const struct flow *f, regtype *into, const regtype *from) {
  for (unsigned r = 0; r < f->s->registers; r++) into[r] = regtype_meet(f->v->bundle, into[r], from[r]);
}

static bool lead_to(struct flow *f, uint32_t target, const regtype *state) {
  uint32_t *slot = &f->v->targets[target];
  if (*slot != NONE32) {
    meet_into(f, f->pending[*slot], state);
    return true;
  }
  if (f->open == OPEN_MOST) return refuse_here(f, CHECK_FLOW_OPEN, "one more");
  *slot = f->free_slots[f->open++];
  memcpy(f->pending[*slot], state, f->s->registers * sizeof *state);
  return true;
}

static void arrive(struct flow *f) {
  uint32_t *slot = &f->v->targets[f->pc];
  if (*slot == NONE32) return;
  if (f->live) meet_into(f, f->now, f->pending[*slot]);
  else memcpy(f->now, f->pending[*slot], f->s->registers * sizeof *f->now);
  f->live = true;
  f->free_slots[--f->open] = *slot;
  *slot = NONE32;
}

/* ---- reading and writing registers ---- */
static bool write_register(struct flow *f, unsigned reg, regtype type) {
  for (unsigned d = 0; d < f->depth; d++) {
    const struct instruction *loop = &f->s->code[f->loops[d].at];
    if (reg == loop->b || reg == loop->c) return refuse_register(f, CHECK_FLOW_LOCKED, reg);
  }
  f->now[reg] = type;
  return true;
}

static bool read_register(struct flow *f, enum operand_role role, unsigned reg, regtype first) {
  const struct role_info *info = &role_table[role];
  if (info->use != USE_READ && info->use != USE_READ_SAME) return true;
  regtype r = f->now[reg];
  if (!r) return refuse_register(f, CHECK_FLOW_DEFINED, reg);
  if (!(info->kinds >> type_of(f, r)->kind & 1)) return refuse_register(f, CHECK_FLOW_KIND, reg);
  if (regtype_optional(r) && !info->optional) return refuse_register(f, CHECK_FLOW_PRESENT, reg);
  if (info->use == USE_READ) return true;
  uint32_t left = regtype_type(first), right = regtype_type(r);
  bool same = role == ROLE_O_SAME ? type_comparable(f->v->bundle, left, right)
                                  : f->v->bundle->type_class[left] == f->v->bundle->type_class[right];
  return same || refuse_register(f, CHECK_FLOW_SAME, reg);
}

/* What the role tables cannot say of the operands. */
static bool check_pair(struct flow *f, const struct instruction *i) {
  const struct rebase_bundle *b = f->v->bundle;
  regtype left = f->now[i->b], right = f->now[i->c];
  switch (i->op) {
    case OP_EQTEXT:
      return type_of(f, left)->kind == type_of(f, right)->kind || refuse_register(f, CHECK_FLOW_SAME, i->c);
    case OP_MAPGET: return type_of(f, right)->kind == TYPE_STRING || refuse_register(f, CHECK_FLOW_KIND, i->c);
    case OP_IN: {
      bool is_map = type_of(f, right)->kind == TYPE_MAP;
      uint32_t element = is_map ? (uint32_t)TYPE_STRING : element_type(b, regtype_type(right));
      return type_comparable(b, regtype_type(left), element) || refuse_register(f, CHECK_FLOW_SAME, i->b);
    }
    default: return true;
  }
}

/* ---- windows: keys and parameters in consecutive registers ---- */
struct window { uint32_t count; uint32_t type[IMAGE_MAX_REGISTERS]; bool optional[IMAGE_MAX_REGISTERS]; bool exact; };

static void key_window(const struct rebase_bundle *b, uint32_t record, uint32_t keys, const uint32_t *key_field, struct window *w) {
  w->count = keys;
  for (uint32_t k = 0; k < keys; k++) {
    w->type[k] = b->FIELDS.at[bundle_type(b, record)->a + key_field[k]].type;
    w->optional[k] = true;
  }
}

static bool make_window(struct flow *f, const struct instruction *i, struct window *w) {
  const struct rebase_bundle *b = f->v->bundle;
  w->exact = i->op == OP_CALL;
  if (i->op == OP_ROW) {
    const struct image_table *table = &b->TABLES.at[i->imm];
    if (!table->keys) return refuse_here(f, CHECK_FLOW_WINDOW, "a table without keys");
    key_window(b, table->row_type, table->keys, table->key_field, w);
  } else if (i->op == OP_CALL) {
    const struct image_function *function = &b->FUNCTIONS.at[i->imm];
    w->count = function->params;
    for (uint32_t p = 0; p < w->count; p++) {
      w->type[p] = b->INDEXES.at[function->first_param + p] >> 1;
      w->optional[p] = b->INDEXES.at[function->first_param + p] & 1;
    }
  } else {
    const struct image_entity *entity = &b->ENTITIES.at[i->imm];
    key_window(b, entity->type, entity->keys, entity->key_field, w);
  }
  return true;
}

static bool read_window(struct flow *f, const struct instruction *i) {
  const struct rebase_bundle *b = f->v->bundle;
  struct window w = {0};
  if (!make_window(f, i, &w)) return false;
  if (i->b + w.count > IMAGE_MAX_REGISTERS || (w.count == 0 && i->b)) return refuse_here(f, CHECK_FLOW_WINDOW, "out of place");
  for (uint32_t k = 0; k < w.count; k++) {
    unsigned reg = i->b + k;
    regtype r = f->now[reg];
    if (!r) return refuse_register(f, CHECK_FLOW_DEFINED, reg);
    bool fits = w.exact ? type_assignable(b, regtype_type(r), w.type[k]) : type_comparable(b, regtype_type(r), w.type[k]);
    if (!fits) return refuse_register(f, CHECK_FLOW_WINDOW_TYPE, reg);
    if (regtype_optional(r) && !w.optional[k]) return refuse_register(f, CHECK_FLOW_PRESENT, reg);
  }
  return true;
}

/* ---- results ---- */
static bool field_of(struct flow *f, uint32_t record, uint32_t field, enum check check, regtype *result) {
  const struct rebase_bundle *b = f->v->bundle;
  if (record == NONE32 || field >= bundle_type(b, record)->b) return refuse_here(f, check, "no such field");
  const struct image_field *found = &b->FIELDS.at[bundle_type(b, record)->a + field];
  *result = regtype_of(found->type, found->flags & FIELD_OPTIONAL);
  return true;
}

static bool argument(struct flow *f, uint32_t slot, regtype *result) {
  const struct rule_scope *scope = f->s->scope;
  if (!scope || !scope->args || slot >= f->v->bundle->CONNECTORS.at[scope->connector].slots || !scope->args[slot])
    return refuse_here(f, CHECK_FLOW_ARG, "not in all of them, or of several types");
  *result = scope->args[slot];
  return true;
}

/* Rules of a program have one event; a function is good for those that remain. */
static bool restrict_events(struct flow *f, unsigned events) {
  f->events &= events;
  if (f->s->program && !(f->events >> f->s->program->event & 1)) return refuse_here(f, CHECK_FLOW_EVENT, "not in this event");
  return true;
}

static bool list_of(struct flow *f, uint32_t element, regtype *result) {
  uint32_t list = f->v->list_of[f->v->bundle->type_class[element]];
  if (list == NONE32) return refuse_here(f, CHECK_FLOW_LIST_TYPE, "it is not");
  *result = regtype_of(list, false);
  return true;
}

/* A row is sure to be there in a total table, under keys that are present and of the very types. */
static regtype row_of(const struct flow *f, const struct instruction *i) {
  const struct rebase_bundle *b = f->v->bundle;
  const struct image_table *table = &b->TABLES.at[i->imm];
  bool sure = table->total;
  for (uint32_t k = 0; k < table->keys; k++) {
    regtype r = f->now[i->b + k];
    uint32_t key = b->FIELDS.at[bundle_type(b, table->row_type)->a + table->key_field[k]].type;
    sure = sure && !regtype_optional(r) && b->type_class[regtype_type(r)] == b->type_class[key];
  }
  return regtype_of(table->row_type, !sure);
}

static bool structure_result(struct flow *f, const struct instruction *i, regtype *result) {
  const struct rebase_bundle *b = f->v->bundle;
  uint32_t base = f->now[i->b] ? regtype_type(f->now[i->b]) : 0;
  switch (i->op) {
    case OP_FIELD: return field_of(f, base, i->imm, CHECK_FLOW_FIELD, result);
    case OP_OPTFIELD:
      if (!field_of(f, base, i->imm, CHECK_FLOW_FIELD, result)) return false;
      *result |= regtype_optional(f->now[i->b]);
      return true;
    case OP_INDEX: case OP_LASTOF: case OP_MAPGET: *result = regtype_of(element_type(b, base), true); return true;
    case OP_ROW: *result = row_of(f, i); return true;
    case OP_ROWS: *result = regtype_of(b->VALUE_INDEX.at[b->TABLES.at[i->imm].value].type, false); return true;
    case OP_URLS: *result = regtype_of(TYPE_STRINGS, false); return true;
    default: return refuse_here(f, CHECK_FLOW_KIND, "no rule for its result");
  }
}

static bool typed_result(struct flow *f, const struct instruction *i, regtype *result) {
  const struct rebase_bundle *b = f->v->bundle;
  const struct image_entity *entity = opcode_table[i->op].imm == I_ENTITY ? &b->ENTITIES.at[i->imm] : NULL;
  switch (i->op) {
    case OP_CONST: *result = regtype_of(b->CONSTS.at[i->imm].type, false); return true;
    case OP_VALUE: *result = regtype_of(b->VALUE_INDEX.at[i->imm].type, false); return true;
    case OP_RULECONST: *result = regtype_of(f->s->types[i->imm], false); return true;
    case OP_NOTHING: *result = regtype_of(i->imm, true); return true;
    case OP_ARG: return argument(f, i->imm, result);
    case OP_REQUESTER: return field_of(f, b->info->requester_type, i->imm, CHECK_FLOW_REQUESTER, result);
    case OP_CONTEXT:
      *result = regtype_of(context_table[i->imm].type, context_table[i->imm].optional);
      return restrict_events(f, context_table[i->imm].events);
    case OP_SEEN: case OP_SEENWITHIN: case OP_SEENONLY: *result = regtype_of(entity->type, true); return true;
    case OP_SEENALL: return list_of(f, entity->type, result);
    case OP_BOUND:
      *result = regtype_of(b->FIELDS.at[bundle_type(b, entity->type)->a + entity->key_field[0]].type, true);
      return true;
    case OP_CALL:
      *result = regtype_of(b->FUNCTIONS.at[i->imm].result, b->FUNCTIONS.at[i->imm].optional);
      return restrict_events(f, f->v->functions[i->imm].events);
    default: return structure_result(f, i, result);
  }
}

static bool compute_result(struct flow *f, const struct instruction *i, regtype *result) {
  enum operand_role role = opcode_table[i->op].a;
  if (role == ROLE_D_TYPED) return typed_result(f, i, result);
  if (role == ROLE_D_SAME) {
    *result = i->op == OP_MOVE ? f->now[i->b] : present(f->now[i->b]);
    return true;
  }
  uint32_t kind = 0;                /* D_BOOL and so on: the fixed type of that kind */
  while (!(role_table[role].kinds >> kind & 1)) kind++;
  *result = regtype_of(kind, false);
  return true;
}

/* ---- preparing the code ---- */
static void prepare(const struct flow *f, const struct instruction *i) {
  struct instruction *out = &f->s->prepared[f->pc];
  if (i->op == OP_SAID || i->op == OP_VOUCHED) out->imm = regtype_type(f->now[i->b]);
  if (i->op == OP_IN) {
    bool is_map = type_of(f, f->now[i->c])->kind == TYPE_MAP;
    out->imm = is_map ? VM_COMPARE_MAP : kind_is_text(type_of(f, f->now[i->b])->kind) ? VM_COMPARE_TEXT : VM_COMPARE_BITS;
  }
  if (i->op == OP_LOOP) {
    bool is_map = type_of(f, f->now[i->b])->kind == TYPE_MAP;
    out->op = is_map ? (uint8_t)OP_LOOPMAP : (uint8_t)OP_LOOP;
    f->s->prepared[i->imm - 1].op = is_map ? (uint8_t)OP_NEXTMAP : (uint8_t)OP_NEXT;
  }
}

/* ---- control ---- */
static bool enter_loop(struct flow *f, const struct instruction *i) {
  regtype element = regtype_of(element_type(f->v->bundle, regtype_type(f->now[i->b])), false);
  if (!write_register(f, i->a, 0) || !write_register(f, i->c, regtype_of(TYPE_INT, false))) return false;
  if (!lead_to(f, i->imm, f->now)) return false;                /* no element at all */
  f->now[i->a] = element;
  struct loop_state *loop = &f->loops[f->depth++];
  loop->at = f->pc;
  loop->exit = i->imm;
  memcpy(loop->head, f->now, f->s->registers * sizeof *f->now);
  return true;
}

/* True when the body holds with what its end leaves behind; else the head knows less, and the body is followed again. */
static bool loop_settled(struct flow *f, struct loop_state *loop) {
  const struct instruction *i = &f->s->code[loop->at];
  bool settled = true;
  for (unsigned r = 0; r < f->s->registers; r++) {
    if (r == i->a) continue;        /* NEXT writes it */
    regtype met = regtype_meet(f->v->bundle, loop->head[r], f->now[r]);
    settled = settled && met == loop->head[r];
    loop->head[r] = met;
  }
  return settled;
}

static bool leave_loop(struct flow *f) {
  struct loop_state *loop = &f->loops[f->depth - 1];
  if (!loop_settled(f, loop)) {
    memcpy(f->now, loop->head, f->s->registers * sizeof *f->now);
    f->pc = loop->at;               /* the step after this one is the first of the body */
    return true;
  }
  f->depth--;
  memcpy(f->now, loop->head, f->s->registers * sizeof *f->now);
  f->now[f->s->code[loop->at].a] = 0;
  f->live = false;
  return lead_to(f, loop->exit, f->now);
}

static bool check_return(struct flow *f, const struct instruction *i) {
  const struct image_function *function = f->s->function;
  regtype r = f->now[i->a];
  if (!type_assignable(f->v->bundle, regtype_type(r), function->result) || (regtype_optional(r) && !function->optional))
    return refuse_register(f, CHECK_FLOW_RETURN, i->a);
  return true;
}

static bool step(struct flow *f) {
  const struct instruction *i = &f->s->code[f->pc];
  const struct opcode_info *info = &opcode_table[i->op];
  regtype result;
  if (!read_register(f, info->a, i->a, 0) || !read_register(f, info->b, i->b, 0) ||
      !read_register(f, info->c, i->c, f->now[i->b]) || !check_pair(f, i))
    return false;
  if (role_table[info->b].use == USE_WINDOW && !read_window(f, i)) return false;
  prepare(f, i);
  switch (i->op) {
    case OP_JUMP: f->live = false; return lead_to(f, i->imm, f->now);
    case OP_IF: case OP_IFNOT: case OP_IFMISSING: return lead_to(f, i->imm, f->now);
    case OP_LOOP: return enter_loop(f, i);
    case OP_NEXT: return leave_loop(f);
    case OP_RETURN: f->live = false; return check_return(f, i);
    case OP_PASS: case OP_ALLOW: case OP_ASK: case OP_DENY: case OP_OBLIGE: case OP_LACKS: f->live = false; return true;
    default: return compute_result(f, i, &result) && write_register(f, i->a, result);
  }
}

/* ---- one program ---- */
static bool start(struct verifier *v, const struct subject *s) {
  if (!v->flow) v->flow = pages_take(&v->temporary, sizeof *v->flow);
  struct flow *f = v->flow;
  if (!f) return out_of_memory(v);
  f->v = v;
  f->s = s;
  f->pc = f->depth = f->open = 0;
  f->events = EV_ANY;
  f->live = true;
  for (uint32_t slot = 0; slot < OPEN_MOST; slot++) f->free_slots[slot] = slot;
  memset(v->targets, 0xff, s->count * sizeof *v->targets);
  memset(f->now, 0, sizeof f->now);
  for (uint32_t p = 0; s->function && p < s->function->params; p++) {
    uint32_t param = v->bundle->INDEXES.at[s->function->first_param + p];
    f->now[p] = regtype_of(param >> 1, param & 1);
  }
  return true;
}

bool verify_flow(struct verifier *v, const struct subject *s, unsigned *events) {
  uint64_t effort = (uint64_t)s->count * EFFORT_EACH + EFFORT_BASE;
  if (!start(v, s)) return false;
  struct flow *f = v->flow;
  for (; f->pc < s->count; f->pc++) {
    const struct instruction *i = &s->code[f->pc];
    if (effort-- == 0) return refuse_here(f, CHECK_FLOW_EFFORT, "too tangled");
    arrive(f);
    if (f->live) {
      if (!step(f)) return false;
    } else if (i->op == OP_LOOP) {
      f->pc = i->imm - 1;           /* nothing enters a loop that is not reached */
    } else if (i->op == OP_NEXT) {
      f->depth--;
    }
  }
  *events = f->events;
  return true;
}
