/* test_threads.c: what several threads may do at once. SPEC 7.9: labels, counts and staleness are set with the allow, under one
 * lock, so no interleaving lets through what their order would not. Run under ThreadSanitizer too. */
#include <check.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine_fixture.h"
#include "run.h"

#if defined(__SANITIZE_THREAD__)
enum { ROUNDS = 1500 };
#else
enum { ROUNDS = 6000 };
#endif

#define RULES "policy p { allow call by bot  allow call by helper  allow delegate to helper by bot }\n" \
  "guard flow {\n  deny call mail.send where session has secret because \"it has read the vault\"\n" \
  "  deny call shop.vault where session.count(mail.send) > 0 because \"it has sent\"\n" \
  "  deny call shop.cancel where session.count(shop.cancel) > 2 because \"three are enough\"\n" \
  "  deny call shop.set_order where seen order(args.id) is missing because \"look first\"\n}\n"
#define VAULT "{\"call\":\"shop.vault\",\"args\":{\"id\":\"v\"}}"
#define SEND "{\"call\":\"mail.send\",\"args\":{\"to\":\"x\",\"text\":\"t\"}}"
#define CANCEL "{\"call\":\"shop.cancel\",\"args\":{\"id\":\"o1\"}}"
#define SET "{\"call\":\"shop.set_order\",\"args\":{\"id\":\"o1\",\"status\":\"closed\"}}"
#define GET "{\"call\":\"shop.get_order\",\"args\":{\"id\":\"o1\"}}"
#define ORDER "{\"id\":\"o1\",\"status\":\"open\",\"total\":1,\"owner\":\"c\",\"memo\":\"\"}"

static struct host h;
static void setup(void) {
  host_prepare(&h);
  h.options.log = NULL;
  host_begin(&h, RULES);
}
static void teardown(void) { host_close(&h); }

/* ---- workers: each with a request of its own, all at the same gate ---- */
enum { WORKERS = 4 };
struct worker {
  pthread_t thread;
  unsigned index, rounds;
  rebase_request *request;
  void (*work)(struct worker *w);
  rebase_caller caller;
  const char *body;
  rebase_effect effect;
  unsigned effects[3];
};
static struct worker workers[WORKERS];
static pthread_barrier_t gate;
static atomic_bool stop;

static rebase_effect decide_here(struct worker *w, const char *body) {
  const rebase_decision *d = rebase_decide_json(w->request, &w->caller, body, strlen(body));
  w->effect = d->effect;
  w->effects[d->effect]++;
  return d->effect;
}

static void *run(void *argument) {
  struct worker *w = argument;
  w->work(w);
  return NULL;
}

static void start_all(unsigned count, void (*work)(struct worker *)) {
  pthread_barrier_init(&gate, NULL, count + 1);
  atomic_store(&stop, false);
  for (unsigned i = 0; i < count; i++) {
    rebase_request *request = rebase_request_new(h.engine);
    ck_assert_ptr_nonnull(request);
    workers[i].request = request;
    workers[i].index = i;
    workers[i].work = work;
    memset(workers[i].effects, 0, sizeof workers[i].effects);
    ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, run, &workers[i]), 0);
  }
}

static void join_all(unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    pthread_join(workers[i].thread, NULL);
    rebase_request_free(workers[i].request);
  }
  pthread_barrier_destroy(&gate);
}

/* Every round: wait for the session, decide once, wait for the verdict. */
static void one_decision_a_round(struct worker *w) {
  for (unsigned i = 0; i < ROUNDS; i++) {
    pthread_barrier_wait(&gate);
    unsigned waits = i % 2 == w->index % 2 ? (i * 37) % 20000 : 0;      /* so that either comes first */
    for (volatile unsigned delay = waits; delay > 0; delay--) continue;
    decide_here(w, w->body);
    pthread_barrier_wait(&gate);
  }
}

/* Of the last round. A round that went wrong is counted and judged when the threads are gone: they wait at the gate. */
static unsigned allowed_of(unsigned count) {
  unsigned allowed = 0;
  for (unsigned i = 0; i < count; i++) allowed += workers[i].effect == REBASE_ALLOW;
  return allowed;
}

/* ---- a read that taints and a send ---- */
START_TEST(both_orders_one_after_the_other) {
  char id[REBASE_ID_BYTES];
  static const char *const orders[][2] = {{VAULT, SEND}, {SEND, VAULT}};
  for (int i = 0; i < 2; i++) {
    char requester[] = {'r', (char)('0' + i), 0};
    ck_assert_int_eq(host_session(&h, BOT, requester, id), REBASE_OK);
    h.caller = (rebase_caller){BOT, requester, id};
    ALLOWS(&h, orders[i][0]);
    DENIES(&h, orders[i][1]);
    ALLOWS(&h, orders[i][0]);
    rebase_session_close(h.engine, id);
  }
}
END_TEST

/* Two threads, the same session or one delegated from it: exactly one of the two is let through, each round. */
static void read_against_send(bool delegated) {
  char ids[2][REBASE_ID_BYTES], requester[20];
  unsigned read_first = 0, bad = 0;
  workers[0].body = VAULT;
  workers[1].body = SEND;
  start_all(2, one_decision_a_round);
  for (unsigned i = 0; i < ROUNDS; i++) {
    snprintf(requester, sizeof requester, "r%u", i % 97);
    host_pass(&h, 90000 * SECONDS);         /* labels of earlier rounds are old */
    ck_assert_int_eq(host_session(&h, BOT, requester, ids[0]), REBASE_OK);
    workers[0].caller = workers[1].caller = (rebase_caller){BOT, requester, ids[0]};
    if (delegated) {
      h.caller = workers[0].caller;
      ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
      ck_assert_int_eq(rebase_session_delegate(h.engine, ids[0], h.decision, ids[1], NULL), REBASE_OK);
      workers[i % 2].caller = (rebase_caller){HELPER, requester, ids[1]};
    }
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    bad += allowed_of(2) != 1;
    read_first += workers[0].effect == REBASE_ALLOW;
    rebase_session_close(h.engine, ids[0]);
    if (delegated) rebase_session_close(h.engine, ids[1]);
  }
  join_all(2);
  ck_assert_msg(bad == 0, "in %u of %u rounds both or none were let through", bad, ROUNDS);
  printf("%s: the read came first in %u of %u rounds\n", delegated ? "delegated" : "one session", read_first, ROUNDS);
}

START_TEST(spec_7_9_no_interleaving_of_read_and_send) { read_against_send(false); }
END_TEST
START_TEST(spec_8_2_nor_over_delegation) { read_against_send(true); }
END_TEST

/* Four threads, three calls: never four. */
START_TEST(spec_7_9_counts_are_exact) {
  char id[REBASE_ID_BYTES];
  unsigned bad = 0;
  for (unsigned i = 0; i < WORKERS; i++) workers[i].body = CANCEL;
  start_all(WORKERS, one_decision_a_round);
  for (unsigned i = 0; i < ROUNDS; i++) {
    ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
    for (unsigned k = 0; k < WORKERS; k++) workers[k].caller = (rebase_caller){BOT, "ann", id};
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    bad += allowed_of(WORKERS) != 3;
    rebase_session_close(h.engine, id);
  }
  join_all(WORKERS);
  ck_assert_uint_eq(bad, 0);
}
END_TEST

/* SPEC 8.4: two writes cannot both rest on the same look. */
static void one_write_a_look(bool delegated) {
  char id[REBASE_ID_BYTES], child[REBASE_ID_BYTES];
  unsigned bad = 0;
  for (unsigned i = 0; i < 2; i++) workers[i].body = SET;
  start_all(2, one_decision_a_round);
  for (unsigned i = 0; i < ROUNDS; i++) {
    ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
    ck_assert_int_eq(rebase_see(h.engine, id, "shop.order", ORDER, strlen(ORDER), NULL), REBASE_OK);
    h.caller = workers[0].caller = workers[1].caller = (rebase_caller){BOT, "ann", id};
    if (delegated) {
      ALLOWS(&h, "{\"delegate\":\"acme.shop.helper\"}");
      ck_assert_int_eq(rebase_session_delegate(h.engine, id, h.decision, child, NULL), REBASE_OK);
      ck_assert_int_eq(rebase_see(h.engine, child, "shop.order", ORDER, strlen(ORDER), NULL), REBASE_OK);
      workers[1].caller = (rebase_caller){HELPER, "ann", child};
    }
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    bad += allowed_of(2) != 1;
    rebase_session_close(h.engine, id);
    if (delegated) rebase_session_close(h.engine, child);
  }
  join_all(2);
  ck_assert_uint_eq(bad, 0);
}

START_TEST(spec_8_4_one_write_a_look) { one_write_a_look(false); }
END_TEST
START_TEST(spec_8_4_nor_over_delegation) { one_write_a_look(true); }
END_TEST

/* An approval is used by one of those who come for it. */
START_TEST(spec_7_8_an_approval_is_used_once) {
  char id[REBASE_ID_BYTES];
  unsigned bad = 0;
  host_load(&h, "policy p { ask leads before call shop.cancel by bot }");
  for (unsigned i = 0; i < WORKERS; i++) workers[i].body = CANCEL;
  start_all(WORKERS, one_decision_a_round);
  for (unsigned i = 0; i < ROUNDS; i++) {
    ck_assert_int_eq(host_session(&h, BOT, "ann", id), REBASE_OK);
    h.caller = (rebase_caller){BOT, "ann", id};
    ASKS(&h, CANCEL);
    ck_assert_int_eq(rebase_approve(h.engine, id, h.decision, "acme.shop.leads", "lea"), REBASE_OK);
    for (unsigned k = 0; k < WORKERS; k++) workers[k].caller = h.caller;
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    bad += allowed_of(WORKERS) != 1;
    rebase_session_close(h.engine, id);
  }
  join_all(WORKERS);
  ck_assert_uint_eq(bad, 0);
}
END_TEST

/* ---- swapping under load ---- */
static atomic_uint wrong;

/* Two bundles that differ in everything: a decision is wholly of the one or wholly of the other. */
static void decide_until_stopped(struct worker *w) {
  pthread_barrier_wait(&gate);
  do {
    char text[2000];
    const rebase_decision *d = rebase_decide_json(w->request, &w->caller, GET, strlen(GET));
    bool one = d->effect == REBASE_ALLOW && d->obligation_count == 1 && !strcmp(d->obligations[0].argument, "one") && d->rule_count == 1;
    bool two = d->effect == REBASE_DENY && d->status == REBASE_OK && !strcmp(d->reason, "two") && d->rule_count == 2;
    bool between = d->effect == REBASE_DENY && d->status == REBASE_E_STALE;
    if (!one && !two && !between) atomic_fetch_add(&wrong, 1);
    rebase_explain(d, REBASE_FOR_PERSON, text, sizeof text);
    w->effects[d->effect]++;
    w->rounds++;
    rebase_operation operation;                     /* typed: a slot is of this bundle, or it denies */
    rebase_slot slot;
    if (rebase_find_operation(h.engine, "shop.get_order", &operation) != REBASE_OK || rebase_find_slot(h.engine, operation, "id", &slot) != REBASE_OK) continue;
    rebase_status status = rebase_request_call(w->request, operation);
    if (status == REBASE_OK) status = rebase_set_text(w->request, slot, "o1", 2);
    d = rebase_decide(w->request, &w->caller);
    if (status != REBASE_OK && (d->effect != REBASE_DENY || status != REBASE_E_STALE)) atomic_fetch_add(&wrong, 1);
  } while (!atomic_load(&stop) || w->rounds < 50);
}

START_TEST(decisions_while_bundles_are_swapped) {
  struct image images[2] = {compile_rules("policy p { allow call shop.get_order by bot with stamp(\"one\") }"),
                            compile_rules("policy p { allow call shop.get_order by bot }\nguard g { deny call shop.get_order because \"two\" }")};
  char ids[WORKERS][REBASE_ID_BYTES];
  atomic_store(&wrong, 0);
  ck_assert_int_eq(rebase_engine_load(h.engine, images[0].bytes, images[0].size, NULL), REBASE_OK);
  for (unsigned i = 0; i < WORKERS; i++) {          /* two share a session, one has its own, one none */
    if (i != 1) ck_assert_int_eq(host_session(&h, BOT, "ann", ids[i]), REBASE_OK);
    workers[i].caller = (rebase_caller){BOT, "ann", i == 3 ? NULL : i == 1 ? ids[0] : ids[i]};
    workers[i].rounds = 0;
  }
  start_all(WORKERS, decide_until_stopped);
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < 300; i++)
    ck_assert_int_eq(rebase_engine_load(h.engine, images[(i + 1) % 2].bytes, images[(i + 1) % 2].size, NULL), REBASE_OK);
  atomic_store(&stop, true);
  join_all(WORKERS);
  ck_assert_uint_eq(atomic_load(&wrong), 0);
  for (unsigned i = 0; i < WORKERS; i++) ck_assert_uint_ge(workers[i].rounds, 50);
  for (int i = 0; i < 2; i++) free(images[i].bytes);
}
END_TEST

/* ---- one call for all ---- */
static const rebase_call *common;
static void decide_the_same(struct worker *w) {
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < ROUNDS; i++) w->effects[rebase_decide_call(w->request, &w->caller, common)->effect]++;
}

START_TEST(a_kept_call_of_all) {
  rebase_call *call;
  ALLOWS(&h, GET);
  ck_assert_int_eq(rebase_keep_call(h.request, &call), REBASE_OK);
  common = call;
  for (unsigned i = 0; i < WORKERS; i++) workers[i].caller = (rebase_caller){BOT, "ann", i % 2 ? h.session : NULL};
  start_all(WORKERS, decide_the_same);
  pthread_barrier_wait(&gate);
  join_all(WORKERS);
  for (unsigned i = 0; i < WORKERS; i++) ck_assert_uint_eq(workers[i].effects[REBASE_ALLOW], ROUNDS);
  rebase_call_free(call);
}
END_TEST

/* ---- one word for all ---- */
struct pay { const char *id; int64_t amount; const rebase_prepared *kind; };
static struct pay pays[2];          /* of the kind that is allowed, and of another */

static void decide_on_words(struct worker *w) {
  static const rebase_member members[] = {{"id", REBASE_MEMBER_STRING, offsetof(struct pay, id)}, {"amount", REBASE_MEMBER_DECIMAL, offsetof(struct pay, amount)},
                                          {"kind", REBASE_MEMBER_PREPARED, offsetof(struct pay, kind)}};
  rebase_binding *binding;
  bool bound = rebase_bind(h.engine, "shop.pay", members, 3, &binding) == REBASE_OK;
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; bound && (!atomic_load(&stop) || i < 50); i++) {
    const rebase_decision *d = rebase_decide_bound(w->request, &w->caller, binding, &pays[i % 2]);
    if (d->status != REBASE_OK || (d->effect == REBASE_ALLOW) != (i % 2 == 0)) atomic_fetch_add(&wrong, 1);
    w->rounds++;
  }
  if (bound) rebase_unbind(binding);
}

/* What symbol it is in a bundle is noted by whoever finds it, while others may decide under another bundle, where it is another. */
START_TEST(a_prepared_word_of_all) {
  static const char rules[] = "policy p { allow call shop.pay by bot where args.kind == fast }";
  const char *const changed[] = {"kind: one of { fast, slow }", "kind: one of { slower, slow, fast }", "status: one of { open, closed }, limit", "status: one of { ajar, open, closed }, limit", NULL};
  struct image images[2] = {compile_world(rules, NULL), compile_world(rules, changed)};
  rebase_prepared *words[2];
  atomic_store(&wrong, 0);
  for (unsigned i = 0; i < 2; i++) {
    ck_assert_int_eq(rebase_prepare_text(h.engine, (rebase_text){i ? "slow" : "fast", 4}, &words[i]), REBASE_OK);
    pays[i] = (struct pay){"o1", 1000000, words[i]};
  }
  ck_assert_int_eq(rebase_engine_load(h.engine, images[0].bytes, images[0].size, NULL), REBASE_OK);
  for (unsigned i = 0; i < WORKERS; i++) {
    workers[i].caller = (rebase_caller){BOT, "ann", NULL};
    workers[i].rounds = 0;
  }
  start_all(WORKERS, decide_on_words);
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < 300; i++) ck_assert_int_eq(rebase_engine_load(h.engine, images[(i + 1) % 2].bytes, images[(i + 1) % 2].size, NULL), REBASE_OK);
  atomic_store(&stop, true);
  join_all(WORKERS);
  ck_assert_uint_eq(atomic_load(&wrong), 0);
  for (unsigned i = 0; i < WORKERS; i++) ck_assert_uint_ge(workers[i].rounds, 50);
  for (unsigned i = 0; i < 2; i++) {
    rebase_prepared_free(h.engine, words[i]);
    free(images[i].bytes);
  }
}
END_TEST

/* ---- everything at once ---- */
static char shared[4][REBASE_ID_BYTES];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static void session_at(unsigned index, char id[REBASE_ID_BYTES]) {
  pthread_mutex_lock(&shared_lock);
  memcpy(id, shared[index], REBASE_ID_BYTES);
  pthread_mutex_unlock(&shared_lock);
}

/* Decides, observes, hears, sees, proves, taints, delegates, closes and opens, in sessions that others use and close as well. */
static void all_sorts(struct worker *w) {
  char id[REBASE_ID_BYTES], decision[REBASE_ID_BYTES], child[REBASE_ID_BYTES];
  uint64_t random = w->index * 7919 + 1;
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < ROUNDS; i++) {
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    unsigned which = (unsigned)(random >> 60) % 4;
    session_at(which, id);
    w->caller = (rebase_caller){BOT, "ann", id};
    switch ((unsigned)(random >> 40) % 10) {
    case 0: case 1: case 2: {
      const rebase_decision *d = rebase_decide_json(w->request, &w->caller, i % 3 ? GET : CANCEL, strlen(i % 3 ? GET : CANCEL));
      memcpy(decision, d->id, sizeof decision);
      if (d->effect == REBASE_ALLOW) rebase_observe(h.engine, id, decision, (rebase_outcome)(i % 3), ORDER, strlen(ORDER), NULL);
      w->effects[d->effect]++;
      break;
    }
    case 3: rebase_hear(h.engine, id, "cancel o1", 9); break;
    case 4: rebase_see(h.engine, id, "shop.order", ORDER, strlen(ORDER), NULL); break;
    case 5: rebase_prove(h.engine, id, "acme.shop.verified"); break;
    case 6: rebase_taint(h.engine, id, i % 2 ? "acme.shop.personal" : "acme.shop.untrusted"); break;
    case 7: {
      static const char delegation[] = "{\"delegate\":\"acme.shop.helper\"}";
      const rebase_decision *d = rebase_decide_json(w->request, &w->caller, delegation, sizeof delegation - 1);
      memcpy(decision, d->id, sizeof decision);
      if (d->effect != REBASE_ALLOW || rebase_session_delegate(h.engine, id, decision, child, NULL) != REBASE_OK) break;
      w->caller = (rebase_caller){HELPER, "ann", child};
      w->effects[rebase_decide_json(w->request, &w->caller, GET, strlen(GET))->effect]++;
      rebase_session_close(h.engine, child);
      break;
    }
    case 8: {
      const rebase_opening opening = {BOT, "ann", "{\"roles\":[]}"};
      char fresh[REBASE_ID_BYTES];
      if (rebase_session_open(h.engine, &opening, fresh, NULL) != REBASE_OK) break;
      pthread_mutex_lock(&shared_lock);
      memcpy(id, shared[which], sizeof id);
      memcpy(shared[which], fresh, sizeof fresh);
      pthread_mutex_unlock(&shared_lock);
      rebase_session_close(h.engine, id);
      break;
    }
    default: {
      rebase_counters counters;
      char text[100];
      rebase_engine_counters(h.engine, &counters);
      rebase_cost(h.engine, BOT, "shop.pay", text, sizeof text);
    }
    }
  }
}

START_TEST(sessions_used_and_closed_at_once) {
  for (unsigned i = 0; i < 4; i++) ck_assert_int_eq(host_session(&h, BOT, "ann", shared[i]), REBASE_OK);
  start_all(WORKERS, all_sorts);
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < 20; i++) host_load(&h, i % 2 ? RULES : RULES "guard g { require stamp(\"x\") before call }");
  join_all(WORKERS);
  rebase_counters counters;
  rebase_engine_counters(h.engine, &counters);
  ck_assert_uint_eq(counters.soundness_faults, 0);
  ck_assert_uint_gt(counters.allowed, 100);
  ck_assert_uint_eq(counters.decisions, counters.allowed + counters.asked + counters.denied);
}
END_TEST

/* SPEC 8.2: a label that was set before a session of the same requester opened is there, whichever thread set it. */
static atomic_uint lost;
static void labels_follow(struct worker *w) {
  char requester[20], id[REBASE_ID_BYTES], next[REBASE_ID_BYTES];
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < ROUNDS / 4; i++) {
    snprintf(requester, sizeof requester, "w%u", i % 5);   /* the others use the same names */
    const rebase_opening opening = {BOT, requester, NULL};
    if (rebase_session_open(h.engine, &opening, id, NULL) != REBASE_OK) continue;
    w->caller = (rebase_caller){BOT, requester, id};
    rebase_effect read = decide_here(w, VAULT);
    if (rebase_session_open(h.engine, &opening, next, NULL) == REBASE_OK) {
      w->caller = (rebase_caller){BOT, requester, next};
      if (read == REBASE_ALLOW && decide_here(w, SEND) == REBASE_ALLOW) atomic_fetch_add(&lost, 1);
      rebase_session_close(h.engine, next);
    }
    rebase_session_close(h.engine, id);
  }
}

START_TEST(spec_8_2_labels_follow_the_requester) {
  atomic_store(&lost, 0);
  start_all(WORKERS, labels_follow);
  pthread_barrier_wait(&gate);
  join_all(WORKERS);
  ck_assert_uint_eq(atomic_load(&lost), 0);
  for (unsigned i = 0; i < WORKERS; i++) ck_assert_uint_gt(workers[i].effects[REBASE_ALLOW], 10);
}
END_TEST

/* SPEC 8.1: the table is never over-full, and no session is evicted, however many open at once. */
static atomic_uint opened;
static char opened_ids[WORKERS * 64][REBASE_ID_BYTES];
static void open_many(struct worker *w) {
  char requester[20];
  pthread_barrier_wait(&gate);
  for (unsigned i = 0; i < 64; i++) {
    char id[REBASE_ID_BYTES];
    snprintf(requester, sizeof requester, "m%u", w->index);
    const rebase_opening opening = {BOT, requester, NULL};
    if (rebase_session_open(h.engine, &opening, id, NULL) != REBASE_OK) continue;
    atomic_fetch_add(&opened, 1);
    memcpy(opened_ids[w->index * 64 + i], id, sizeof id);
  }
}

START_TEST(spec_8_1_full_table_under_load) {
  memset(opened_ids, 0, sizeof opened_ids);
  atomic_store(&opened, 0);
  start_all(WORKERS, open_many);
  pthread_barrier_wait(&gate);
  join_all(WORKERS);
  ck_assert_uint_eq(atomic_load(&opened), 63);      /* and the fixture's own */
  unsigned alive = 0;
  for (unsigned i = 0; i < WORKERS * 64; i++) {
    if (!opened_ids[i][0]) continue;
    char requester[20];
    snprintf(requester, sizeof requester, "m%u", i / 64);
    h.caller = (rebase_caller){BOT, requester, opened_ids[i]};
    alive += decide(&h, GET)->effect == REBASE_ALLOW;
    for (unsigned k = 0; k < i; k++) ck_assert_str_ne(opened_ids[k], opened_ids[i]);
  }
  ck_assert_uint_eq(alive, 63);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("threads");
  TCase *t = tcase_create("threads");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 300);
  tcase_add_test(t, both_orders_one_after_the_other);
  tcase_add_test(t, spec_7_9_no_interleaving_of_read_and_send);
  tcase_add_test(t, spec_8_2_nor_over_delegation);
  tcase_add_test(t, spec_7_9_counts_are_exact);
  tcase_add_test(t, spec_8_4_one_write_a_look);
  tcase_add_test(t, spec_8_4_nor_over_delegation);
  tcase_add_test(t, spec_7_8_an_approval_is_used_once);
  tcase_add_test(t, decisions_while_bundles_are_swapped);
  tcase_add_test(t, a_kept_call_of_all);
  tcase_add_test(t, a_prepared_word_of_all);
  tcase_add_test(t, sessions_used_and_closed_at_once);
  tcase_add_test(t, spec_8_2_labels_follow_the_requester);
  tcase_add_test(t, spec_8_1_full_table_under_load);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
