/* constant_values.c: what instructions make of constants, exactly as runtime/vm.c does. What fails there is left to it, which says why. */
#include <string.h>
#include "arithmetic.h"
#include "codegen/partial.h"
#include "value.h"

bool arithmetic(enum expr_kind kind, int64_t a, int64_t b, int64_t *result) {
  switch (kind) {
  case EXPR_ADD: case EXPR_TIMEADD: return number_add(a, b, result);
  case EXPR_SUB: case EXPR_TIMESUB: case EXPR_TIMEDIFF: return number_sub(a, b, result);
  case EXPR_MULINT: return number_mul(a, b, result);
  case EXPR_MULDEC: return number_muldiv(a, b, REBASE_SCALE, result);
  case EXPR_DIVINT: return b && number_muldiv(a, 1, b, result);
  case EXPR_DIVDEC: case EXPR_RATIO: return b && number_muldiv(a, REBASE_SCALE, b, result);
  case EXPR_TODECIMAL: return number_mul(a, REBASE_SCALE, result);
  case EXPR_DATEADD: return b % REBASE_DAY == 0 && number_add(a, b / REBASE_DAY, result);
  case EXPR_DATESUB: return b % REBASE_DAY == 0 && number_sub(a, b / REBASE_DAY, result);
  case EXPR_DATEDIFF: return number_sub(a, b, result) && number_mul(*result, REBASE_DAY, result);
  case EXPR_NEG: *result = -a; return true;
  case EXPR_ABS: *result = a < 0 ? -a : a; return true;
  case EXPR_MIN: *result = a < b ? a : b; return true;
  case EXPR_MAX: *result = a > b ? a : b; return true;
  default: return false;
  }
}

/* ---- texts and what holds others ---- */
int64_t text_length(const struct constant *text) { return utf8_scalars(text->text, text->length); }

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
