/* arithmetic.c: see arithmetic.h. */
#include "arithmetic.h"
#include "value.h"

#if defined(__SIZEOF_INT128__) && !defined(REBASE_NO_INT128)
#define HAVE_INT128 1
__extension__ typedef unsigned __int128 wide;
#endif

/* INT64_MIN is "missing", so that the range is symmetric and negation never overflows. */
static bool in_range(int64_t number) { return number != REBASE_MISSING; }

bool number_add(int64_t a, int64_t b, int64_t *result) {
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return false;
  if (!in_range(a + b)) return false;
  *result = a + b;
  return true;
}

bool number_sub(int64_t a, int64_t b, int64_t *result) { return number_add(a, -b, result); }

static uint64_t magnitude(int64_t number) { return number < 0 ? 0 - (uint64_t)number : (uint64_t)number; }

static bool with_sign(uint64_t number, bool negative, int64_t *result) {
  if (number > INT64_MAX) return false;
  *result = negative ? -(int64_t)number : (int64_t)number;
  return true;
}

bool number_mul(int64_t a, int64_t b, int64_t *result) {
  uint64_t x = magnitude(a), y = magnitude(b);
  if (x && y > INT64_MAX / x) return false;
  return with_sign(x * y, (a < 0) != (b < 0), result);
}

/* Quotient and remainder of x * y by z; false when the quotient does not fit. */
#if defined(HAVE_INT128)
static bool divide_product(uint64_t x, uint64_t y, uint64_t z, uint64_t *quotient, uint64_t *remainder) {
  wide product = (wide)x * y;
  if (product / z > UINT64_MAX) return false;
  *quotient = (uint64_t)(product / z);
  *remainder = (uint64_t)(product % z);
  return true;
}
#else
static bool divide_product(uint64_t x, uint64_t y, uint64_t z, uint64_t *quotient, uint64_t *remainder) {
  uint64_t mask = UINT32_MAX, x0 = x & mask, x1 = x >> 32, y0 = y & mask, y1 = y >> 32;
  uint64_t low = x0 * y0, middle = x1 * y0 + (low >> 32), cross = x0 * y1 + (middle & mask);
  uint64_t high = x1 * y1 + (middle >> 32) + (cross >> 32), q = 0;
  low = (low & mask) | cross << 32;
  if (high >= z) return false;
  for (int bit = 0; bit < 64; bit++) {                /* long division; high stays below z, which is below 2^63 */
    high = high << 1 | low >> 63;
    low <<= 1;
    q <<= 1;
    if (high >= z) { high -= z; q |= 1; }
  }
  *quotient = q;
  *remainder = high;
  return true;
}
#endif

bool number_muldiv(int64_t a, int64_t b, int64_t c, int64_t *result) {
  uint64_t quotient, remainder, divisor = magnitude(c);
  if (!divide_product(magnitude(a), magnitude(b), divisor, &quotient, &remainder)) return false;
  uint64_t twice = remainder * 2;                     /* the divisor is below 2^63 */
  if (twice > divisor || (twice == divisor && (quotient & 1))) {
    if (quotient == UINT64_MAX) return false;
    quotient++;
  }
  return with_sign(quotient, ((a < 0) != (b < 0)) != (c < 0), result);
}
