/* arithmetic.c: numbers in 128 bits, rounded by looking at the remainder. */
#include "inside.h"

bool ref_fits(__int128 number, int64_t *out) {
  *out = (int64_t)number;
  return number >= -(__int128)INT64_MAX && number <= (__int128)INT64_MAX;      /* the least int64 means missing */
}

/* Schoolbook division of the magnitudes, bit by bit; then the remainder decides. */
bool ref_divide(__int128 a, __int128 b, int64_t *out) {
  bool negative = (a < 0) != (b < 0);
  unsigned __int128 n = a < 0 ? -(unsigned __int128)a : (unsigned __int128)a, d = b < 0 ? -(unsigned __int128)b : (unsigned __int128)b;
  unsigned __int128 quotient = 0, rest = 0;
  for (int bit = 127; bit >= 0; bit--) {
    rest = rest << 1 | (n >> bit & 1);
    quotient <<= 1;
    if (rest >= d) { rest -= d; quotient |= 1; }
  }
  unsigned __int128 other_half = d - rest;
  if (rest > other_half || (rest == other_half && (quotient & 1))) quotient++;
  if (quotient > (unsigned __int128)INT64_MAX) return false;
  return ref_fits(negative ? -(__int128)quotient : (__int128)quotient, out);
}

#define MILLION 1000000
#define DAY ((__int128)86400 * MILLION)

struct rv ref_fail(struct evaluator *e, enum reference_error error) {
  if (!e->error) e->error = error;
  return rv_missing();
}

static struct rv exact(struct evaluator *e, __int128 number) {
  int64_t out;
  return ref_fits(number, &out) ? rv_number(out) : ref_fail(e, REFERENCE_OVERFLOW);
}

static struct rv quotient(struct evaluator *e, __int128 a, __int128 b) {
  int64_t out;
  if (b == 0) return ref_fail(e, REFERENCE_DIVISION);
  return ref_divide(a, b, &out) ? rv_number(out) : ref_fail(e, REFERENCE_OVERFLOW);
}

static int64_t day_of(const struct zone *zone, int64_t time, int64_t *second) {
  int64_t seconds = ref_floor_div(time, MILLION);
  int64_t local = seconds + ref_offset(zone, seconds), day = ref_floor_div(local, 86400);
  *second = local - day * 86400;
  return day;
}

struct rv ref_eval_arithmetic(struct evaluator *e, const struct expr *x, struct rv left, struct rv right) {
  __int128 a = left.number, b = right.number;
  int64_t second, day;
  switch (x->kind) {
    case EXPR_ADD: case EXPR_TIMEADD: return exact(e, a + b);
    case EXPR_SUB: case EXPR_TIMESUB: case EXPR_TIMEDIFF: return exact(e, a - b);
    case EXPR_NEG: return exact(e, -a);
    case EXPR_ABS: return exact(e, a < 0 ? -a : a);
    case EXPR_MULINT: return exact(e, a * b);
    case EXPR_MULDEC: return quotient(e, a * b, MILLION);
    case EXPR_DIVINT: return quotient(e, a, b);
    case EXPR_DIVDEC: case EXPR_RATIO: return quotient(e, a * MILLION, b);
    case EXPR_TODECIMAL: return exact(e, a * MILLION);
    case EXPR_DATEADD: case EXPR_DATESUB:
      if (b % DAY) return ref_fail(e, REFERENCE_DAYS);
      return exact(e, x->kind == EXPR_DATEADD ? a + b / DAY : a - b / DAY);
    case EXPR_DATEDIFF: return exact(e, (a - b) * DAY);
    case EXPR_MIN: return a <= b ? left : right;
    case EXPR_MAX: return a >= b ? left : right;
    case EXPR_HOUR:
      day_of(x->zone, left.number, &second);
      return rv_number(second / 3600);
    case EXPR_WEEKDAY:
      day = day_of(x->zone, left.number, &second);
      return rv_number(((day + 3) % 7 + 7) % 7 + 1);             /* 1970-01-01 was a Thursday, 4 */
    case EXPR_DATEOF: return rv_number(day_of(x->zone, left.number, &second));
    default: return rv_missing();
  }
}
