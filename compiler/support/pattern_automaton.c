/* pattern_automaton.c: a pattern's tree to a nondeterministic automaton over bytes (Thompson), to a deterministic one
 * (subsets), to the smallest one (minimise, in pattern_minimise.c). All of it is bounded. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "support/pattern.h"
#include "support/pattern_automaton.h"
#include "support/pattern_syntax.h"

enum { MAX_NODES = 20000, MAX_WORK = 40000000 };

/* Nodes are made from the end to the beginning: each knows where it goes on. FORK goes on at both. */
enum nfa_kind { NFA_BYTES, NFA_FORK, NFA_BEGIN, NFA_END, NFA_ACCEPT };
struct nfa_node { uint8_t kind, low, high; uint32_t to, other; };

struct nfa { struct arena *arena; struct nfa_node *nodes; uint32_t count, room; bool too_large; };

/* Room for more in place of `old`, zeroed behind what it holds; NULL: memory is out. */
static void *grown(struct arena *arena, const void *old, size_t count, size_t room, size_t size) {
  void *memory = arena_alloc(arena, room * size);
  if (memory && count) memcpy(memory, old, count * size);
  return memory;
}

static bool room_for_one(struct nfa *n) {
  if (n->too_large || n->count == MAX_NODES) return false;
  if (n->count < n->room) return true;
  uint32_t room = n->room ? 2 * n->room : 64;
  struct nfa_node *nodes = grown(n->arena, n->nodes, n->count, room, sizeof *nodes);
  if (!nodes) return false;
  n->nodes = nodes;
  n->room = room;
  return true;
}

/* 0 when there are too many, or memory is out: then nobody uses the automaton. */
static uint32_t add(struct nfa *n, enum nfa_kind kind, unsigned low, unsigned high, uint32_t to, uint32_t other) {
  if (!room_for_one(n)) { n->too_large = true; return 0; }
  n->nodes[n->count] = (struct nfa_node){(uint8_t)kind, (uint8_t)low, (uint8_t)high, to, other};
  return n->count++;
}

/* ---- classes of characters as sequences of byte ranges ---- */
static unsigned encode(uint32_t c, unsigned char bytes[4]) {
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  unsigned size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (unsigned i = size - 1; i; i--, c >>= 6) bytes[i] = (unsigned char)(0x80 | (c & 0x3f));
  bytes[0] = (unsigned char)(lead[size] | c);
  return size;
}

struct byte_choice { struct nfa *nfa; uint32_t to, head; bool some; };   /* head: fork of what was added so far */

static void add_bytes(struct byte_choice *b, uint32_t low, uint32_t high) {
  unsigned char from[4], until[4];
  unsigned size = encode(low, from);
  uint32_t at = b->to;
  encode(high, until);
  for (unsigned i = size; i; i--) at = add(b->nfa, NFA_BYTES, from[i - 1], until[i - 1], at, 0);
  b->head = b->some ? add(b->nfa, NFA_FORK, 0, 0, at, b->head) : at;
  b->some = true;
}

/* Splits until low .. high is a product of byte ranges. */
static void add_characters(struct byte_choice *b, uint32_t low, uint32_t high) {
  static const uint32_t last_of_size[] = {0x7f, 0x7ff, 0xffff};
  for (int i = 0; i < 3; i++) {
    if (low > last_of_size[i] || high <= last_of_size[i]) continue;
    add_characters(b, low, last_of_size[i]);
    add_characters(b, last_of_size[i] + 1, high);
    return;
  }
  for (uint32_t mask = 0x3f; high >= 0x80 && mask <= 0x3ffff; mask = mask << 6 | 0x3f) {
    if ((low & ~mask) == (high & ~mask)) continue;
    if (low & mask) {
      add_characters(b, low, low | mask);
      add_characters(b, (low | mask) + 1, high);
      return;
    }
    if ((high & mask) != mask) {
      add_characters(b, low, (high & ~mask) - 1);
      add_characters(b, high & ~mask, high);
      return;
    }
  }
  add_bytes(b, low, high);
}

/* ---- the tree ---- */
static uint32_t build(struct nfa *n, const struct part *part, uint32_t to);

static uint32_t build_class(struct nfa *n, const struct part *part, uint32_t to) {
  struct byte_choice b = {n, to, 0, false};
  for (uint32_t i = 0; i < part->range_count; i++) add_characters(&b, part->ranges[i].low, part->ranges[i].high);
  return b.some ? b.head : add(n, NFA_BYTES, 1, 0, to, 0);       /* no character: no byte either */
}

static uint32_t build_repeat(struct nfa *n, const struct part *part, uint32_t to) {
  const struct part *kid = part->kids[0];
  uint32_t at = to;
  if (part->most == REPEAT_FOREVER) {
    uint32_t fork = add(n, NFA_FORK, 0, 0, to, to);
    uint32_t body = build(n, kid, fork);
    if (!n->too_large) n->nodes[fork].to = body;
    at = fork;
  } else {
    for (uint32_t i = part->least; i < part->most && !n->too_large; i++)
      at = add(n, NFA_FORK, 0, 0, build(n, kid, at), to);
  }
  for (uint32_t i = 0, before = UINT32_MAX; i < part->least && !n->too_large && at != before; i++) {
    before = at;                       /* unchanged: the kid takes nothing, and more of it neither */
    at = build(n, kid, at);
  }
  return at;
}

static uint32_t build(struct nfa *n, const struct part *part, uint32_t to) {
  uint32_t at = to;
  if (n->too_large) return 0;
  switch (part->kind) {
    case PART_EMPTY: return to;
    case PART_CLASS: return build_class(n, part, to);
    case PART_BEGIN: return add(n, NFA_BEGIN, 0, 0, to, 0);
    case PART_END: return add(n, NFA_END, 0, 0, to, 0);
    case PART_REPEAT: return build_repeat(n, part, to);
    case PART_SEQUENCE:
      for (uint32_t i = part->kid_count; i; i--) at = build(n, part->kids[i - 1], at);
      return at;
    default:
      at = build(n, part->kids[part->kid_count - 1], to);
      for (uint32_t i = part->kid_count - 1; i; i--) at = add(n, NFA_FORK, 0, 0, build(n, part->kids[i - 1], to), at);
      return at;
  }
}

/* ---- subsets ---- */
struct subsets {
  const struct nfa *nfa;
  struct arena *arena;
  uint32_t *stack, *mark, generation;  /* mark[node] == generation: in the set under construction */
  uint32_t *members, member_count;     /* that set: nodes that take bytes, ends and the accepting one, ascending */
  bool accepts;
  uint32_t *pool; size_t pool_size, pool_room;   /* members of all states */
  struct { uint32_t first, count, hash; } *sets;
  uint32_t *slots, slot_mask;          /* open hash of state numbers; 0: free */
  uint32_t room;                       /* for states, in sets, slots and the automaton */
  size_t work;
  struct dfa *dfa;
  bool too_large;
};
enum { FIRST_ROOM = 32, SLOTS_EACH = 4 };

static void push(struct subsets *s, uint32_t *depth, uint32_t node) {
  if (s->mark[node] == s->generation) return;
  s->mark[node] = s->generation;
  s->stack[(*depth)++] = node;
}

/* Adds what is reached from a node without a byte. Ends are passed only to see whether the set accepts. */
static void reach(struct subsets *s, uint32_t from, bool at_begin, bool at_end) {
  uint32_t depth = 0;
  push(s, &depth, from);
  while (depth) {
    uint32_t at = s->stack[--depth];
    const struct nfa_node *node = &s->nfa->nodes[at];
    s->work++;
    switch (node->kind) {
      case NFA_FORK:
        push(s, &depth, node->other);
        push(s, &depth, node->to);
        break;
      case NFA_BEGIN:
        if (at_begin) push(s, &depth, node->to);
        break;
      case NFA_END:
        if (at_end) push(s, &depth, node->to);
        else s->members[s->member_count++] = at;
        break;
      case NFA_ACCEPT: s->accepts = true; /* fall through */
      default:
        if (!at_end) s->members[s->member_count++] = at;
    }
  }
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void pass_ends(struct subsets *s, bool at_begin) {
  s->generation++;
  for (uint32_t i = 0; i < s->member_count && !s->accepts; i++)
    if (s->nfa->nodes[s->members[i]].kind == NFA_END) reach(s, s->nfa->nodes[s->members[i]].to, at_begin, true);
}

static bool keep(struct subsets *s) {
  if (s->pool_room - s->pool_size < s->member_count) {
    size_t room = 2 * s->pool_room + s->member_count + 1024;
    uint32_t *more = realloc(s->pool, room * sizeof *more);
    if (!more) { s->arena->failed = true; return false; }
    s->pool = more;
    s->pool_room = room;
  }
  if (s->member_count) memcpy(s->pool + s->pool_size, s->members, s->member_count * sizeof *s->pool);
  return true;
}

static uint32_t free_slot(const struct subsets *s, uint32_t hash) {
  uint32_t slot = hash & s->slot_mask;
  while (s->slots[slot]) slot = (slot + 1) & s->slot_mask;
  return slot;
}

static bool more_states(struct subsets *s) {
  uint32_t room = s->room ? 2 * s->room : FIRST_ROOM, states = s->dfa->states;
  s->sets = grown(s->arena, s->sets, states, room, sizeof *s->sets);
  s->dfa->accept = grown(s->arena, s->dfa->accept, states, room, 1);
  s->dfa->next = grown(s->arena, s->dfa->next, (size_t)states * s->dfa->class_count, (size_t)room * s->dfa->class_count, sizeof *s->dfa->next);
  s->slots = arena_alloc(s->arena, SLOTS_EACH * (size_t)room * sizeof *s->slots);
  if (!s->sets || !s->dfa->accept || !s->dfa->next || !s->slots) return false;
  s->room = room;
  s->slot_mask = SLOTS_EACH * room - 1;
  for (uint32_t state = 1; state < states; state++) s->slots[free_slot(s, s->sets[state].hash)] = state;
  return true;
}

static uint32_t new_state(struct subsets *s, uint32_t hash) {
  if (s->dfa->states == DFA_MAX_STATES) { s->too_large = true; return 0; }
  if (!keep(s) || (s->dfa->states == s->room && !more_states(s))) return 0;
  uint32_t state = s->dfa->states++;
  s->sets[state].first = (uint32_t)s->pool_size;
  s->sets[state].count = s->member_count;
  s->sets[state].hash = hash;
  s->pool_size += s->member_count;
  s->dfa->accept[state] = s->accepts;
  s->slots[free_slot(s, hash)] = state;
  return state;
}

/* Sets are nearly sorted as they are found, and small. */
static void sort_members(struct subsets *s) {
  for (uint32_t i = 1; i < s->member_count; i++) {
    uint32_t moved = s->members[i], k = i;
    for (; k && s->members[k - 1] > moved; k--) s->members[k] = s->members[k - 1];
    s->members[k] = moved;
  }
}

/* The state of the set under construction: 0 for the empty set. */
static uint32_t state_of(struct subsets *s, bool at_begin) {
  if (!s->member_count) return 0;
  if (s->member_count < 32) sort_members(s);
  else qsort(s->members, s->member_count, sizeof *s->members, ascending);
  pass_ends(s, at_begin);
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < s->member_count; i++) hash = (hash ^ s->members[i]) * 16777619u;
  hash ^= hash >> 15;
  for (uint32_t slot = hash & s->slot_mask, state; (state = s->slots[slot]) != 0; slot = (slot + 1) & s->slot_mask)
    if (s->sets[state].hash == hash && s->sets[state].count == s->member_count && s->dfa->accept[state] == s->accepts &&
        memcmp(s->pool + s->sets[state].first, s->members, s->member_count * sizeof *s->members) == 0)
      return state;
  return new_state(s, hash);
}

static uint32_t step(struct subsets *s, uint32_t state, unsigned byte) {
  s->generation++;
  s->member_count = 0;
  s->accepts = false;
  for (uint32_t i = 0; i < s->sets[state].count; i++) {
    const struct nfa_node *node = &s->nfa->nodes[s->pool[s->sets[state].first + i]];
    if (node->kind == NFA_BYTES && node->low <= byte && byte <= node->high) reach(s, node->to, false, false);
  }
  s->work += s->sets[state].count;
  return state_of(s, false);
}

static void byte_classes(const struct nfa *n, struct dfa *dfa, unsigned char representative[256]) {
  bool begins[257] = {false};
  for (uint32_t i = 0; i < n->count; i++) {
    if (n->nodes[i].kind != NFA_BYTES || n->nodes[i].low > n->nodes[i].high) continue;
    begins[n->nodes[i].low] = begins[n->nodes[i].high + 1] = true;
  }
  unsigned class = 0;
  for (unsigned byte = 0; byte < 256; byte++) {
    if (byte && begins[byte]) class++;
    dfa->classes[byte] = (unsigned char)class;
    if (!byte || begins[byte]) representative[class] = (unsigned char)byte;
  }
  dfa->class_count = class + 1;
}

static bool prepare(struct subsets *s) {
  uint32_t count = s->nfa->count;
  s->stack = arena_alloc(s->arena, count * sizeof *s->stack);
  s->mark = arena_alloc(s->arena, count * sizeof *s->mark);
  s->members = arena_alloc(s->arena, count * sizeof *s->members);
  return s->stack && s->mark && s->members && more_states(s);
}

/* State 0 is dead; its row stays zero. */
static bool determine(const struct nfa *nfa, struct arena *arena, uint32_t start, struct dfa *dfa, bool *too_large) {
  unsigned char representative[256];
  struct subsets s = {.nfa = nfa, .arena = arena, .dfa = dfa};
  byte_classes(nfa, dfa, representative);
  if (!prepare(&s)) return false;
  dfa->states = 1;                     /* the dead one */
  s.generation = 1;
  reach(&s, start, true, false);
  dfa->start = state_of(&s, true);
  for (uint32_t state = 1; state < dfa->states && !s.too_large && !arena->failed; state++) {
    for (uint32_t class = 0; class < dfa->class_count && !arena->failed; class++) {
      uint16_t next = (uint16_t)step(&s, state, representative[class]);       /* which may move the table */
      if (!arena->failed) dfa->next[state * dfa->class_count + class] = next;
    }
    if (s.work > MAX_WORK) s.too_large = true;
  }
  free(s.pool);
  *too_large = s.too_large;
  return !arena->failed;
}

static const char *compile(struct arena *scratch, struct arena *arena, const char *text, size_t length,
                           struct pattern_automaton *automaton) {
  static const char no_memory[] = "out of memory";
  static const char too_many[] = "it needs more than 4,096 states: shorten its counted repetitions";
  const char *error = NULL;
  struct part *part = pattern_parse(scratch, text, length, &error);
  if (error) {
    error = arena_copy(arena, error, strlen(error));
    return error ? error : no_memory;
  }
  struct nfa nfa = {.arena = scratch};
  struct dfa dfa = {0};
  bool too_large = false;
  if (!part) return no_memory;
  uint32_t start = build(&nfa, part, add(&nfa, NFA_ACCEPT, 0, 0, 0, 0));
  if (scratch->failed) return no_memory;
  if (nfa.too_large) return too_many;
  if (!determine(&nfa, scratch, start, &dfa, &too_large)) return no_memory;
  if (too_large) return too_many;
  if (!pattern_minimise(scratch, arena, &dfa, automaton)) return no_memory;
  if (!automaton->start) return "no text can match it";
  return automaton->states > PATTERN_MAX_STATES ? too_many : NULL;
}

const char *rbc_pattern_compile(struct arena *arena, const char *text, size_t length,
                                struct pattern_automaton *automaton) {
  struct arena scratch = {0};
  *automaton = (struct pattern_automaton){0};
  const char *error = compile(&scratch, arena, text, length, automaton);
  if (scratch.failed) arena->failed = true;
  arena_free(&scratch);
  return error;
}
