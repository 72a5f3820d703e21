/* arithmetic.c: what instructions make of constants, exactly as runtime/vm.c does. What fails there is left to it, which says why; and so is
 * what takes more than 64 bits on the way. */
#include <string.h>
#include "codegen/partial.h"
#include "value.h"

/* ---- numbers: from -INT64_MAX on, the one below is "missing" ---- */
static uint64_t magnitude(int64_t number) { return number < 0 ? 0 - (uint64_t)number : (uint64_t)number; }

static bool with_sign(uint64_t number, bool negative, int64_t *result) {
  if (number > INT64_MAX) return false;
  *result = negative ? -(int64_t)number : (int64_t)number;
  return true;
}

static bool add(int64_t a, int64_t b, int64_t *result) {
  if (b > 0 ? a > INT64_MAX - b : a < -INT64_MAX - b) return false;
  *result = a + b;
  return true;
}

static bool multiply(int64_t a, int64_t b, int64_t *result) {
  uint64_t x = magnitude(a), y = magnitude(b);
  return (!x || y <= INT64_MAX / x) && with_sign(x * y, (a < 0) != (b < 0), result);
}

/* a * b / c to the nearest, a half to the even one. */
static bool scale(int64_t a, int64_t b, int64_t c, int64_t *result) {
  uint64_t x = magnitude(a), y = magnitude(b), divisor = magnitude(c);
  if (!divisor || (x && y > UINT64_MAX / x)) return false;
  uint64_t quotient = x * y / divisor, rest = x * y % divisor;
  quotient += rest > divisor - rest || (rest == divisor - rest && (quotient & 1));
  return with_sign(quotient, ((a < 0) != (b < 0)) != (c < 0), result);
}

bool arithmetic(enum expr_kind kind, int64_t a, int64_t b, int64_t *result) {
  switch (kind) {
  case EXPR_ADD: case EXPR_TIMEADD: return add(a, b, result);
  case EXPR_SUB: case EXPR_TIMESUB: case EXPR_TIMEDIFF: return add(a, -b, result);
  case EXPR_MULINT: return multiply(a, b, result);
  case EXPR_MULDEC: return scale(a, b, REBASE_SCALE, result);
  case EXPR_DIVINT: return scale(a, 1, b, result);
  case EXPR_DIVDEC: case EXPR_RATIO: return scale(a, REBASE_SCALE, b, result);
  case EXPR_TODECIMAL: return multiply(a, REBASE_SCALE, result);
  case EXPR_DATEADD: return b % REBASE_DAY == 0 && add(a, b / REBASE_DAY, result);
  case EXPR_DATESUB: return b % REBASE_DAY == 0 && add(a, -b / REBASE_DAY, result);
  case EXPR_DATEDIFF: return add(a, -b, result) && multiply(*result, REBASE_DAY, result);
  case EXPR_NEG: *result = -a; return true;
  case EXPR_ABS: *result = a < 0 ? -a : a; return true;
  case EXPR_MIN: *result = a < b ? a : b; return true;
  case EXPR_MAX: *result = a > b ? a : b; return true;
  default: return false;
  }
}

/* ---- texts and what holds others ---- */
bool elements_of(const struct expr *source, struct elements *of) {
  *of = (struct elements){.step = 1};
  if (source->kind == EXPR_ROWS) {
    of->first = source->table->rows;
    of->count = source->table->row_count;
    return true;
  }
  if (source->kind != EXPR_CONST || source->constant->missing) return false;
  of->step = source->type->kind == TYPE_MAP ? 2 : 1;        /* of a map its values, behind their keys */
  of->count = source->constant->count / of->step;
  if (of->count) of->first = source->constant->items + of->step - 1;
  return true;
}

int64_t text_length(const struct constant *text) {
  int64_t scalars = 0;
  for (uint32_t i = 0; i < text->length; i++) scalars += ((unsigned char)text->text[i] & 0xc0) != 0x80;
  return scalars;
}

const struct constant *constant_element(enum expr_kind kind, const struct constant *whole, const struct constant *key) {
  if (whole->missing || (key && key->missing)) return NULL;
  unsigned count = whole->count;
  switch (kind) {
  case EXPR_INDEX: return key->scalar >= 0 && key->scalar < (int64_t)count ? whole->items[key->scalar] : NULL;
  case EXPR_LASTOF: return count ? whole->items[count - 1] : NULL;
  default:                                  /* EXPR_MAPGET */
    for (unsigned i = 0; i + 1 < count; i += 2)
      if (!rbc_compare_constants(whole->items[i], key)) return whole->items[i + 1];
    return NULL;
  }
}
