/* lease.pml: processes that draw reservations from leases of one counter, for every interleaving. SPEC 17.10, lease.c.
 *
 * A process leases a slice, draws calls from it, takes back what a call did not use, and gives back to the store what is free; it may
 * die after any step, and what it sends may arrive twice. A lease may expire at any moment, and the store may lose its state once: it
 * is seeded with what it had counted, and knows the leases of before no more. Checked:
 *   never_overspent   what was really used, plus what may still be used or drawn, never exceeds the limit;
 *   counted           the store counts all of that;
 *   given_back        when nothing of that happened, exactly what was used is counted. */
#define PROCESSES 2
#define ALL 3                       /* leases: two of process 0, one after the other, and one of process 1 */
#define LIMIT 3
#define SLICE 2                     /* what is needed and what will be; 1 when there is no more */

mtype = { none, open, done };
mtype state[ALL];                   /* of a lease, as the store keeps it */
byte amount[ALL];
bool expired[ALL];
byte counter;
byte epoch;
byte free[PROCESSES], heard[PROCESSES];
byte used, running;                 /* by calls that are over; upper bounds of those that are not */
byte failed;                        /* leases that were not given back in time, or were forgotten, and processes that died */

inline reserve(n, wanted, got) {    /* in the store: one transaction */
  d_step {
    if
    :: state[n] != none -> got = amount[n]                      /* sent again */
    :: state[n] == none && counter + wanted <= LIMIT -> state[n] = open; amount[n] = wanted; counter = counter + wanted; got = wanted
    :: else -> got = 0
    fi
  }
}

inline settle(n, what) {
  d_step {
    if
    :: state[n] == open && !expired[n] -> counter = counter - amount[n] + what; state[n] = done
    :: state[n] == open && expired[n] -> state[n] = done; failed++          /* late: had counted as spent */
    :: else -> skip                                             /* twice, or of a lease that the store forgot */
    fi
  }
}

proctype process(byte p) {
  byte lease = 2 * p, got, give, calls;
  bool old;
  do
  :: lease < 2 + p ->
     reserve(lease, SLICE, got);
     if :: got == 0 -> reserve(lease, 1, got) :: else fi;
     if :: reserve(lease, SLICE, got) :: goto dead :: skip fi;  /* the answer was not heard: once more, or nobody is there to hear it */
     d_step {                       /* an answer of another epoch: what is left of the leases before is worth nothing */
       old = heard[p] != epoch;
       if :: old -> free[p] = 0; heard[p] = epoch :: else fi;
       free[p] = free[p] + got
     };
     do                             /* calls */
     :: d_step { calls < 2 && free[p] > 0 -> free[p]--; running++ };
        if :: goto dead :: skip fi; /* it dies while the call is under way: that may use all of it */
        if
        :: d_step { running--; used++ }
        :: d_step { running--; free[p]++ }                      /* it used nothing */
        fi;
        calls++
     :: break
     :: goto dead
     od;
     calls = 0;
     d_step { give = free[p]; if :: give > got -> give = got :: else fi; free[p] = free[p] - give };
     if :: goto dead :: skip fi;
     if :: got > 0 -> settle(lease, got - give); if :: settle(lease, got - give) :: skip fi :: else fi;
     lease++
  :: else -> goto out
  od;
dead: failed++; free[p] = 0;        /* nobody draws it any more */
out: skip
}

active proctype time() {             /* one expires, or none */
  if
  :: d_step { state[0] == open -> expired[0] = true }
  :: d_step { state[1] == open -> expired[1] = true }
  :: d_step { state[2] == open -> expired[2] = true }
  :: skip
  fi
}

active proctype loss() {
  byte n;
  if
  :: d_step {
       epoch++;
       n = 0;
       do
       :: n < ALL -> if :: state[n] == open -> state[n] = none; failed++ :: else fi; n++
       :: else -> break
       od
     }
  :: skip
  fi
}

init {
  byte n = 0;
  atomic {
    do
    :: n < ALL -> state[n] = none; n++
    :: else -> break
    od;
    run process(0);
    run process(1)
  }
}

#define DRAWABLE (free[0] + free[1])
#define OVER (_nr_pr == 1)
ltl never_overspent { [] (used + running + DRAWABLE <= LIMIT) }
ltl counted { [] (counter <= LIMIT && used + running + DRAWABLE <= counter) }
ltl given_back { [] (failed == 0 && OVER -> counter == used) }
