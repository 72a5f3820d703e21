/* hex.h: eight bytes as sixteen digits, small letters, no NUL: each decision's id has them anew. */
#ifndef REBASE_HEX_H
#define REBASE_HEX_H
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__) && !defined(REBASE_NO_SSE2)
#include <emmintrin.h>
#endif

#define HEX_LETTER ('a' - 10 - '0')         /* how much further on than digits the letters are */

#if defined(__SSE2__) && !defined(REBASE_NO_SSE2)
static inline void eight_to_hex(const unsigned char bytes[8], char hex[16]) {
  const __m128i low = _mm_set1_epi8(15), eight = _mm_loadl_epi64((const __m128i *)(const void *)bytes);
  __m128i v = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(eight, 4), low), _mm_and_si128(eight, low));
  __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8(9)), _mm_set1_epi8(HEX_LETTER));
  v = _mm_add_epi8(_mm_add_epi8(v, _mm_set1_epi8('0')), letters);
  _mm_storeu_si128((__m128i *)(void *)hex, v);
}
#else
static inline void eight_to_hex(const unsigned char bytes[8], char hex[16]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 8; i++) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
}
#endif
#endif
