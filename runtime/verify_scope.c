/* verify_scope.c: which rules can match where, and what their programs can rely on: an argument has its slot's type only if all
 * operations for which a rule of the program is in scope agree on it. */
#include "packed.h"
#include "verify.h"

#define MIXED (NONE32 - 1)          /* connector of a program with operations of several */
#define EFFORT_MOST (UINT64_C(1) << 28)

static bool verify_lists(struct verifier *v, uint64_t *starts) {
  const struct rebase_bundle *b = v->bundle;
  const uint32_t *lists = b->LISTS.at;
  for (uint32_t at = 0; at < b->LISTS.count;) {
    uint32_t length = lists[at];
    if (length >= b->LISTS.count - at)
      return refuse(v, CHECK_LIST_TILES, SECTION_LISTS, at, "length %lu", (unsigned long)length);
    for (uint32_t i = at + 1; i <= at + length; i++)
      if (lists[i] >= b->RULES.count || (i > at + 1 && lists[i] <= lists[i - 1]))
        return refuse(v, CHECK_LIST_ORDER, SECTION_LISTS, i, "rule %lu", (unsigned long)lists[i]);
    starts[at / 64] |= UINT64_C(1) << at % 64;
    at += length + 1;
  }
  return true;
}

static bool verify_entries(struct verifier *v, const uint64_t *starts) {
  const struct rebase_bundle *b = v->bundle;
  if ((uint64_t)b->AGENTS.count * b->scope_width != b->SCOPE.count)
    return refuse(v, CHECK_SCOPE_SIZE, SECTION_SCOPE, NONE32, "%lu entries, %lu agents by %lu heads", (unsigned long)b->SCOPE.count,
                  (unsigned long)b->AGENTS.count, (unsigned long)b->scope_width);
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

static bool walk_head(struct walk *w, uint32_t head, visit *visit) {
  const struct rebase_bundle *b = w->v->bundle;
  w->round++;
  for (uint32_t agent = 0; agent < b->AGENTS.count; agent++) {
    uint32_t count, list = b->SCOPE.at[(size_t)agent * b->scope_width + head];
    if (list == NONE32 || w->list_stamp[list] == w->round) continue;
    w->list_stamp[list] = w->round;
    const uint32_t *rules = bundle_scope(b, agent, head, &count);
    w->effort += count;
    if (w->effort > EFFORT_MOST) return refuse(w->v, CHECK_SCOPE_EFFORT, SECTION_SCOPE, NONE32, "head %lu", (unsigned long)head);
    for (uint32_t i = 0; i < count; i++) {
      uint32_t program = bundle_form(b, rules[i])->program;
      if (w->program_stamp[program] == w->round) continue;
      w->program_stamp[program] = w->round;
      if (!visit(w, head, program)) return false;
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
  if (!verify_lists(v, starts) || !verify_entries(v, starts) || !walk_scopes(v)) return false;
  for (uint32_t form = 0; form < b->FORMS.count; form++)
    if (!verify_obligations(v, form)) return false;
  for (uint32_t i = 0; i < b->LIMITS.count; i++)
    if (!verify_measure(v, i)) return false;
  return true;
}
