/* rebase_redis.h: quotas in Redis, for the processes of many hosts. In librebase-redis, which needs libhiredis.
 *
 * One round trip a reservation. All keys of a store carry one hash tag, so they lie on one node of a cluster. The server's clock is
 * the reference: a host that differs from it by more than `tolerance` is refused. A server that was restarted or replaced by a
 * replica may have lost writes: it refuses until it is seeded.
 */
#ifndef REBASE_REDIS_H
#define REBASE_REDIS_H
#include "rebase_quota.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct rebase_redis_options {       /* zero: the default of each */
  const char *name;                 /* of the store within the server; default "rebase" */
  const char *password;             /* NULL: none */
  int64_t timeout;                  /* microseconds, for connecting and for an answer; default 1 second */
  int64_t tolerance;                /* default 60 seconds */
  int64_t remember;                 /* how long after its end a reservation is remembered; default 1 hour */
} rebase_redis_options;
/* address: "/path/of/a/socket" or "host:port". It need not be there yet: calls connect when they must. */
REBASE_API rebase_status rebase_quota_redis(const char *address, const rebase_redis_options *options, rebase_quota **quota);

#ifdef __cplusplus
}
#endif
#endif
