/* vm_text.c: patterns, searching, networks, and web addresses in texts. */
#include "numbers.h"

/* ---- patterns: one table look-up a byte ---- */
struct automaton { const unsigned char *class_of, *accept; const uint16_t *next; uint32_t start, classes; };

static struct automaton automaton_of(const struct rebase_bundle *b, uint32_t pattern) {
  const struct image_pattern *p = &b->PATTERNS.at[pattern];
  return (struct automaton){b->BYTES.at + p->classes, b->BYTES.at + p->accept, b->DFA.at + p->table, p->start,
                            b->pattern_classes[pattern]};
}

static uint32_t advance(const struct automaton *a, uint32_t state, char byte) {
  return a->next[(size_t)state * a->classes + a->class_of[(unsigned char)byte]];
}

bool pattern_matches(const struct rebase_bundle *bundle, uint32_t pattern, const char *bytes, size_t length) {
  struct automaton a = automaton_of(bundle, pattern);
  uint32_t state = a.start;
  for (size_t i = 0; i < length && state; i++) state = advance(&a, state, bytes[i]);
  return a.accept[state];
}

size_t pattern_prefix(const struct rebase_bundle *bundle, uint32_t pattern, const char *bytes, size_t length) {
  struct automaton a = automaton_of(bundle, pattern);
  uint32_t state = a.start;
  size_t longest = a.accept[state] ? 0 : SIZE_MAX;
  for (size_t i = 0; i < length && state; i++) {
    state = advance(&a, state, bytes[i]);
    if (a.accept[state]) longest = i + 1;
  }
  return longest;
}

/* ---- searching: the two-way algorithm (Crochemore and Perrin 1991), linear for any two texts and without a table ---- */

/* Where the largest suffix begins, by the order of bytes or its reverse; *period is that suffix's. */
static size_t largest_suffix(const char *x, size_t length, bool reverse, size_t *period) {
  size_t suffix = SIZE_MAX, j = 0, k = 1;             /* suffix: the place before it, wrapping */
  *period = 1;
  while (j + k < length) {
    unsigned char a = (unsigned char)x[j + k], b = (unsigned char)x[suffix + k];
    if (reverse ? a > b : a < b) {
      j += k;
      k = 1;
      *period = j - suffix;
    } else if (a != b) {
      suffix = j++;
      k = *period = 1;
    } else if (k != *period) {
      k++;
    } else {
      j += *period;
      k = 1;
    }
  }
  return suffix + 1;
}

bool text_holds(const struct text *text, const struct text *part) {
  const char *x = part->bytes, *y = text->bytes;
  size_t length = part->len, period, other, cut = largest_suffix(x, length, false, &period);
  size_t cut_other = largest_suffix(x, length, true, &other), known = 0;
  if (length > text->len) return false;
  if (cut_other > cut) { cut = cut_other; period = other; }
  bool periodic = memcmp(x, x + period, cut) == 0;
  if (!periodic) period = (cut > length - cut ? cut : length - cut) + 1;
  for (size_t at = 0; at <= text->len - length;) {
    size_t i = cut > known ? cut : known;             /* the first `known` bytes are known to match */
    while (i < length && x[i] == y[at + i]) i++;
    if (i < length) {
      at += i - cut + 1;
      known = 0;
      continue;
    }
    for (i = cut; i > known && x[i - 1] == y[at + i - 1];) i--;
    if (i <= known) return true;
    at += period;
    known = periodic ? length - period : 0;
  }
  return false;
}

int64_t text_scalars(const struct text *text) { return utf8_scalars(text->bytes, text->len); }

/* The first `prefix` bits of 16 bytes each. */
bool ip_in_network(const struct text *ip, const struct text *cidr) {
  unsigned prefix = (unsigned char)cidr->bytes[16], whole = prefix / 8, rest = prefix % 8;
  if (memcmp(ip->bytes, cidr->bytes, whole) != 0) return false;
  return !rest || !(((unsigned char)ip->bytes[whole] ^ (unsigned char)cidr->bytes[whole]) >> (8 - rest));
}

/* ---- web addresses ----
 * An address begins with a run of letters and "://", or with "www." (either case) that does not follow a letter or digit. It
 * goes on to the next blank, control character or one of < > " `, less any of . , ; : ! ? ' ) ] } * at its end. One with
 * nothing after its beginning is none. What is unsure belongs to the address: `said` then fails, and a rule asks. */
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool ends_address(char c) { return (unsigned char)c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' || c == '`'; }

struct address { uint32_t start, end; };

/* Where the address that begins at `at` has its first byte beyond the beginning; 0 when none begins there. */
static uint32_t address_body(const struct text *t, uint32_t at, uint32_t run_end) {
  const char *b = t->bytes;                           /* a NUL stands at bytes[len] */
  if (t->len - run_end >= 3 && b[run_end] == ':' && b[run_end + 1] == '/' && b[run_end + 2] == '/') return run_end + 3;
  bool www = run_end - at == 3 && (b[at] | 32) == 'w' && (b[at + 1] | 32) == 'w' && (b[at + 2] | 32) == 'w';
  return www && b[run_end] == '.' && (at == 0 || !is_digit(b[at - 1])) ? run_end + 1 : 0;
}

/* The next address from `from` on. */
static bool next_address(const struct text *t, uint32_t from, struct address *found) {
  for (uint32_t at = from; at < t->len;) {
    uint32_t run_end = at;
    while (run_end < t->len && is_letter(t->bytes[run_end])) run_end++;
    uint32_t body = run_end > at ? address_body(t, at, run_end) : 0, end = body;
    while (body && end < t->len && !ends_address(t->bytes[end])) end++;
    uint32_t kept = end;
    while (kept > body && strchr(".,;:!?')]}*", t->bytes[kept - 1])) kept--;
    if (kept > body) {
      *found = (struct address){at, kept};
      return true;
    }
    at = end > at ? end : run_end > at ? run_end : at + 1;
  }
  return false;
}

value text_urls(const struct text *text, struct arena_fixed *scratch) {
  size_t mark = scratch->used;
  uint32_t count = 0;
  struct address found = {0, 0};
  while (next_address(text, found.end, &found)) count++;
  struct list *list = arena_fixed_take(scratch, sizeof *list + (size_t)count * sizeof(value));
  if (!list) return missing_value();
  *list = (struct list){.len = count};
  found.end = 0;
  for (uint32_t i = 0; i < count && next_address(text, found.end, &found); i++) {
    uint32_t length = found.end - found.start;
    void *address = arena_fixed_take(scratch, text_size(length));
    if (!address) {
      scratch->used = mark;
      return missing_value();
    }
    list->items[i].text = text_write(address, text->bytes + found.start, length);
  }
  return (value){.list = list};
}
