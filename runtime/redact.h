/* redact.h: what a detector finds in a text is replaced by the detector's name in brackets: "mail [email] today". */
#ifndef REBASE_REDACT_H
#define REBASE_REDACT_H
#include "json.h"

struct finder { const uint16_t *next; const unsigned char *classes, *accept; uint32_t start, width, detector; };
struct redaction {
  const struct rebase_bundle *bundle;
  struct workspace *work;           /* for finders and changed texts */
  uint64_t budget;                  /* bytes that may be looked at: patterns are tried at every place */
  struct finder *finders; uint32_t count;
};
enum redact_status { REDACT_OK, REDACT_FULL, REDACT_BUDGET };
/* Detectors: indexes in DETECTORS. The leftmost match wins, of those the longest, of those the first detector's. */
enum redact_status redact_begin(struct redaction *r, const struct rebase_bundle *bundle, struct workspace *work,
                                const uint32_t *detectors, uint32_t count, uint64_t budget);
/* Texts anywhere within the value; *out is v itself when nothing was found. */
enum redact_status redact_value(struct redaction *r, uint32_t type, value v, value *out);
enum redact_status redact_text(struct redaction *r, const struct text *text, const struct text **out);
#endif
