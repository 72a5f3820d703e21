/* rebase_sqlite.h: quotas in an SQLite file, for the processes of one host. In librebase-sqlite, which needs libsqlite3. */
#ifndef REBASE_SQLITE_H
#define REBASE_SQLITE_H
#include "rebase_quota.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct rebase_sqlite_options {      /* zero: the default of each */
  bool survive_power_loss;          /* syncs each reservation: some 20 times slower. Without it a power loss forgets what was
                                     * reserved since the last checkpoint; the end of a process forgets nothing in either case */
  int64_t timeout;                  /* microseconds a call waits for other processes; default 1 second */
  int64_t tolerance;                /* default 5 seconds */
  int64_t remember;                 /* how long after its end a reservation is remembered; default 1 hour */
} rebase_sqlite_options;
/* Beside the file stand FILE-wal and FILE-shm, SQLite's own, and FILE-turns: in which order processes write. No network file systems.
 * Makes the file if need be; a new one refuses until it is seeded. So does one that was put in place of another. */
REBASE_API rebase_status rebase_quota_sqlite(const char *path, const rebase_sqlite_options *options, rebase_quota **quota, rebase_report *report);

#ifdef __cplusplus
}
#endif
#endif
