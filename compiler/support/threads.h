/* threads.h: work that several threads share. */
#ifndef RBC_THREADS_H
#define RBC_THREADS_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { THREADS_MOST = 8 };
/* How many to have, the caller's included: as many as were asked for (0: as there are processors for this process), as there are pieces of work, and as there can be. */
unsigned threads_wanted(unsigned asked, size_t pieces);
/* work(worker) for each of count workers, `size` bytes apart: of the first here, of the others in threads of their own. Comes back when all have.
 * Fewer when the system has no more threads: so nobody's share of the work may be fixed before. */
void threads_run(void *(*work)(void *worker), void *workers, size_t size, unsigned count);
/* Numbers below count, which workers take some at a time: *from up to *end, without that; false: none is left. */
struct thread_shares { size_t count, at_once; atomic_size_t next; };
bool threads_take(struct thread_shares *shares, size_t *from, size_t *end);
#endif
