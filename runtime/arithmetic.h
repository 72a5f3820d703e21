/* arithmetic.h: checked arithmetic of numbers, for the VM and for the compiler, which does beforehand what is constant. False on overflow;
 * neither operands nor results are REBASE_MISSING, so that the range is symmetric. No other part of the runtime is needed for it. */
#ifndef REBASE_ARITHMETIC_H
#define REBASE_ARITHMETIC_H
#include <stdbool.h>
#include <stdint.h>

bool number_add(int64_t a, int64_t b, int64_t *result);
bool number_sub(int64_t a, int64_t b, int64_t *result);
bool number_mul(int64_t a, int64_t b, int64_t *result);
/* a * b / c with an exact product, rounded half to even; c is not 0. */
bool number_muldiv(int64_t a, int64_t b, int64_t c, int64_t *result);
#endif
