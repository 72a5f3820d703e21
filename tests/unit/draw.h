/* draw.h: numbers that are the same in every run (xorshift64). */
#ifndef DRAW_H
#define DRAW_H
#include <stdint.h>

static uint64_t draw_state = 88172645463325252u;
static inline unsigned draw(unsigned n) {           /* below n */
  draw_state ^= draw_state << 13;
  draw_state ^= draw_state >> 7;
  draw_state ^= draw_state << 17;
  return (unsigned)(draw_state % n);
}
#endif
