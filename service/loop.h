/* loop.h: the one thread of the gateway. Files, HTTP transfers behind (libcurl) and a tick ten times a second; every module
 * is called from here, so nothing in the gateway needs a lock. */
#ifndef GATE_LOOP_H
#define GATE_LOOP_H
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;
struct watch;
typedef void (*watch_ready)(void *user, short events);    /* poll(2) events */
typedef void (*transfer_done)(void *user, CURL *easy, CURLcode code);

struct loop *loop_new(void);
void loop_free(struct loop *loop);
/* The watch may be freed from within any callback. */
struct watch *loop_watch(struct loop *loop, int fd, short events, watch_ready ready, void *user);
void watch_want(struct watch *watch, short events);
void loop_unwatch(struct watch *watch);                   /* takes NULL too; does not close the file */
/* Called after every round, and at least every 100 ms. `now` is loop_now. */
void loop_each_round(struct loop *loop, void (*round)(void *user, int64_t now), void *user);
/* Another round at once, without waiting. */
void loop_again(struct loop *loop);
bool loop_transfer(struct loop *loop, CURL *easy, transfer_done done, void *user);
void loop_abandon(struct loop *loop, CURL *easy);         /* done is not called */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
int64_t loop_now(void);                                   /* microseconds, never backwards */
#endif
