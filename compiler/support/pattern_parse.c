/* pattern_parse.c: recursive descent over the text of a pattern. */
#include "support/pattern_syntax.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 100, MAX_REPEAT = 1000, LAST_CHARACTER = 0x10ffff };

struct reader {
  struct arena *arena;
  const char *text; size_t length, at;
  const char *error;                   /* the first one */
  bool fold, dot_all;                  /* (?i), (?s) */
  unsigned nesting;
};
struct ranges { struct range *list; uint32_t count, room; };

static struct part *fail(struct reader *r, const char *what) {
  if (!r->error) {
    size_t place = 1;
    for (size_t i = 0; i < r->at && i < r->length; i++) place += ((unsigned char)r->text[i] & 0xc0) != 0x80;
    r->error = arena_format(r->arena, "%s (at character %zu of the pattern)", what, place);
    if (!r->error) r->error = "out of memory";
  }
  return NULL;
}

static int look(const struct reader *r, size_t ahead) {
  return r->at + ahead < r->length ? (unsigned char)r->text[r->at + ahead] : -1;
}
static bool starts(const struct reader *r, const char *word) {
  size_t n = strlen(word);
  return r->length - r->at >= n && memcmp(r->text + r->at, word, n) == 0;
}
static bool accept(struct reader *r, const char *word) {
  if (!starts(r, word)) return false;
  r->at += strlen(word);
  return true;
}

/* One character of well-formed UTF-8. */
static bool character(struct reader *r, uint32_t *c) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  unsigned first = (unsigned)look(r, 0);
  unsigned more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : 9;
  if (more == 9 || r->length - r->at <= more) { fail(r, "the text is not UTF-8"); return false; }
  uint32_t value = more ? first & (0x3fu >> more) : first;
  for (unsigned i = 1; i <= more; i++) {
    unsigned next = (unsigned)look(r, i);
    if ((next & 0xc0) != 0x80) { fail(r, "the text is not UTF-8"); return false; }
    value = value << 6 | (next & 0x3f);
  }
  if (value < least[more] || value > LAST_CHARACTER || (value >= 0xd800 && value <= 0xdfff)) {
    fail(r, "the text is not UTF-8");
    return false;
  }
  r->at += more + 1;
  *c = value;
  return true;
}

static struct part *new_part(struct reader *r, enum part_kind kind) {
  struct part *part = arena_alloc(r->arena, sizeof *part);
  if (!part) return fail(r, "out of memory");
  part->kind = kind;
  return part;
}

/* ---- sets of characters ---- */
static void add_range(struct reader *r, struct ranges *set, uint32_t low, uint32_t high) {
  if (set->count == set->room) {
    uint32_t room = set->room ? 2 * set->room : 8;
    struct range *more = arena_alloc(r->arena, room * sizeof *more);
    if (!more) { fail(r, "out of memory"); return; }
    if (set->count) memcpy(more, set->list, set->count * sizeof *more);
    set->list = more;
    set->room = room;
  }
  set->list[set->count++] = (struct range){low, high};
}

static int by_low(const void *a, const void *b) {
  uint32_t x = ((const struct range *)a)->low, y = ((const struct range *)b)->low;
  return (x > y) - (x < y);
}

/* Ascending, overlaps and neighbours joined. */
static void tidy(struct ranges *set) {
  if (!set->count) return;
  qsort(set->list, set->count, sizeof *set->list, by_low);
  uint32_t kept = 0;
  for (uint32_t i = 1; i < set->count; i++) {
    if (set->list[i].low <= set->list[kept].high + 1) {
      if (set->list[i].high > set->list[kept].high) set->list[kept].high = set->list[i].high;
    } else {
      set->list[++kept] = set->list[i];
    }
  }
  set->count = kept + 1;
}

static void negate(struct reader *r, struct ranges *set) {
  struct ranges rest = {0};
  uint32_t from = 0;
  tidy(set);
  for (uint32_t i = 0; i < set->count; i++) {
    if (set->list[i].low > from) add_range(r, &rest, from, set->list[i].low - 1);
    from = set->list[i].high + 1;
  }
  if (from <= LAST_CHARACTER) add_range(r, &rest, from, LAST_CHARACTER);
  *set = rest;
}

static void fold_range(struct reader *r, struct ranges *set, struct range range, uint32_t from, uint32_t to) {
  uint32_t low = range.low > from ? range.low : from, high = range.high < from + 25 ? range.high : from + 25;
  if (low <= high) add_range(r, set, low - from + to, high - from + to);
}

static void fold(struct reader *r, struct ranges *set) {
  for (uint32_t i = 0, count = set->count; i < count; i++) {
    struct range range = set->list[i];
    fold_range(r, set, range, 'a', 'A');
    fold_range(r, set, range, 'A', 'a');
  }
}

static struct part *class_part(struct reader *r, struct ranges *set) {
  struct part *part = new_part(r, PART_CLASS);
  tidy(set);
  if (part && !r->error) {
    part->ranges = set->list;
    part->range_count = set->count;
  }
  return r->error ? NULL : part;
}

static struct part *one_character(struct reader *r, uint32_t c) {
  struct ranges set = {0};
  add_range(r, &set, c, c);
  if (r->fold) fold(r, &set);
  return class_part(r, &set);
}

/* Low and high characters in pairs. */
struct named_class { const char *name, *pairs; };
static const struct named_class letters[] = {
  {"d", "09"}, {"w", "09AZ__az"}, {"s", "\t\n\f\r  "},
};
static const struct named_class posix[] = {
  {"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"ascii", "\001\177"}, {"blank", "\t\t  "}, {"cntrl", "\001\037\177\177"},
  {"digit", "09"}, {"graph", "!~"}, {"lower", "az"}, {"print", " ~"}, {"punct", "!/:@[`{~"}, {"space", "\t\r  "},
  {"upper", "AZ"}, {"word", "09AZ__az"}, {"xdigit", "09AFaf"},
};

static void add_pairs(struct reader *r, struct ranges *set, const char *pairs, bool negated) {
  struct ranges named = {0};
  for (; pairs[0] && pairs[1]; pairs += 2) add_range(r, &named, (unsigned char)pairs[0], (unsigned char)pairs[1]);
  if (negated) {
    if (r->fold) fold(r, &named);
    negate(r, &named);
  }
  for (uint32_t i = 0; i < named.count; i++) add_range(r, set, named.list[i].low, named.list[i].high);
}

/* \d \D \w \W \s \S: true when it was one. */
static bool letter_class(struct reader *r, struct ranges *set) {
  int c = look(r, 1);
  for (size_t i = 0; look(r, 0) == '\\' && i < sizeof letters / sizeof *letters; i++) {
    int letter = letters[i].name[0];
    if (c != letter && c != letter - 'a' + 'A') continue;
    r->at += 2;
    add_pairs(r, set, letters[i].pairs, c != letter);
    return true;
  }
  return false;
}

static int hex_value(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* After \x: two digits, or any number of them in braces. */
static bool hex_escape(struct reader *r, uint32_t *c) {
  uint32_t value = 0, digits = 0;
  bool braces = accept(r, "{");
  for (; hex_value(look(r, 0)) >= 0 && value <= LAST_CHARACTER && (braces || digits < 2); r->at++, digits++)
    value = value * 16 + (uint32_t)hex_value(look(r, 0));
  if (!digits || (braces ? !accept(r, "}") : digits != 2)) {
    fail(r, "\\x takes two digits, or digits in braces");
    return false;
  }
  if (value > LAST_CHARACTER || (value >= 0xd800 && value <= 0xdfff)) { fail(r, "no such character"); return false; }
  *c = value;
  return true;
}

/* A backslash and what follows, when it stands for one character. */
static bool escape(struct reader *r, uint32_t *c) {
  static const char from[] = "tnrfva", to[] = "\t\n\r\f\v\a";
  int letter = look(r, 1);
  const char *known = letter > 0 ? strchr(from, letter) : NULL;
  if (letter < 0) { fail(r, "a backslash ends the pattern"); return false; }
  if (letter >= '1' && letter <= '9') { fail(r, "back references cannot be matched in linear time"); return false; }
  if (letter == 'b' || letter == 'B') { fail(r, "word boundaries are not supported"); return false; }
  if (letter == 'p' || letter == 'P') {
    fail(r, "Unicode categories are not supported: write the characters in [...]");
    return false;
  }
  if (letter == 'x') { r->at += 2; return hex_escape(r, c); }
  if (known) { r->at += 2; *c = (unsigned char)to[known - from]; return true; }
  bool plain = letter == '_' || (letter >= '0' && letter <= '9') || ((letter | 32) >= 'a' && (letter | 32) <= 'z');
  if (plain || letter >= 0x80) {
    fail(r, "unknown escape: a backslash stands before punctuation or one of d w s D W S t n r f v a x A z");
    return false;
  }
  r->at += 2;
  *c = (uint32_t)letter;
  return true;
}

static bool posix_class(struct reader *r, struct ranges *set) {
  bool negated = starts(r, "[:^");
  if (!starts(r, "[:")) return false;
  for (size_t i = 0; i < sizeof posix / sizeof *posix; i++) {
    size_t n = strlen(posix[i].name), skip = negated ? 3 : 2;
    if (r->length - r->at < skip + n + 2 || memcmp(r->text + r->at + skip, posix[i].name, n) != 0 ||
        memcmp(r->text + r->at + skip + n, ":]", 2) != 0)
      continue;
    r->at += skip + n + 2;
    add_pairs(r, set, posix[i].pairs, negated);
    return true;
  }
  return false;
}

static bool class_character(struct reader *r, uint32_t *c) {
  if (look(r, 0) < 0) { fail(r, "a [ is not closed"); return false; }
  return look(r, 0) == '\\' ? escape(r, c) : character(r, c);
}

/* [...], behind the [ */
static struct part *bracket(struct reader *r) {
  struct ranges set = {0};
  bool negated = accept(r, "^");
  for (bool first = true; first || look(r, 0) != ']'; first = false) {
    uint32_t low = 0, high;
    if (letter_class(r, &set) || posix_class(r, &set)) continue;
    if (!class_character(r, &low)) return NULL;
    high = low;
    if (look(r, 0) == '-' && look(r, 1) != ']' && look(r, 1) >= 0) {
      r->at++;
      if (!class_character(r, &high)) return NULL;
      if (high < low) return fail(r, "a range runs backwards");
    }
    add_range(r, &set, low, high);
    if (r->error) return NULL;
  }
  r->at++;
  if (r->fold) fold(r, &set);
  if (negated) negate(r, &set);
  return class_part(r, &set);
}

/* ---- groups, repetition, sequence, choice ---- */
static struct part *choice(struct reader *r);

/* (?i) (?s) (?is-...) up to ) or : ; true when a group's content follows. */
static bool flags(struct reader *r, bool *content) {
  bool on = true;
  for (;;) {
    int c = look(r, 0);
    if (c < 0) { fail(r, "a group is not closed"); return false; }
    r->at++;
    if (c == ')' || c == ':') { *content = c == ':'; return true; }
    if (c == '-' && on) on = false;
    else if (c == 'i') r->fold = on;
    else if (c == 's') r->dot_all = on;
    else { fail(r, "unknown flag: there are i and s"); return false; }
  }
}

static struct part *group(struct reader *r) {
  bool content = true, fold_before = r->fold, dot_before = r->dot_all;
  if (starts(r, "?=") || starts(r, "?!") || starts(r, "?<=") || starts(r, "?<!"))
    return fail(r, "look-around cannot be matched in linear time");
  if (accept(r, "?P<") || accept(r, "?<")) {
    while (look(r, 0) >= 0 && look(r, 0) != '>') r->at++;
    if (!accept(r, ">")) return fail(r, "a group's name is not closed");
  } else if (accept(r, "?") && !flags(r, &content)) {
    return NULL;
  }
  if (!content) return new_part(r, PART_EMPTY);      /* flags hold until the group around ends */
  if (++r->nesting > MAX_NESTING) return fail(r, "groups are nested too deeply");
  struct part *part = choice(r);
  r->nesting--;
  r->fold = fold_before;
  r->dot_all = dot_before;
  if (part && !accept(r, ")")) return fail(r, "a group is not closed");
  return part;
}

static struct part *atom(struct reader *r) {
  uint32_t c;
  struct ranges set = {0};
  if (accept(r, "(")) return group(r);
  if (accept(r, "[")) return bracket(r);
  if (accept(r, ".")) {
    if (!r->dot_all) add_range(r, &set, '\n', '\n');
    negate(r, &set);
    return class_part(r, &set);
  }
  if (accept(r, "^") || accept(r, "\\A")) return new_part(r, PART_BEGIN);
  if (accept(r, "$") || accept(r, "\\z")) return new_part(r, PART_END);
  if (look(r, 0) == '*' || look(r, 0) == '+' || look(r, 0) == '?') return fail(r, "there is nothing to repeat");
  if (letter_class(r, &set)) {
    if (r->fold) fold(r, &set);
    return class_part(r, &set);
  }
  if (look(r, 0) == '\\' ? !escape(r, &c) : !character(r, &c)) return NULL;
  return one_character(r, c);
}

static bool number(struct reader *r, size_t *at, uint32_t *value) {
  size_t start = *at;
  *value = 0;
  for (; *at < r->length && r->text[*at] >= '0' && r->text[*at] <= '9'; ++*at)
    if (*value <= MAX_REPEAT) *value = *value * 10 + (uint32_t)(r->text[*at] - '0');
  return *at > start;
}

/* {m} {m,} {m,n}: anything else that begins with { is an ordinary character. */
static bool counts(struct reader *r, uint32_t *least, uint32_t *most) {
  size_t at = r->at + 1;
  if (look(r, 0) != '{' || !number(r, &at, least)) return false;
  *most = *least;
  if (at < r->length && r->text[at] == ',') {
    at++;
    if (!number(r, &at, most)) *most = REPEAT_FOREVER;
  }
  if (at >= r->length || r->text[at] != '}') return false;
  if (*least > MAX_REPEAT || (*most != REPEAT_FOREVER && *most > MAX_REPEAT)) fail(r, "a count is over 1,000");
  else if (*most < *least) fail(r, "a count runs backwards");
  r->at = at + 1;
  return true;
}

static bool quantifier(struct reader *r, uint32_t *least, uint32_t *most) {
  *most = REPEAT_FOREVER;
  *least = 0;
  if (accept(r, "*")) return true;
  if (accept(r, "+")) { *least = 1; return true; }
  if (accept(r, "?")) { *most = 1; return true; }
  return counts(r, least, most);
}

static struct part *repeated(struct reader *r) {
  struct part *kid = atom(r);
  uint32_t least, most;
  if (!kid || !quantifier(r, &least, &most)) return kid;
  if (kid->kind == PART_BEGIN || kid->kind == PART_END || kid->kind == PART_EMPTY)
    return fail(r, "there is nothing to repeat");
  accept(r, "?");                                    /* lazy: the same texts match */
  size_t before = r->at;
  uint32_t again, more;
  if (quantifier(r, &again, &more)) {
    r->at = before;
    return fail(r, "a repetition is repeated: put the inner one into a group");
  }
  struct part *part = new_part(r, PART_REPEAT);
  if (!part || r->error || !(part->kids = arena_alloc(r->arena, sizeof *part->kids))) return NULL;
  part->kids[0] = kid;
  part->kid_count = 1;
  part->least = least;
  part->most = most;
  return part;
}

static bool add_kid(struct reader *r, struct part *part, struct part *kid) {
  if ((part->kid_count & (part->kid_count - 1)) == 0) {          /* full at each power of two */
    uint32_t room = part->kid_count ? 2 * part->kid_count : 1;
    struct part **more = arena_alloc(r->arena, room * sizeof *more);
    if (!more) { fail(r, "out of memory"); return false; }
    if (part->kid_count) memcpy(more, part->kids, part->kid_count * sizeof *more);
    part->kids = more;
  }
  part->kids[part->kid_count++] = kid;
  return true;
}

static struct part *sequence(struct reader *r) {
  struct part *part = new_part(r, PART_SEQUENCE);
  while (part && look(r, 0) >= 0 && look(r, 0) != '|' && look(r, 0) != ')') {
    struct part *kid = repeated(r);
    if (!kid || r->error || !add_kid(r, part, kid)) return NULL;
  }
  return part;
}

static struct part *choice(struct reader *r) {
  struct part *part = new_part(r, PART_CHOICE);
  do {
    struct part *kid = part ? sequence(r) : NULL;
    if (!kid || !add_kid(r, part, kid)) return NULL;
  } while (accept(r, "|"));
  return part->kid_count == 1 ? part->kids[0] : part;
}

struct part *pattern_parse(struct arena *arena, const char *text, size_t length, const char **error) {
  struct reader r = {.arena = arena, .text = text, .length = length};
  struct part *part = choice(&r);
  if (part && r.at < length) part = fail(&r, "a ) closes nothing");
  *error = r.error;
  return r.error ? NULL : part;
}
