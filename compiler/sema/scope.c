/* scope.c: heads. Event, target and agents become explicit sorted lists: the world is closed, so "all" is a list
 * too. */
#include <string.h>
#include "sema/rules.h"
#include "syntax/tokens.h"

/* ---- agents ---- */
static bool add_agent(const struct agent **list, unsigned *count, const struct agent *agent) {
  unsigned at = *count;
  for (unsigned i = at && list[at - 1]->id < agent->id ? at : 0; i < *count; i++)           /* mostly they come in order */
    if (list[i] == agent) return false;
  for (; at > 0 && list[at - 1]->id > agent->id; at--) list[at] = list[at - 1];
  list[at] = agent;
  ++*count;
  return true;
}

static bool named_agents(struct checker *c, const struct file_scope *scope, const struct node *by, enum head_use use,
                         struct head *head) {
  bool ok = true;
  for (uint32_t i = 0; i < by->count; i++) {
    struct span span = rbc_span(scope, by->kid[i]);
    const struct symbol *symbol = rbc_resolve(c, scope, by->kid[i], SYM(AGENT), "an agent");
    const struct agent *agent = symbol ? symbol->ptr : NULL;
    if (!agent) {
      ok = false;
      continue;
    }
    if (use != HEAD_GUARD && agent->package != scope->package->package) {
      struct diag *d = rule_diag(c, E0401, span, "%s is an agent of %s, and this policy is in %s", agent->name,
                                 agent->package->name, scope->package->package->name);
      rbc_diag_note(
        c->diags, d,
        "a policy speaks for the agents of its own package: no team can grant another team's agent anything");
      rbc_diag_help(c->diags, d, "to restrict it, write a `guard`; to permit it, ask the owners of %s",
                    agent->package->name);
      ok = false;
      continue;
    }
    if (!add_agent(head->agents, &head->agent_count, agent)) {
      struct diag *d = rule_diag(c, W0911, span, "%s is named twice", agent->name);
      rbc_diag_help(c->diags, d, "leave it out here");
    }
  }
  return ok;
}

/* The program's agents, or a package's, in a list that all such heads share. */
static const struct agent **everybody(const struct program *p) { return (const struct agent **)(void *)p->agents; }

static bool agents(struct checker *c, const struct file_scope *scope, const struct node *by, enum head_use use,
                   struct head *head) {
  const struct program *p = c->program;
  const struct package *own = scope->package->package;
  const bool all = use == HEAD_GUARD;
  head->by_named = by != NULL;
  head->agents = by ? rule_array_of(c, by->count, sizeof *head->agents) : all ? everybody(p) : own->agents;
  if (by) return head->agents && named_agents(c, scope, by, use, head);
  head->agent_count = all ? p->agents_count : own->agent_count;
  return true;
}

/* ---- operations ---- */
/* Agents that share their list stand beside each other: the list is looked at once. */
static bool uses_as_before(const struct head *head, unsigned agent) {
  return agent && head->agents[agent]->uses == head->agents[agent - 1]->uses && head->agents[agent]->use_count == head->agents[agent - 1]->use_count;
}

/* `allow call by a` means all that a uses: what an agent uses is all it can ever be allowed. */
static bool used_operations(struct checker *c, struct head *head) {
  struct operations used = {0};
  size_t most = 0;
  for (unsigned a = 0; a < head->agent_count; a++) most += uses_as_before(head, a) ? 0 : head->agents[a]->use_count;
  used.list = rule_array_of(c, most, sizeof *used.list);
  if (!used.list) return false;
  for (unsigned a = 0; a < head->agent_count; a++)
    for (unsigned i = 0; i < head->agents[a]->use_count && !uses_as_before(head, a); i++) used.list[used.count++] = head->agents[a]->uses[i];
  rbc_sort_operations(&used);
  head->operations = used.list;
  head->operation_count = used.count;
  return true;
}

static bool check_uses(struct checker *c, const struct file_scope *scope, const struct node *event,
                       const struct head *head) {
  for (unsigned a = 0; a < head->agent_count; a++) {
    const struct agent *agent = head->agents[a];
    if (!head->operation_count || uses_as_before(head, a)) continue;
    unsigned at = rule_first_from(agent->uses, agent->use_count, head->operations[0]->id);
    for (unsigned i = 0; i < head->operation_count; i++) {
      const struct operation *operation = head->operations[i];
      while (at < agent->use_count && agent->uses[at]->id < operation->id) at++;
      if (at < agent->use_count && agent->uses[at] == operation) continue;
      if (agent->broken) return false; /* what it uses was wrong, which was said */
      struct diag *d = rule_diag(c, E0402, rbc_span(scope, event), "%s does not use %s", agent->name, operation->name);
      rbc_diag_label(c->diags, d, agent->span, "what an agent `uses` is all it can be allowed");
      rbc_diag_help(c->diags, d, "add `uses %s` to the agent, %s", operation->name,
                    head->by_named ? "or leave the operation out here"
                                   : "or name the agents that this rule is for: `by ...`");
      return false;
    }
  }
  return true;
}

static bool call_head(struct checker *c, const struct file_scope *scope, const struct node *event, enum head_use use,
                      struct head *head) {
  const struct node *target = event->kid[0];
  if (!target && use == HEAD_GRANT && !event->kid[1]) {
    head->all_operations = true;
    return used_operations(c, head) && check_uses(c, scope, event, head);
  }
  struct operations found = {0};
  bool ok = rbc_resolve_target(c, scope, target, event->kid[1], use != HEAD_GUARD, &found);
  head->operations = found.list;
  head->operation_count = found.count;
  head->all_operations = found.whole;
  if (ok && !found.count) {
    struct diag *d = rule_diag(c, W0911, rbc_span(scope, event), "this rule is about no operation at all");
    rbc_diag_help(c->diags, d, "leave it out, or see what `except` takes away");
  }
  return ok && (use != HEAD_GRANT || check_uses(c, scope, event, head));
}

/* ---- release, delegate ---- */
static bool release_head(struct checker *c, const struct file_scope *scope, const struct node *event,
                         struct head *head) {
  static const char *const targets[RELEASE_COUNT] = {"person", "agent", "outside"};
  if (!event->kid[0]) {
    head->release_mask = (1u << RELEASE_COUNT) - 1;
    return true;
  }
  const char *name = rbc_text(c, scope, event->kid[0]);
  for (unsigned i = 0; i < RELEASE_COUNT; i++)
    if (rule_is(targets[i], name)) head->release_mask = 1u << i;
  if (head->release_mask) return true;
  struct diag *d = rule_diag(c, E0412, rbc_span(scope, event->kid[0]),
                             "a text is released to a `person`, to an `agent` or `outside`, not to `%s`", name);
  const char *nearest = rbc_nearest(name, targets, RELEASE_COUNT);
  if (nearest) rbc_diag_help(c->diags, d, "did you mean `%s`?", nearest);
  return false;
}

static bool accepts(const struct agent *target, const struct agent *agent) {
  for (unsigned i = 0; i < target->accept_count; i++)
    if (target->accepts[i] == agent) return true;
  return false;
}

static bool check_accepts(struct checker *c, const struct file_scope *scope, const struct node *event,
                          const struct head *head) {
  const struct agent *target = head->targets[0];
  for (unsigned i = 0; i < head->agent_count; i++) {
    if (accepts(target, head->agents[i])) continue;
    struct diag *d = rule_diag(c, E0411, rbc_span(scope, event), "%s does not accept work from %s", target->name,
                               head->agents[i]->name);
    rbc_diag_label(c->diags, d, target->span, "both sides must agree");
    rbc_diag_help(c->diags, d, "the owners of %s add `accepts %s` to it", target->package->name, head->agents[i]->name);
    return false;
  }
  return true;
}

static bool delegate_head(struct checker *c, const struct file_scope *scope, const struct node *event,
                          enum head_use use, struct head *head) {
  const bool all = !event->kid[0] && use != HEAD_GRANT;
  head->targets = all ? everybody(c->program) : rule_array_of(c, event->kid[0] ? 1 : c->program->agents_count, sizeof *head->targets);
  head->target_count = all ? c->program->agents_count : 0;
  if (all || !head->targets) return all;
  if (event->kid[0]) {
    const struct symbol *symbol = rbc_resolve(c, scope, event->kid[0], SYM(AGENT), "an agent");
    if (!symbol || !symbol->ptr) return false;
    head->targets[head->target_count++] = symbol->ptr;
    return use != HEAD_GRANT || check_accepts(c, scope, event, head);
  }
  for (unsigned i = 0; i < c->program->agents_count; i++) {
    const struct agent *target = c->program->agents[i];
    bool by_all = true;
    for (unsigned a = 0; a < head->agent_count; a++) by_all = by_all && accepts(target, head->agents[a]);
    if (by_all) head->targets[head->target_count++] = target;
  }
  return true;
}

static bool find_head(struct checker *c, const struct file_scope *scope, const struct node *event, const struct node *by,
                      enum head_use use, struct head *head) {
  bool ok = agents(c, scope, by, use, head);
  if (ok && !head->agent_count && use != HEAD_GUARD) { /* a guard may be older than the agents it is for */
    struct diag *d =
      rule_diag(c, W0911, rbc_span(scope, event), "this package has no agent that the rule could be about");
    rbc_diag_help(c->diags, d, "a policy speaks for the agents of its own package: declare one");
  }
  switch (event->tok) {
  case TOKEN_CALL: head->event = EVENT_CALL; return call_head(c, scope, event, use, head) && ok;
  case TOKEN_RELEASE: head->event = EVENT_RELEASE; return release_head(c, scope, event, head) && ok;
  case TOKEN_DELEGATE: head->event = EVENT_DELEGATE; return delegate_head(c, scope, event, use, head) && ok;
  default: head->event = EVENT_INFER; return ok;
  }
}

/* ---- heads that were written before ----
 * Many rules of a file say the same of whom and what they are about: the same text there means the same, and has its lists once. */
struct said_head {
  const struct file_scope *scope;
  const char *text;
  size_t length;
  enum head_use use;
  struct head head;
};

static struct said_head *said_before(struct checker *c, const struct said_head *wanted) {
  uint32_t hash = (uint32_t)wanted->use;
  for (size_t i = 0; i < wanted->length; i++) hash = (hash ^ (unsigned char)wanted->text[i]) * 16777619u;
  if (!c->rules->heads) c->rules->heads = rule_array_of(c, HEADS_KEPT, sizeof *c->rules->heads);
  return c->rules->heads ? &c->rules->heads[(hash ^ hash >> 16) % HEADS_KEPT] : NULL;
}

bool rule_head(struct checker *c, const struct file_scope *scope, const struct node *event, const struct node *by,
               enum head_use use, struct head *head) {
  struct span from = rbc_span(scope, event), to = by ? rbc_span(scope, by) : from;
  struct said_head wanted = {scope, scope->source->text + from.start, to.end > from.start ? to.end - from.start : 0, use, {0}};
  struct said_head *kept = said_before(c, &wanted);
  *head = (struct head){0};
  if (!kept) return false;
  if (kept->scope == scope && kept->use == use && kept->length == wanted.length && !memcmp(kept->text, wanted.text, wanted.length)) {
    *head = kept->head;
    return true;
  }
  unsigned said = c->rules->said;
  bool ok = find_head(c, scope, event, by, use, head);
  wanted.head = *head;
  if (ok && c->rules->said == said) *kept = wanted;      /* what there is to say is said of each rule */
  return ok;
}

/* ---- whom a rule asks ---- */
bool rule_approvers(struct checker *c, const struct file_scope *scope, const struct node *list,
                    const struct group ***approvers, unsigned *count) {
  *approvers = rule_array_of(c, list->count, sizeof **approvers);
  *count = 0;
  if (!*approvers) return false;
  bool ok = true;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct symbol *symbol = rbc_resolve(c, scope, list->kid[i], SYM(GROUP), "a group of people (or `requester`)");
    if (!symbol || !symbol->ptr) {
      ok = false;
      continue;
    }
    bool twice = false;
    for (unsigned j = 0; j < *count; j++) twice = twice || (*approvers)[j] == symbol->ptr;
    if (!twice) (*approvers)[(*count)++] = symbol->ptr;
  }
  return ok;
}
