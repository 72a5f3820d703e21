/* loop.c: see loop.h */
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include "loop.h"
#include "memory.h"

enum { TICK_MS = 100 };

struct watch { struct loop *loop; struct watch *next; int fd; short events; watch_ready ready; void *user; bool dead; };
struct transfer { struct transfer *next; CURL *easy; transfer_done done; void *user; };

struct loop {
  CURLM *multi;
  struct watch *watches;
  struct transfer *transfers;
  struct curl_waitfd *polled; struct watch **polled_watch; unsigned polled_room;
  void (*round)(void *user, int64_t now); void *round_user;
  bool stopping, again;
};

int64_t loop_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct loop *loop_new(void) {
  struct loop *loop = gate_new(sizeof *loop);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  loop->multi = curl_multi_init();
  curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, 256L);
  return loop;
}

void loop_free(struct loop *loop) {
  for (struct watch *w = loop->watches, *next; w; w = next) { next = w->next; free(w); }
  curl_multi_cleanup(loop->multi);
  free(loop->polled);
  free(loop->polled_watch);
  free(loop);
}

struct watch *loop_watch(struct loop *loop, int fd, short events, watch_ready ready, void *user) {
  struct watch *w = gate_new(sizeof *w);
  *w = (struct watch){loop, loop->watches, fd, events, ready, user, false};
  return loop->watches = w;
}

void watch_want(struct watch *watch, short events) { watch->events = events; }
void loop_unwatch(struct watch *watch) { if (watch) watch->dead = true; }
void loop_each_round(struct loop *loop, void (*round)(void *user, int64_t now), void *user) { loop->round = round; loop->round_user = user; }
void loop_again(struct loop *loop) { loop->again = true; }
void loop_stop(struct loop *loop) { loop->stopping = true; }

/* ---- transfers ---- */
bool loop_transfer(struct loop *loop, CURL *easy, transfer_done done, void *user) {
  if (curl_multi_add_handle(loop->multi, easy) != CURLM_OK) return false;
  struct transfer *t = gate_new(sizeof *t);
  *t = (struct transfer){loop->transfers, easy, done, user};
  loop->transfers = t;
  loop->again = true;
  return true;
}

static struct transfer *take_transfer(struct loop *loop, CURL *easy) {
  for (struct transfer **at = &loop->transfers; *at; at = &(*at)->next) {
    struct transfer *t = *at;
    if (t->easy != easy) continue;
    *at = t->next;
    return t;
  }
  return NULL;
}

void loop_abandon(struct loop *loop, CURL *easy) {
  free(take_transfer(loop, easy));
  curl_multi_remove_handle(loop->multi, easy);
}

static void run_transfers(struct loop *loop) {
  int running, left;
  CURLMsg *message;
  if (!loop->transfers) return;
  curl_multi_perform(loop->multi, &running);
  while ((message = curl_multi_info_read(loop->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL *easy = message->easy_handle;
    CURLcode code = message->data.result;
    struct transfer *t = take_transfer(loop, easy);
    curl_multi_remove_handle(loop->multi, easy);
    if (t) t->done(t->user, easy, code);
    free(t);
  }
}

/* ---- files ---- */
static unsigned gather(struct loop *loop) {
  unsigned n = 0;
  for (struct watch **at = &loop->watches; *at;) {
    struct watch *w = *at;
    if (w->dead) { *at = w->next; free(w); continue; }
    if (n == loop->polled_room) {
      loop->polled_room = loop->polled_room ? loop->polled_room * 2 : 16;
      loop->polled = gate_grow(loop->polled, loop->polled_room * sizeof *loop->polled);
      loop->polled_watch = gate_grow(loop->polled_watch, loop->polled_room * sizeof *loop->polled_watch);
    }
    loop->polled[n] = (struct curl_waitfd){.fd = w->fd, .events = w->events};
    loop->polled_watch[n++] = w;
    at = &w->next;
  }
  return n;
}

void loop_run(struct loop *loop) {
  while (!loop->stopping) {
    unsigned n = gather(loop);
    int wait = loop->again ? 0 : TICK_MS, ready = 0;
    loop->again = false;
    curl_multi_poll(loop->multi, loop->polled, n, wait, &ready);
    for (unsigned i = 0; ready && i < n; i++) {
      struct watch *w = loop->polled_watch[i];
      if (loop->polled[i].revents && !w->dead) w->ready(w->user, loop->polled[i].revents);
    }
    run_transfers(loop);
    if (loop->round) loop->round(loop->round_user, loop_now());
  }
}
