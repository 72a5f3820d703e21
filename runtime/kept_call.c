/* kept_call.c: calls that are decided again and again: their arguments, read and checked once, in memory of their own. */
#include "engine.h"
#include "kept_call.h"
#include "packed.h"
#include "scope_plan.h"

static bool holds_call(const rebase_request *r) {
  return r->record.known && r->loaded && r->record.asked.event == EVENT_CALL && r->slots;
}

rebase_status rebase_keep_call(rebase_request *r, rebase_call **call) {
  if (call) *call = NULL;
  rebase_status status = r && call ? engine_check(r->engine) : REBASE_E_ARGUMENT;
  if (status == REBASE_OK && !holds_call(r)) status = REBASE_E_REQUEST;
  if (status != REBASE_OK) return status;
  const struct rebase_bundle *b = r->loaded->bundle;
  const struct image_operation *o = &b->OPERATIONS.at[r->record.asked.target];
  const struct image_param *first = b->PARAMS.at + o->first_param, *end = first + o->params;
  const size_t head = sizeof **call + b->CONNECTORS.at[o->connector].slots * sizeof(value);
  size_t size = head;
  for (const struct image_param *p = first; p < end; p++) size += packed_copy_size(b, p->type, r->slots[p->slot]);
  rebase_call *c = r->engine->allocator.alloc(size, r->engine->allocator.user);
  if (!c) return REBASE_E_MEMORY;
  struct arena_fixed arena = {(char *)c, head, size};
  const uint32_t agent = r->record.asked.agent;
  *c = (rebase_call){r->engine, r->loaded->generation, r->record.asked.target, r->json.longest, {agent, bundle_plan(b, agent, head_operation(b, r->record.asked.target))}};
  for (uint32_t i = 0; i < b->CONNECTORS.at[o->connector].slots; i++) c->slots[i] = missing_value();
  for (const struct image_param *p = first; p < end; p++) packed_copy(b, p->type, r->slots[p->slot], &arena, &c->slots[p->slot]);     /* there is room */
  *call = c;
  return REBASE_OK;
}

void rebase_call_free(rebase_call *c) {
  if (c) c->engine->allocator.release(c, c->engine->allocator.user);
}

static const rebase_decision *decide_kept(rebase_request *r, const rebase_caller *caller, const void *calls, size_t i) {
  return rebase_decide_call(r, caller, ((const rebase_call *const *)calls)[i]);
}

rebase_status rebase_decide_call_batch(rebase_request *r, const rebase_caller *caller, const rebase_call *const *calls, size_t count, rebase_decided decided, void *user) {
  return request_decide_batch(r, caller, decide_kept, calls, count, decided, user);
}
