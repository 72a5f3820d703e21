/* session_stub.h: the VM's view of a session, played by a struct that tests fill. Include it first. */
#ifndef SESSION_STUB_H
#define SESSION_STUB_H
#include "session_rename.h"

struct session_view {
  uint64_t labels, proofs;
  int64_t counted, asked_since, asked_now;          /* asked_*: what the VM passed last */
  value key, seen, all, only, bound;                /* seen under this key, a text */
  value said, vouched;
  uint32_t asked_type;
};

static struct session_view *stub_of(const struct session_view *view) { return (struct session_view *)(uintptr_t)view; }

bool session_has_label(const struct session_view *view, uint32_t label) { return view->labels >> label & 1; }
bool session_proved(const struct session_view *view, uint32_t proof, int64_t now) {
  stub_of(view)->asked_now = now;
  return view->proofs >> proof & 1;
}
int64_t session_counted(const struct session_view *view, uint32_t operation) { return view->counted + operation; }
value session_seen(const struct session_view *view, uint32_t entity, const value *keys, int64_t since) {
  stub_of(view)->asked_since = since;
  return entity == 0 && text_equal(keys[0].text, view->key.text) ? view->seen : missing_value();
}
value session_seen_all(const struct session_view *view, uint32_t entity, struct arena_fixed *scratch) {
  (void)entity;
  (void)scratch;
  return view->all;
}
value session_seen_only(const struct session_view *view, uint32_t entity) { (void)entity; return view->only; }
value session_bound(const struct session_view *view, uint32_t entity) { (void)entity; return view->bound; }
bool session_said(const struct session_view *view, uint32_t type, value v) {
  stub_of(view)->asked_type = type;
  return v.bits == view->said.bits;
}
bool session_vouched(const struct session_view *view, uint32_t type, value v) {
  stub_of(view)->asked_type = type;
  return v.bits == view->vouched.bits;
}
#endif
