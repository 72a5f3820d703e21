// pattern_re2.cc: patterns compared with RE2 on random patterns and texts. Not part of `make test`; where RE2 is installed:
//   c++ -std=c++17 tests/oracle/pattern_re2.cc build/internal/librbc.a -lre2 -o build/tests/pattern_re2
//   build/tests/pattern_re2 20000
#include <re2/re2.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" {                           // support/arena.h, support/pattern.h: C11 headers, repeated for C++
struct arena { void *blocks; bool failed; };
void arena_free(arena *);
struct pattern_automaton {
  uint32_t states, start, class_count, min_length;
  unsigned char classes[256], *accept;
  uint16_t *next;
};
const char *rbc_pattern_compile(arena *, const char *text, size_t length, pattern_automaton *);
}

static uint64_t seed = 1;
static unsigned below(unsigned n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return unsigned(seed >> 20) % n;
}
template <size_t N> static std::string pick(const char *const (&list)[N]) { return list[below(N)]; }

static std::string character() {
  static const char *const list[] = {"a", "b", "c", "A", "Z", "0", "9", "_", "-", " ", "\n", "é", "ü", "€", "😀", "x", "."};
  return pick(list);
}

static std::string literal() {
  std::string c = character();
  return c == "." || c == "-" ? "\\" + c : c;
}

static std::string bracket() {
  static const char *const parts[] = {"a-c", "\\d", "é-€", "\\W", "[:alpha:]", "€-😀", "\\-", "x", "A"};
  std::string out = below(3) ? "[" : "[^";
  for (unsigned n = 1 + below(3); n; n--) out += pick(parts);
  return out + "]";
}

static std::string expression(int depth) {
  static const char *const classes[] = {".", "\\d", "\\w", "\\s", "\\D", "\\S"};
  switch (below(depth > 0 ? 12 : 4)) {
    case 0: case 1: return literal();
    case 2: return bracket();
    case 3: return pick(classes);
    case 4: case 5: case 6: return expression(depth - 1) + expression(depth - 1);
    case 7: return "(" + expression(depth - 1) + "|" + expression(depth - 1) + ")";
    case 8: return "(?:" + expression(depth - 1) + ")" + (below(2) ? "*" : "+");
    case 9: return "(" + expression(depth - 1) + ")" + (below(2) ? "?" : "{1,3}");
    case 10: return "(?i:" + expression(depth - 1) + ")";
    default: return below(2) ? "(" + expression(depth - 1) + "){2}" : "(?s:" + expression(depth - 1) + ")|" + expression(depth - 1);
  }
}

static bool matches(const pattern_automaton &a, const std::string &text) {
  uint32_t state = a.start;
  for (unsigned char byte : text) state = a.next[state * a.class_count + a.classes[byte]];
  return a.accept[state];
}

int main(int count, char **words) {
  long compared = 0, matched = 0;
  for (long left = count > 1 ? atol(words[1]) : 20000; left; left--) {
    std::string pattern = std::string(below(10) ? "" : "^") + expression(4) + (below(10) ? "" : "$");
    RE2::Options options;
    options.set_log_errors(false);
    RE2 theirs(pattern, options);
    arena memory = {nullptr, false};
    pattern_automaton ours;
    const char *error = rbc_pattern_compile(&memory, pattern.data(), pattern.size(), &ours);
    bool expected = error && (strstr(error, "no text") || strstr(error, "4,096"));
    if (theirs.ok() == (error != nullptr) && !expected) {
      printf("/%s/: RE2 %s, rbc %s\n", pattern.c_str(), theirs.ok() ? "takes it" : "refuses it", error ? error : "takes it");
      return 1;
    }
    for (int k = 0; k < 40 && !error; k++) {
      std::string text;
      for (unsigned n = below(8); n; n--) text += character();
      bool yes = matches(ours, text);
      compared++, matched += yes;
      if (yes == RE2::FullMatch(text, theirs) && (!yes || text.size() >= ours.min_length)) continue;
      printf("/%s/ on '%s': rbc %s\n", pattern.c_str(), text.c_str(), yes ? "matches" : "does not match");
      return 1;
    }
    arena_free(&memory);
  }
  printf("%ld compared, %ld matched\n", compared, matched);
}
