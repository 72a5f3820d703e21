/* classes.c: see classes.h. */
#include "codegen/classes.h"
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */
bool numbers_open(struct numbers *n, uint32_t most) {
  uint32_t room = 16;
  while (room < 2 * (uint64_t)most && room < UINT32_C(1) << 31) room *= 2;
  *n = (struct numbers){.slots = calloc(room, sizeof *n->slots), .mask = room - 1};
  return n->slots != NULL;
}

void numbers_close(struct numbers *n) { free(n->slots); }

void numbers_round(struct numbers *n) {
  if (++n->round == 0) {                    /* the slots of four thousand million rounds ago */
    memset(n->slots, 0, ((size_t)n->mask + 1) * sizeof *n->slots);
    n->round = 1;
  }
  n->count = 0;
}

uint32_t numbers_of(struct numbers *n, uint32_t first, uint32_t second) {
  uint64_t key = (uint64_t)first << 32 | second, hash = key * UINT64_C(0x9e3779b97f4a7c15);
  uint32_t at = (uint32_t)(hash >> 32) & n->mask;
  for (; n->slots[at].round == n->round; at = (at + 1) & n->mask)
    if (n->slots[at].key == key) return n->slots[at].number;
  n->slots[at].key = key;
  n->slots[at].round = n->round;
  return n->slots[at].number = n->count++;
}

/* ---- partitions ---- */
bool partition_open(struct partition *p, uint32_t members) {
  size_t room = (size_t)members + 1;
  *p = (struct partition){.of = calloc(room, sizeof *p->of), .size = calloc(room, sizeof *p->size), .temporary = calloc(3 * room, sizeof *p->temporary),
                          .count = members != 0, .members = members};
  if (!p->of || !p->size || !p->temporary) return false;
  p->size[0] = members;
  return true;
}

void partition_close(struct partition *p) {
  free(p->of);
  free(p->size);
  free(p->temporary);
}

/* A class keeps its number for the last of what it is divided into, so that there are as many numbers as classes. */
void partition_refine(struct partition *p, struct numbers *n, const uint32_t *members, const uint32_t *labels, uint32_t count) {
  uint32_t *part = p->temporary, *moved = part + p->members + 1, *to = moved + p->members + 1;
  numbers_round(n);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t before = n->count;
    part[i] = numbers_of(n, p->of[members[i]], labels[i]);
    if (n->count > before) {
      moved[part[i]] = 0;
      to[part[i]] = NO_CLASS;
    }
    moved[part[i]]++;
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t *class_of = &p->of[members[i]];
    if (to[part[i]] == NO_CLASS) {
      bool whole = moved[part[i]] == p->size[*class_of];
      to[part[i]] = whole ? *class_of : p->count++;
      if (!whole) { p->size[*class_of] -= moved[part[i]]; p->size[to[part[i]]] = moved[part[i]]; }
    }
    *class_of = to[part[i]];
  }
}

void partition_order(struct partition *p) {
  uint32_t *renamed = p->temporary, next = 0;
  for (uint32_t c = 0; c < p->count; c++) renamed[c] = NO_CLASS;
  for (uint32_t i = 0; i < p->members; i++) {
    uint32_t *to = &renamed[p->of[i]];
    if (*to == NO_CLASS) *to = next++;
    p->of[i] = *to;
  }
}
