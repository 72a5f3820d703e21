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

static bool verify_entries(struct verifier *v, const uint64_t *starts) {
  struct rebase_bundle *b = v->bundle;
  if (!verify_classes(v, SECTION_AGENT_CLASS, b->AGENT_CLASS.at, b->AGENT_CLASS.count, b->AGENTS.count, &b->agent_classes) ||
      !verify_classes(v, SECTION_HEAD_CLASS, b->HEAD_CLASS.at, b->HEAD_CLASS.count, b->scope_width, &b->head_classes))
    return false;
  if ((uint64_t)b->agent_classes * b->head_classes != b->SCOPE.count)
    return refuse(v, CHECK_SCOPE_SIZE, SECTION_SCOPE, NONE32, "%lu entries, %lu classes of agents by %lu of heads", (unsigned long)b->SCOPE.count,
                  (unsigned long)b->agent_classes, (unsigned long)b->head_classes);
  for (uint32_t i = 0; i < b->SCOPE.count; i++) {
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
struct walk {
  struct verifier *v;
  uint32_t *list_stamp, *program_stamp;         /* the last round in which it was met */
  uint32_t round;
  uint64_t effort;
  regtype *own;                               /* arguments of the operation at hand, by slot */
};
typedef bool visit(struct walk *walk, uint32_t head, uint32_t program);

static bool visit_once(struct walk *w, uint32_t head, uint32_t program, visit *visit) {
  if (w->program_stamp[program] == w->round) return true;
  w->program_stamp[program] = w->round;
  return visit(w, head, program);
}

/* A rule's own program is met wherever a residual stands for it: waivers, obligations and limits go by it. */
static bool walk_head(struct walk *w, uint32_t head, visit *visit) {
  const struct rebase_bundle *b = w->v->bundle;
  w->round++;
  w->effort += b->agent_classes;
  for (uint32_t agents = 0; agents < b->agent_classes; agents++) {
    uint32_t list = b->SCOPE.at[(size_t)agents * b->head_classes + b->HEAD_CLASS.at[head]];
    if (list == NONE32 || w->list_stamp[list] == w->round) continue;
    w->list_stamp[list] = w->round;
    uint32_t count = b->LISTS.at[list];
    w->effort += count;
    if (w->effort > EFFORT_MOST) return refuse(w->v, CHECK_SCOPE_EFFORT, SECTION_SCOPE, NONE32, "head %lu", (unsigned long)head);
    for (uint32_t i = 1; i <= count; i++) {
      uint32_t entry = b->LISTS.at[list + i], own = bundle_form(b, bundle_rule_of(b, entry))->program;
      if (!visit_once(w, head, bundle_program_of(b, entry), visit) || !visit_once(w, head, own, visit)) return false;
    }
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
  w->effort += slots;
  if (!scope->args) {
    scope->args = pages_array(&v->temporary, slots, sizeof *scope->args);
    if (!scope->args) return out_of_memory(v);
    for (uint32_t slot = 0; slot < slots; slot++) scope->args[slot] = w->own[slot];
  }
  for (uint32_t slot = 0; slot < slots; slot++) scope->args[slot] = regtype_meet(b, scope->args[slot], w->own[slot]);
  (void)head;
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

static bool walk_scopes(struct verifier *v) {
  struct rebase_bundle *b = v->bundle;
  struct walk w = {.v = v};
  w.list_stamp = pages_array(&v->temporary, b->LISTS.count, sizeof *w.list_stamp);
  w.program_stamp = pages_array(&v->temporary, b->PROGRAMS.count, sizeof *w.program_stamp);
  w.own = pages_array(&v->temporary, b->max_slots, sizeof *w.own);
  if (!w.list_stamp || !w.program_stamp || !w.own) return out_of_memory(v);
  for (uint32_t head = 0; head < b->scope_width; head++)
    if (!walk_head(&w, head, find_connector)) return false;
  for (uint32_t program = 0; program < b->PROGRAMS.count; program++)
    if (v->scopes[program].connector == MIXED) v->scopes[program].connector = NONE32;
  for (uint32_t head = 0; head < b->OPERATIONS.count; head++) {
    own_arguments(b, head, w.own);
    if (!walk_head(&w, head, add_operation)) return false;
  }
  return true;
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
