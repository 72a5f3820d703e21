/* test_staleness.c: SPEC 8.4 as a property. A system of record with a few orders, and a conversation of an agent and one it has
 * handed work to. Calls begin, take effect in the system and are reported at random times, many at once. Whatever a session takes
 * for seen must be what stands in the system at that moment: a decision never rests on what a write of its own conversation
 * has made untrue. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

enum { ROUNDS = 250, EVENTS = 150, KEYS = 3, MOST_OPEN = 12 };
/* An ask leaves no trace in a session's seen: it serves as probe. The total of an order is its version. */
#define RULES "policy p { allow call shop.{ get_order, list_orders, set_order, cancel }  allow delegate to helper by bot }\n" \
  "policy probes {\n  ask leads before call mail.send where args.to == \"seen\" and seen order(args.text) is present\n" \
  "  ask leads before call shop.pay where seen order(args.id)?.total == args.amount\n}\n"

enum kind { READ, LIST, SET, CANCEL, KINDS };
struct call { bool open, effected; enum kind kind; unsigned key, session; char id[REBASE_ID_BYTES]; unsigned versions[KEYS]; };

static struct host h;
static uint64_t seed;
static unsigned below(unsigned n) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(seed >> 33) % n;
}

static unsigned versions[KEYS];             /* the system of record */
static struct call calls[MOST_OPEN];
static char sessions[2][REBASE_ID_BYTES];
static unsigned known, checked, at_once, members;  /* of a round: calls under way at most, sessions that call */

static void enter(unsigned session) { h.caller = (rebase_caller){session ? HELPER : BOT, "ann", sessions[session]}; }

static rebase_effect probe(const char *format, unsigned key, unsigned version) {
  char body[200];
  snprintf(body, sizeof body, format, key, version);
  return decide(&h, body)->effect;
}

static void check_truth(const char *after) {
  for (unsigned s = 0; s < 2; s++)
    for (unsigned key = 0; key < KEYS; key++) {
      enter(s);
      checked++;
      if (probe("{\"call\":\"mail.send\",\"args\":{\"to\":\"seen\",\"text\":\"k%u\"}}", key, 0) != REBASE_ASK) continue;
      known++;
      rebase_effect effect = probe("{\"call\":\"shop.pay\",\"args\":{\"id\":\"k%u\",\"amount\":%u}}", key, versions[key]);
      ck_assert_msg(effect == REBASE_ASK, "after %s: session %u takes for seen what is not so, key %u", after, s, key);
    }
}

static void begin_call(void) {
  static const char *const bodies[KINDS] = {"{\"call\":\"shop.get_order\",\"args\":{\"id\":\"k%u\"}}", "{\"call\":\"shop.list_orders\",\"args\":{\"status\":\"open\"}}",
    "{\"call\":\"shop.set_order\",\"args\":{\"id\":\"k%u\",\"status\":\"open\"}}", "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"k%u\"}}"};
  struct call *c = calls;
  while (c < calls + at_once && c->open) c++;
  if (c == calls + at_once) return;
  *c = (struct call){.open = true, .kind = below(3) ? READ : (enum kind)below(KINDS), .key = below(KEYS), .session = below(members)};
  enter(c->session);
  char body[200];
  snprintf(body, sizeof body, bodies[c->kind], c->key);
  ALLOWS(&h, body);
  memcpy(c->id, h.decision, sizeof c->id);
}

/* What the call does in the system, at one moment. */
static void take_effect(struct call *c) {
  if (!c->open || c->effected) return;
  c->effected = true;
  if (c->kind >= SET) versions[c->key]++;
  memcpy(c->versions, versions, sizeof versions);
}

static int write_order(char *out, size_t size, const struct call *c, unsigned key) {
  return snprintf(out, size, "{\"id\":\"k%u\",\"status\":\"open\",\"total\":%u,\"owner\":\"c\",\"memo\":\"\"}", key, c->versions[key]);
}

static const char *end_call(struct call *c) {
  static char result[1000];
  rebase_outcome outcome = !c->effected ? below(2) ? REBASE_FAILED : REBASE_UNKNOWN : below(8) ? REBASE_SUCCESS : REBASE_UNKNOWN;
  int n = 0;
  result[0] = 0;
  if (c->kind == LIST) {
    n = snprintf(result, sizeof result, "[");
    for (unsigned key = 0; key < KEYS; key++) {
      n += write_order(result + n, sizeof result - (size_t)n, c, key);
      n += snprintf(result + n, sizeof result - (size_t)n, key + 1 < KEYS ? "," : "]");
    }
  } else if (c->kind != CANCEL) write_order(result, sizeof result, c, c->key);
  memcpy(h.decision, c->id, sizeof h.decision);
  enter(c->session);
  ck_assert_int_eq(observe(&h, outcome, result), REBASE_OK);
  c->open = false;
  return outcome == REBASE_SUCCESS ? "a success" : outcome == REBASE_FAILED ? "a failure" : "an unknown outcome";
}

START_TEST(spec_8_4_what_is_seen_is_so) {
  for (unsigned round = 0; round < ROUNDS; round++) {
    seed = round + 1;
    at_once = 1 + round % MOST_OPEN;
    members = 1 + round / MOST_OPEN % 2;
    memset(calls, 0, sizeof calls);
    ck_assert_int_eq(host_session(&h, BOT, "ann", sessions[0]), REBASE_OK);
    enter(0);
    ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
    ck_assert_int_eq(rebase_session_delegate(h.engine, sessions[0], h.decision, sessions[1], &h.report), REBASE_OK);
    for (unsigned event = 0; event < EVENTS; event++) {
      struct call *c = &calls[below(at_once)];
      const char *what = "nothing";
      switch (below(4)) {
      case 0: begin_call(); what = "a call begins"; break;
      case 1: take_effect(c); what = "a call takes effect"; break;
      default: if (c->open) what = end_call(c);
      }
      check_truth(what);
    }
    for (unsigned s = 0; s < 2; s++) rebase_session_close(h.engine, sessions[s]);
  }
  ck_assert_uint_gt(known, checked / 20);           /* it did know things */
}
END_TEST

/* A session that is closed with a write under way leaves its outcome unknown to the others. */
START_TEST(spec_8_4_closed_with_a_write_under_way) {
  static const char order[] = "{\"id\":\"k0\",\"status\":\"open\",\"total\":0,\"owner\":\"c\",\"memo\":\"\"}";
  static const char seen[] = "{\"call\":\"mail.send\",\"args\":{\"to\":\"seen\",\"text\":\"k0\"}}";
  ck_assert_int_eq(host_session(&h, BOT, "ann", sessions[0]), REBASE_OK);
  enter(0);
  ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
  ck_assert_int_eq(rebase_session_delegate(h.engine, sessions[0], h.decision, sessions[1], &h.report), REBASE_OK);
  enter(1);
  ck_assert_int_eq(see(&h, "shop.order", order), REBASE_OK);
  ASKS(&h, seen);
  enter(0);
  ALLOWS(&h, "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"k0\"}}");
  enter(1);
  DENIES(&h, seen);
  rebase_session_close(h.engine, sessions[0]);
  DENIES(&h, seen);
  ck_assert_int_eq(see(&h, "shop.order", order), REBASE_OK);
  ASKS(&h, seen);
}
END_TEST

static void setup(void) {
  host_prepare(&h);
  h.options.log = NULL;
  host_begin(&h, RULES);
}
static void teardown(void) { host_close(&h); }

int main(void) {
  Suite *suite = suite_create("staleness");
  TCase *t = tcase_create("staleness");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 200);
  tcase_add_test(t, spec_8_4_what_is_seen_is_so);
  tcase_add_test(t, spec_8_4_closed_with_a_write_under_way);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
