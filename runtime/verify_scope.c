/* verify_scope.c: which rules can match where, and what their programs can rely on: an argument has its slot's type only if all
 * operations for which a rule of the program is in scope agree on it. */
#include "packed.h"
#include "verify.h"

#define MIXED (NONE32 - 1)          /* connector of a program with operations of several */
#define EFFORT_MOST (UINT64_C(1) << 28)

/* A residual gives no verdict that its rule could not. That it means the same where it stands is the compiler's word, as the rule's own program is. */
static bool verify_residuals(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  for (uint32_t i = 0; i < b->RESIDUALS.count; i++) {
    const struct image_residual *residual = &b->RESIDUALS.at[i];
    const struct image_program *own = bundle_program(b, residual->rule), *program = &b->PROGRAMS.at[residual->program];
    if (i && residual->rule < b->RESIDUALS.at[i - 1].rule)
      return refuse(v, CHECK_RESIDUAL_ORDER, SECTION_RESIDUALS, i, "rule %lu", (unsigned long)residual->rule);
    if (program->effect != own->effect || program->event != own->event || program->guard != own->guard || program->models != own->models)
      return refuse(v, CHECK_RESIDUAL_EFFECT, SECTION_RESIDUALS, i, "program %lu", (unsigned long)residual->program);
  }
  return true;
}

/* Numbered so, there are as many classes as the highest number says. */
static bool verify_classes(struct verifier *v, enum section section, const uint32_t *classes, uint32_t count, uint32_t wanted, uint32_t *number) {
  if (count != wanted) return refuse(v, CHECK_CLASS_COUNT, section, NONE32, "%lu of %lu", (unsigned long)count, (unsigned long)wanted);
  *number = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (classes[i] > *number) return refuse(v, CHECK_CLASS_ORDER, section, i, "class %lu", (unsigned long)classes[i]);
    *number += classes[i] == *number;
  }
  return true;
}

static bool verify_lists(struct verifier *v, uint64_t *starts) {
  const struct rebase_bundle *b = v->bundle;
  const uint32_t *lists = b->LISTS.at;
  for (uint32_t at = 0; at < b->LISTS.count;) {
    uint32_t length = lists[at];
    if (length >= b->LISTS.count - at)
      return refuse(v, CHECK_LIST_TILES, SECTION_LISTS, at, "length %lu", (unsigned long)length);
    for (uint32_t i = at + 1; i <= at + length; i++)
      if (lists[i] >= (uint64_t)b->RULES.count + b->RESIDUALS.count || (i > at + 1 && bundle_rule_of(b, lists[i]) <= bundle_rule_of(b, lists[i - 1])))
        return refuse(v, CHECK_LIST_ORDER, SECTION_LISTS, i, "entry %lu", (unsigned long)lists[i]);
    starts[at / 64] |= UINT64_C(1) << at % 64;
    at += length + 1;
  }
  return true;
}

/* Heights from the roots down: lists are of height 0's nodes. */
static bool verify_children(struct verifier *v, uint32_t node, uint8_t *height) {
  const struct rebase_bundle *b = v->bundle;
  const uint32_t *child = b->SCOPE.at + (size_t)node * SCOPE_FAN;
  for (uint32_t i = 0; i < SCOPE_FAN; i++) {
    if (child[i] >= node) return refuse(v, CHECK_SCOPE_CHILD, SECTION_SCOPE, node * SCOPE_FAN + i, "node %lu", (unsigned long)child[i]);
    if (height[child[i]] && height[child[i]] != height[node] - 1)
      return refuse(v, CHECK_SCOPE_NODE, SECTION_SCOPE, node * SCOPE_FAN + i, "node %lu", (unsigned long)child[i]);
    height[child[i]] = (uint8_t)(height[node] - 1);
  }
  return true;
}

/* height: by node, one more than that; 0: not reached. */
static bool verify_nodes(struct verifier *v, uint32_t nodes, uint8_t *height) {
  struct rebase_bundle *b = v->bundle;
  const uint8_t highest = (uint8_t)(b->scope_shift / SCOPE_BITS + 1);
  b->scope_roots = nodes - b->agent_classes;
  b->scope_leaves = nodes;
  memset(height + b->scope_roots, highest, b->agent_classes);
  for (uint32_t node = nodes; node-- > 0;) {
    if (!height[node] || (node + 1 < nodes && height[node] > height[node + 1]))
      return refuse(v, CHECK_SCOPE_NODE, SECTION_SCOPE, node * SCOPE_FAN, "node %lu", (unsigned long)node);
    if (height[node] == 1) continue;
    b->scope_leaves = node;
    if (!verify_children(v, node, height)) return false;
  }
  return true;
}

static bool verify_entries(struct verifier *v, const uint64_t *starts) {
  struct rebase_bundle *b = v->bundle;
  if (!verify_classes(v, SECTION_AGENT_CLASS, b->AGENT_CLASS.at, b->AGENT_CLASS.count, b->AGENTS.count, &b->agent_classes) ||
      !verify_classes(v, SECTION_HEAD_CLASS, b->HEAD_CLASS.at, b->HEAD_CLASS.count, b->scope_width, &b->head_classes))
    return false;
  const uint32_t nodes = b->SCOPE.count / SCOPE_FAN;
  if (b->SCOPE.count % SCOPE_FAN || nodes < b->agent_classes || (nodes && !b->agent_classes))
    return refuse(v, CHECK_SCOPE_SIZE, SECTION_SCOPE, NONE32, "%lu entries, %lu classes of agents", (unsigned long)b->SCOPE.count, (unsigned long)b->agent_classes);
  b->scope_shift = scope_shift(b->head_classes);
  uint8_t *height = pages_array(&v->temporary, nodes, sizeof *height);
  if (!height) return out_of_memory(v);
  if (!verify_nodes(v, nodes, height)) return false;
  for (uint32_t i = 0; i < b->scope_leaves * SCOPE_FAN; i++) {
    uint32_t list = b->SCOPE.at[i];
    if (list != NONE32 && (list >= b->LISTS.count || !(starts[list / 64] >> list % 64 & 1)))
      return refuse(v, CHECK_SCOPE_LIST, SECTION_SCOPE, i, "%lu", (unsigned long)list);
  }
  return true;
}

static enum event event_of(const struct rebase_bundle *b, uint32_t head) {
  if (head < b->OPERATIONS.count) return EVENT_CALL;
  if (head < b->OPERATIONS.count + RELEASE_COUNT) return EVENT_RELEASE;
  return head + 1 < b->scope_width ? EVENT_DELEGATE : EVENT_INFER;
}

/* ---- each program once for each head in whose scope a rule of it is ---- */
struct walk;
typedef bool visit(struct walk *walk, uint32_t head, uint32_t program);
struct walk {
  struct verifier *v;
  visit *visit;
  uint32_t heads;                               /* those below are looked at */
  uint32_t *first_head, *next_head;             /* by class, by head; NONE32 at the end */
  uint32_t *list_stamp, *program_stamp, *node_stamp;        /* the last round in which it was met */
  uint32_t round;
  uint64_t effort;
  regtype *own;                                 /* arguments of the operation at hand, by slot */
};

static bool spend(struct walk *w, uint64_t effort) {
  w->effort += effort;
  return w->effort <= EFFORT_MOST || refuse(w->v, CHECK_SCOPE_EFFORT, SECTION_SCOPE, NONE32, "more than %lu steps", (unsigned long)EFFORT_MOST);
}

static bool visit_once(struct walk *w, uint32_t head, uint32_t program) {
  if (w->program_stamp[program] == w->round) return true;
  w->program_stamp[program] = w->round;
  return w->visit(w, head, program);
}

/* A rule's own program is met wherever a residual stands for it: waivers, obligations and limits go by it. */
static bool walk_list(struct walk *w, uint32_t head, uint32_t list) {
  const struct rebase_bundle *b = w->v->bundle;
  const uint32_t count = b->LISTS.at[list];
  if (!spend(w, count)) return false;
  for (uint32_t i = 1; i <= count; i++) {
    uint32_t entry = b->LISTS.at[list + i], own = bundle_form(b, bundle_rule_of(b, entry))->program;
    if (!visit_once(w, head, bundle_program_of(b, entry)) || !visit_once(w, head, own)) return false;
  }
  return true;
}

static void own_arguments(const struct rebase_bundle *b, uint32_t operation_index, regtype *own) {
  const struct image_operation *operation = &b->OPERATIONS.at[operation_index];
  memset(own, 0, b->CONNECTORS.at[operation->connector].slots * sizeof *own);
  for (uint32_t i = operation->first_param; i < operation->first_param + operation->params; i++) {
    const struct image_param *param = &b->PARAMS.at[i];
    own[param->slot] = regtype_of(param->type, param->flags & PARAM_OPTIONAL);
  }
}

/* The lists of a head, once each, in all the nodes that lead to its class. */
static bool walk_head(struct walk *w, uint32_t head, const uint32_t *nodes, uint32_t count) {
  const struct rebase_bundle *b = w->v->bundle;
  w->round++;
  if (!spend(w, count)) return false;
  if (head < b->OPERATIONS.count) own_arguments(b, head, w->own);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t list = b->SCOPE.at[(size_t)nodes[i] * SCOPE_FAN + b->HEAD_CLASS.at[head] % SCOPE_FAN];
    if (list == NONE32 || w->list_stamp[list] == w->round) continue;
    w->list_stamp[list] = w->round;
    if (!walk_list(w, head, list)) return false;
  }
  return true;
}

static bool walk_class(struct walk *w, uint32_t class_of, const uint32_t *nodes, uint32_t count) {
  for (uint32_t head = w->first_head[class_of]; head < w->heads; head = w->next_head[head])
    if (!walk_head(w, head, nodes, count)) return false;
  return true;
}

/* nodes: all that lead to classes of heads from `first` on, in whatever tree; behind them is room for as many again at each height. Trees have most
 * of their nodes in common, and each is looked at once for a class, not once for each class of agents. */
static bool walk_nodes(struct walk *w, uint32_t *nodes, uint32_t count, uint32_t first, unsigned shift) {
  const struct rebase_bundle *b = w->v->bundle;
  uint32_t *below = nodes + b->agent_classes;
  if (!count) return true;
  for (uint32_t i = 0; i < SCOPE_FAN && first < b->head_classes; i++, first += 1u << shift) {
    uint32_t found = 0;
    if (!shift) {
      if (!walk_class(w, first, nodes, count)) return false;
      continue;
    }
    w->round++;
    if (!spend(w, count)) return false;
    for (uint32_t k = 0; k < count; k++) {
      const uint32_t child = b->SCOPE.at[(size_t)nodes[k] * SCOPE_FAN + i];
      if (w->node_stamp[child] == w->round) continue;
      w->node_stamp[child] = w->round;
      below[found++] = child;
    }
    if (!walk_nodes(w, below, found, first, shift - SCOPE_BITS)) return false;
  }
  return true;
}

static bool find_connector(struct walk *w, uint32_t head, uint32_t program) {
  struct verifier *v = w->v;
  const struct rebase_bundle *b = v->bundle;
  struct rule_scope *scope = &v->scopes[program];
  if (b->PROGRAMS.at[program].event != event_of(b, head))
    return refuse(v, CHECK_SCOPE_EVENT, SECTION_PROGRAMS, program, "head %lu", (unsigned long)head);
  if (head < b->OPERATIONS.count) {
    uint32_t connector = b->OPERATIONS.at[head].connector;
    scope->connector = !scope->reachable || scope->connector == connector ? connector : MIXED;
  }
  scope->reachable = true;
  return true;
}

/* args holds what all operations so far agree on. */
static bool add_operation(struct walk *w, uint32_t head, uint32_t program) {
  struct verifier *v = w->v;
  const struct rebase_bundle *b = v->bundle;
  struct rule_scope *scope = &v->scopes[program];
  if (scope->connector == NONE32) return true;
  uint32_t slots = b->CONNECTORS.at[scope->connector].slots;
  if (!spend(w, slots)) return false;
  if (!scope->args) {
    scope->args = pages_array(&v->temporary, slots, sizeof *scope->args);
    if (!scope->args) return out_of_memory(v);
    for (uint32_t slot = 0; slot < slots; slot++) scope->args[slot] = w->own[slot];
  }
  for (uint32_t slot = 0; slot < slots; slot++) scope->args[slot] = regtype_meet(b, scope->args[slot], w->own[slot]);
  (void)head;
  return true;
}

/* Nodes have room for more classes of heads than there are. What stood there only would be no program that was verified. */
static bool verify_places(const struct walk *w) {
  const struct rebase_bundle *b = w->v->bundle;
  for (uint32_t i = 0; i < b->scope_leaves * SCOPE_FAN; i++)
    if (b->SCOPE.at[i] != NONE32 && !w->list_stamp[b->SCOPE.at[i]])
      return refuse(w->v, CHECK_SCOPE_PLACE, SECTION_SCOPE, i, "list %lu", (unsigned long)b->SCOPE.at[i]);
  return true;
}

static void chain_heads(struct walk *w) {
  const struct rebase_bundle *b = w->v->bundle;
  memset(w->first_head, 0xff, b->head_classes * sizeof *w->first_head);
  for (uint32_t head = b->scope_width; head-- > 0;) {
    w->next_head[head] = w->first_head[b->HEAD_CLASS.at[head]];
    w->first_head[b->HEAD_CLASS.at[head]] = head;
  }
}

static bool walk_scopes(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  const uint32_t classes = b->agent_classes;
  struct walk w = {.v = v, .visit = find_connector, .heads = b->scope_width};
  uint32_t *nodes = pages_array(&v->temporary, (b->scope_shift / SCOPE_BITS + 1) * (size_t)classes, sizeof *nodes);
  w.first_head = pages_array(&v->temporary, b->head_classes, sizeof *w.first_head);
  w.next_head = pages_array(&v->temporary, b->scope_width, sizeof *w.next_head);
  w.list_stamp = pages_array(&v->temporary, b->LISTS.count, sizeof *w.list_stamp);
  w.program_stamp = pages_array(&v->temporary, b->PROGRAMS.count, sizeof *w.program_stamp);
  w.node_stamp = pages_array(&v->temporary, b->SCOPE.count / SCOPE_FAN, sizeof *w.node_stamp);
  w.own = pages_array(&v->temporary, b->max_slots, sizeof *w.own);
  if (!nodes || !w.first_head || !w.next_head || !w.list_stamp || !w.program_stamp || !w.node_stamp || !w.own) return out_of_memory(v);
  chain_heads(&w);
  for (uint32_t i = 0; i < classes; i++) nodes[i] = b->scope_roots + i;
  if (!walk_nodes(&w, nodes, classes, 0, b->scope_shift) || !verify_places(&w)) return false;
  for (uint32_t program = 0; program < b->PROGRAMS.count; program++)
    if (v->scopes[program].connector == MIXED) v->scopes[program].connector = NONE32;
  w.visit = add_operation;
  w.heads = b->OPERATIONS.count;
  return walk_nodes(&w, nodes, classes, 0, b->scope_shift);
}

/* ---- redactions ---- */
static bool verify_obligations(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_form *form = &b->FORMS.at[index];
  const struct rule_scope *scope = &v->scopes[form->program];
  const enum event event = (enum event)b->PROGRAMS.at[form->program].event;
  for (uint32_t i = form->first_obligation; i < form->first_obligation + form->obligations; i++) {
    uint32_t slot = b->OBLIGATIONS.at[i].slot;
    bool redacts = strcmp(bundle_string(b, b->OBLIGATIONS.at[i].kind), "redact") == 0, fits = slot == NONE32;
    if (redacts && event == EVENT_CALL && scope->reachable) {
      regtype arg = scope->args && slot < b->CONNECTORS.at[scope->connector].slots ? scope->args[slot] : 0;
      fits = arg && regtype_type(arg) == TYPE_STRING;
    } else if (redacts) {
      fits = event == EVENT_RELEASE ? slot == NONE32 : !scope->reachable;
    }
    if (!fits) return refuse(v, CHECK_OBLIGATION_SLOT, SECTION_OBLIGATIONS, i, "slot %lu", (unsigned long)slot);
  }
  return true;
}

/* ---- limits ---- */
static bool verify_measure(struct verifier *v, uint32_t index) {
  const struct rebase_bundle *b = v->bundle;
  const struct image_limit *limit = &b->LIMITS.at[index];
  const struct rule_scope *scope = &v->scopes[bundle_form(b, limit->rule)->program];
  if (limit->slot == NONE32 || !scope->reachable) return true;
  regtype arg = scope->args && limit->slot < b->CONNECTORS.at[scope->connector].slots ? scope->args[limit->slot] : 0;
  unsigned kind = arg ? bundle_type(b, regtype_type(arg))->kind : TYPE_BOOL;
  bool number = kind == TYPE_INT || kind == TYPE_DECIMAL || kind == TYPE_MONEY;
  if (number && arg == regtype_of(regtype_type(arg), false)) return true;
  return refuse(v, CHECK_LIMIT_MEASURE, SECTION_LIMITS, index, "slot %lu", (unsigned long)limit->slot);
}

bool verify_scope(struct verifier *v) {
  const struct rebase_bundle *b = v->bundle;
  uint64_t *starts = pages_array(&v->temporary, b->LISTS.count / 64 + 1, sizeof *starts);
  v->scopes = pages_array(&v->temporary, b->PROGRAMS.count, sizeof *v->scopes);
  if (!starts || !v->scopes) return out_of_memory(v);
  for (uint32_t program = 0; program < b->PROGRAMS.count; program++) v->scopes[program].connector = NONE32;
  if (!verify_residuals(v) || !verify_lists(v, starts) || !verify_entries(v, starts) || !walk_scopes(v)) return false;
  for (uint32_t form = 0; form < b->FORMS.count; form++)
    if (!verify_obligations(v, form)) return false;
  for (uint32_t i = 0; i < b->LIMITS.count; i++)
    if (!verify_measure(v, i)) return false;
  return true;
}
