/* money.c: see money.h */
#include <inttypes.h>
#include <stdio.h>
#include "cli/money.h"

const char *money_text(wide picos, char text[MONEY_BYTES]) {
  char whole[48];
  size_t at = sizeof whole - 1;
  wide units = picos / (wide)PICOS;
  whole[at] = '\0';
  do whole[--at] = (char)('0' + (int)(units % 10));
  while (units /= 10);
  int length = snprintf(text, MONEY_BYTES, "%s.%012" PRIu64, whole + at, (uint64_t)(picos % (wide)PICOS));
  while (text[length - 1] == '0' && text[length - 3] != '.') text[--length] = '\0';
  return text;
}

const char *count_text(int64_t count, char text[32]) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRId64, count), to = 0;
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0 && digits[i - 1] != '-') text[to++] = ',';
    text[to++] = digits[i];
  }
  text[to] = '\0';
  return text;
}
