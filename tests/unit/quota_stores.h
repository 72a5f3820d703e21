/* quota_stores.h: stores of quotas to test with: files and a real redis-server in a directory of their own. */
#ifndef QUOTA_STORES_H
#define QUOTA_STORES_H
#include <sys/types.h>
#include "rebase_quota.h"

/* STORE_LEASED + a store: leases on that store. */
enum store_kind { STORE_MEMORY, STORE_SQLITE, STORE_REDIS, STORE_KINDS, STORE_LEASED = STORE_KINDS, STORE_ALL = 2 * STORE_KINDS };
struct bench { enum store_kind kind; bool leased; uint32_t away_share; char directory[64], address[128]; pid_t server; };

void bench_start(struct bench *bench, enum store_kind kind);   /* a new directory; starts the server */
void bench_stop(struct bench *bench);                          /* ends the server, removes the directory */
rebase_quota *bench_open(const struct bench *bench, int64_t tolerance);
void server_start(struct bench *bench);                        /* waits until it answers */
void server_kill(struct bench *bench);                         /* as a power loss would: nothing is written first */
void server_save(struct bench *bench);                         /* a snapshot, now */
void bench_copy(const struct bench *bench, const char *from, const char *to);  /* files of the directory */
void bench_remove(const struct bench *bench, const char *file);
int64_t wall_now(void);                                        /* microseconds */
#endif
