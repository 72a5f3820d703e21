/* quota.pml: reserve, settle, expire and crash of a store of quotas, for every interleaving. SPEC 17.7.
 *
 * Hosts share one budget. Each wants to make a call: it reserves an upper bound, makes the call, settles what it used; it may
 * die after any step, and what it sends may arrive twice. Time may pass at any moment: what is not settled has expired. A store's
 * answer may come late, so a host that got none sends again. Checked:
 *   never_overspent   what was really used, plus what may still be used, never exceeds the limit;
 *   counted           a call is made only when the store counts it with at least what it uses;
 *   given_back        what was settled in time for less is free again in the end. */
#define HOSTS 3
#define LIMIT 4
#define BOUND 2                     /* a reservation's amount; a call uses 0, 1 or 2 of it */

mtype = { none, open, done };
mtype state[HOSTS];                 /* of a host's reservation, as the store keeps it */
bool expired[HOSTS];
byte counter;                       /* what the store says is used */
byte used[HOSTS];                   /* what the calls really used */
bool called[HOSTS], settled[HOSTS], told[HOSTS];
byte running;                       /* upper bounds of calls that may still use something */

inline reserve(h) {                 /* one transaction or script */
  d_step {
    if
    :: state[h] != none -> told[h] = true                       /* sent again: granted as before */
    :: state[h] == none && counter + BOUND <= LIMIT -> state[h] = open; counter = counter + BOUND; told[h] = true
    :: else -> told[h] = false
    fi
  }
}

inline settle(h) {
  d_step {
    if
    :: state[h] == open && !expired[h] -> counter = counter - BOUND + used[h]; state[h] = done; settled[h] = true
    :: state[h] == open && expired[h] -> state[h] = done        /* late: had counted as spent */
    :: else -> skip                                             /* twice */
    fi
  }
}

proctype host(byte h) {
  byte sends = 0;
  do                                /* reserve; perhaps once more */
  :: reserve(h); if :: sends == 0 -> sends = 1 :: break fi
  :: goto dead
  od;
  if :: !told[h] -> goto dead :: else fi;
  d_step { assert(state[h] != none); called[h] = true; running = running + BOUND };
  if :: goto dead :: skip fi;       /* it dies while the call is under way: that may use all of it */
  atomic { if :: used[h] = 0 :: used[h] = 1 :: used[h] = BOUND fi; running = running - BOUND };
  if :: goto dead :: skip fi;
  settle(h);
  if :: settle(h) :: skip fi;
dead: skip
}

active proctype time() {
  byte h = 0;
  do
  :: h < HOSTS -> if :: expired[h] = (state[h] == open) :: skip fi; h = h + 1
  :: break
  od
}

init {
  byte h = 0;
  atomic {
    do
    :: h < HOSTS -> state[h] = none; run host(h); h = h + 1
    :: else -> break
    od
  }
}

#define REALLY (used[0] + used[1] + used[2])
ltl never_overspent { [] (REALLY + running <= LIMIT) }
ltl counted { [] (counter <= LIMIT && REALLY <= counter) }
ltl given_back { [] (settled[0] && settled[1] && state[2] == none -> counter == used[0] + used[1]) }
