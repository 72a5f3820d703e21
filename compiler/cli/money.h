/* money.h: exact amounts, in 10^-12 of a currency, and counts, as text. */
#ifndef RBC_CLI_MONEY_H
#define RBC_CLI_MONEY_H
#include <stdint.h>

__extension__ typedef unsigned __int128 wide;
#define PICOS INT64_C(1000000000000)      /* in one of the currency */
enum { MONEY_BYTES = 64 };
const char *money_text(wide picos, char text[MONEY_BYTES]);           /* "0.008289": all digits that there are, cents at least */
const char *count_text(int64_t count, char text[32]);                 /* "28,185" */
#endif
