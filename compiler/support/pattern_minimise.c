/* pattern_minimise.c: Hopcroft's algorithm. States lie in an array sorted by block; a block that is split gives its
 * smaller half to the list of splitters. */
#include <string.h>
#include "support/pattern_automaton.h"

struct partition {
  const struct dfa *dfa;
  uint32_t *order, *place;             /* states by block; where a state lies */
  uint32_t *block_of, *first, *end, *marked, blocks;
  uint32_t *sources, *source_first;    /* by class and state: the states that lead there */
  uint32_t *pending, pending_count;    /* splitters: block * class_count + class */
  unsigned char *is_pending;
  uint32_t *touched, *inverse;         /* blocks with marks; states that lead into the splitter */
};

static void *many(struct arena *arena, size_t count, size_t size) { return arena_alloc(arena, count * size); }

static bool prepare(struct partition *p, struct arena *arena) {
  size_t n = p->dfa->states, k = p->dfa->class_count;
  uint32_t **arrays[] = {&p->order, &p->place, &p->block_of, &p->first, &p->end, &p->marked, &p->touched, &p->inverse};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    if (!(*arrays[i] = many(arena, n, sizeof **arrays[i]))) return false;
  p->sources = many(arena, n * k, sizeof *p->sources);
  p->source_first = many(arena, n * k + 1, sizeof *p->source_first);
  p->pending = many(arena, n * k, sizeof *p->pending);
  p->is_pending = many(arena, n * k, 1);
  return p->sources && p->source_first && p->pending && p->is_pending;
}

/* Transitions turned round, by counting. */
static void invert(struct partition *p) {
  const struct dfa *d = p->dfa;
  uint32_t n = d->states, k = d->class_count;
  for (uint32_t c = 0; c < k; c++)
    for (uint32_t s = 0; s < n; s++) p->source_first[(size_t)c * n + d->next[s * k + c] + 1]++;
  for (size_t i = 0; i < (size_t)n * k; i++) p->source_first[i + 1] += p->source_first[i];
  for (uint32_t c = k; c--;)
    for (uint32_t s = n; s--;) {       /* each range is filled from its end by moving the end; see lead_into */
      size_t at = (size_t)c * n + d->next[s * k + c];
      p->sources[--p->source_first[at + 1]] = s;
    }
}

/* After invert, source_first[i + 1] is where range i begins, and source_first[i + 2] where it ends. */
static uint32_t begin_of(const struct partition *p, size_t range) { return p->source_first[range + 1]; }
static uint32_t end_of(const struct partition *p, size_t range) {
  size_t ranges = (size_t)p->dfa->states * p->dfa->class_count;
  return range + 1 < ranges ? p->source_first[range + 2] : (uint32_t)ranges;
}

static void await(struct partition *p, uint32_t block, uint32_t class) {
  uint32_t splitter = block * p->dfa->class_count + class;
  if (p->is_pending[splitter]) return;
  p->is_pending[splitter] = 1;
  p->pending[p->pending_count++] = splitter;
}

static void swap_to(struct partition *p, uint32_t state, uint32_t to) {
  uint32_t from = p->place[state], other = p->order[to];
  p->order[to] = state;
  p->order[from] = other;
  p->place[state] = to;
  p->place[other] = from;
}

/* Marked states lie at the front of their block: they, or the rest, become a new one. */
static void split(struct partition *p, uint32_t block) {
  uint32_t k = p->dfa->class_count, middle = p->first[block] + p->marked[block], fresh = p->blocks;
  p->marked[block] = 0;
  if (middle == p->end[block]) return;
  if (middle - p->first[block] <= p->end[block] - middle) {
    p->first[fresh] = p->first[block];
    p->end[fresh] = p->first[block] = middle;
  } else {
    p->first[fresh] = middle;
    p->end[fresh] = p->end[block];
    p->end[block] = middle;
  }
  p->blocks++;
  for (uint32_t i = p->first[fresh]; i < p->end[fresh]; i++) p->block_of[p->order[i]] = fresh;
  for (uint32_t c = 0; c < k; c++) await(p, fresh, c);     /* the smaller half: the larger is pending if it must be */
}

static void refine(struct partition *p, uint32_t block, uint32_t class) {
  uint32_t n = p->dfa->states, count = 0, touched = 0;
  for (uint32_t i = p->first[block]; i < p->end[block]; i++) {
    size_t range = (size_t)class * n + p->order[i];
    for (uint32_t at = begin_of(p, range); at < end_of(p, range); at++) p->inverse[count++] = p->sources[at];
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t state = p->inverse[i], own = p->block_of[state];
    if (!p->marked[own]) p->touched[touched++] = own;
    swap_to(p, state, p->first[own] + p->marked[own]++);
  }
  for (uint32_t i = 0; i < touched; i++) split(p, p->touched[i]);
}

/* Block 0: states that do not accept, the dead one among them; block 1: those that do. */
static void begin(struct partition *p) {
  const struct dfa *d = p->dfa;
  uint32_t at = 0;
  for (unsigned accepting = 0; accepting < 2; accepting++) {
    p->first[accepting] = at;
    for (uint32_t s = 0; s < d->states; s++) {
      if (d->accept[s] != accepting) continue;
      p->order[at] = s;
      p->place[s] = at++;
      p->block_of[s] = accepting;
    }
    p->end[accepting] = at;
  }
  p->blocks = 1;
  if (p->end[1] > p->first[1]) {
    p->blocks = 2;
    for (uint32_t c = 0; c < d->class_count; c++) await(p, p->end[1] - p->first[1] <= p->end[0] ? 1 : 0, c);
  }
}

/* ---- the automaton of blocks ---- */
struct numbering { uint32_t *number, *block, *distance, count; };    /* number of a block + 1; blocks in order */

static void visit(struct numbering *n, uint32_t block, uint32_t distance) {
  if (n->number[block]) return;
  n->block[n->count] = block;
  n->distance[n->count] = distance;
  n->number[block] = ++n->count;
}

/* Breadth first from the start, the dead state before all: distances are the least numbers of bytes. */
static bool number_blocks(const struct partition *p, struct arena *scratch, struct numbering *n) {
  const struct dfa *d = p->dfa;
  n->number = many(scratch, p->blocks, sizeof *n->number);
  n->block = many(scratch, p->blocks, sizeof *n->block);
  n->distance = many(scratch, p->blocks, sizeof *n->distance);
  if (!n->number || !n->block || !n->distance) return false;
  visit(n, p->block_of[0], 0);
  visit(n, p->block_of[d->start], 0);
  for (uint32_t i = 1; i < n->count; i++) {
    uint32_t state = p->order[p->first[n->block[i]]];
    for (uint32_t c = 0; c < d->class_count; c++)
      visit(n, p->block_of[d->next[state * d->class_count + c]], n->distance[i] + 1);
  }
  return true;
}

/* Classes whose columns are equal in the small automaton become one. */
static uint32_t join_classes(const struct partition *p, const struct numbering *n, uint32_t joined[256],
                             uint32_t kept[256]) {
  const struct dfa *d = p->dfa;
  uint32_t count = 0;
  for (uint32_t c = 0; c < d->class_count; c++) {
    uint32_t same = 0;
    for (; same < count; same++) {
      uint32_t i = 0;
      for (; i < n->count; i++) {
        const uint16_t *row = d->next + (size_t)p->order[p->first[n->block[i]]] * d->class_count;
        if (p->block_of[row[c]] != p->block_of[row[kept[same]]]) break;
      }
      if (i == n->count) break;
    }
    if (same == count) kept[count++] = c;
    joined[c] = same;
  }
  return count;
}

static bool write_out(const struct partition *p, struct arena *scratch, struct arena *arena,
                      struct pattern_automaton *out) {
  const struct dfa *d = p->dfa;
  struct numbering n = {0};
  uint32_t joined[256], kept[256];
  if (!number_blocks(p, scratch, &n)) return false;
  out->states = n.count;
  out->start = n.number[p->block_of[d->start]] - 1;
  out->class_count = join_classes(p, &n, joined, kept);
  for (unsigned byte = 0; byte < 256; byte++) out->classes[byte] = (unsigned char)joined[d->classes[byte]];
  out->accept = arena_alloc(arena, n.count);
  out->next = many(arena, (size_t)n.count * out->class_count, sizeof *out->next);
  if (!out->accept || !out->next) return false;
  bool found = false;
  for (uint32_t i = 0; i < n.count; i++) {
    uint32_t state = p->order[p->first[n.block[i]]];
    out->accept[i] = d->accept[state];
    if (d->accept[state] && !found) {
      found = true;
      out->min_length = n.distance[i];
    }
    for (uint32_t c = 0; c < out->class_count; c++) {
      uint32_t to = p->block_of[d->next[state * d->class_count + kept[c]]];
      out->next[i * out->class_count + c] = (uint16_t)(n.number[to] - 1);
    }
  }
  return true;
}

bool pattern_minimise(struct arena *scratch, struct arena *arena, const struct dfa *dfa,
                      struct pattern_automaton *out) {
  struct partition p = {.dfa = dfa};
  if (!prepare(&p, scratch)) return false;
  invert(&p);
  begin(&p);
  while (p.pending_count) {
    uint32_t splitter = p.pending[--p.pending_count];
    p.is_pending[splitter] = 0;
    refine(&p, splitter / dfa->class_count, splitter % dfa->class_count);
  }
  return write_out(&p, scratch, arena, out);
}
