/* generate_values.c: random arguments, results and utterances, in wire form. Values come from small pools, so that
 * equalities, look-ups and `said` succeed often enough to matter. */
#include <stdio.h>
#include <string.h>
#include "generate.h"

const char *const generated_agents[GENERATED_AGENTS] = {"work.p.a0", "work.p.a1", "work.q.b0"};
const char *const generated_operations[GENERATED_OPERATIONS] = {
  "store.get", "store.list_all", "store.change", "store.pay", "store.drop", "store.note", "store.pairs_of",
};
static const char *const strings[] = {"alpha", "beta", "gamma", "delta@x.example", "T-100", "", "https://x.example/a", "caf\\u00e9"};
static const char *const words[] = {"open", "closed", "on hold"};
static const char *const regions[] = {"eu", "de", "fr", "us"};
static const char *const utterances[] = {
  "Please look at alpha and at T-100.", "beta, not gamma; 12 of them for $40.00", "write to delta@x.example today",
  "I mean https://x.example/a", "nothing in particular", "alpha-1 and xT-100 and 7", "$1,200.00 or 3.5, caf\u00e9",
};
static const char *const addresses[] = {"10.1.2.3", "192.168.0.1", "::1", "2001:db8::7", "10.255.0.0"};
static const char *const networks[] = {"10.0.0.0/8", "192.168.0.0/24", "2001:db8::/32", "10.1.2.0/30", "::/0"};
static const char *const versions[] = {"1.2.3", "1.0.0", "0.9.12", "1.2.0", "2.0.0", "1.1.1", "1.2"};
#define PICK(r, array) ((array)[random_below(r, (unsigned)(sizeof(array) / sizeof *(array)))])

const char *generate_utterance(struct random *r) { return PICK(r, utterances); }

static void add_int(struct random *r, struct text_buffer *out) {
  static const char *const odd[] = {"9223372036854775807", "-9223372036854775807", "4611686018427387904", "3037000500"};
  if (random_chance(r, 4)) text_add(out, "%s", PICK(r, odd));
  else text_add(out, "%d", (int)random_below(r, 30) - 8);
}

static void add_amount(struct random *r, struct text_buffer *out) {
  if (random_chance(r, 4)) text_add(out, random_chance(r, 80) ? "9000000000000" : "1.005");     /* more digits than cents have */
  else if (random_chance(r, 50)) text_add(out, "%u", random_below(r, 60));
  else text_add(out, "%u.%02u", random_below(r, 60), random_below(r, 100));
}

static void add_item(struct random *r, struct text_buffer *out) {
  text_add(out, "{\"id\":\"%s\",\"n\":", PICK(r, strings));
  add_int(r, out);
  text_add(out, ",\"price\":");
  add_amount(r, out);
  text_add(out, ",\"tag\":\"%s\"", PICK(r, words));
  if (random_chance(r, 60)) text_add(out, ",\"extra\":%u", random_below(r, 9));
  else if (random_chance(r, 30)) text_add(out, ",\"extra\":null");
  text_add(out, "}");
}

static void add_items(struct random *r, struct text_buffer *out) {
  unsigned n = random_below(r, 5);
  text_add(out, "[");
  for (unsigned i = 0; i < n; i++) { if (i) text_add(out, ","); add_item(r, out); }
  text_add(out, "]");
}

static unsigned many(struct random *r) { return random_chance(r, 10) ? random_below(r, 12) : random_below(r, 5); }

static void add_strings(struct random *r, struct text_buffer *out) {
  unsigned n = many(r);
  text_add(out, "[");
  for (unsigned i = 0; i < n; i++) text_add(out, "%s\"%s\"", i ? "," : "", PICK(r, strings));
  text_add(out, "]");
}

static void add_ints(struct random *r, struct text_buffer *out) {
  unsigned n = many(r);
  text_add(out, "[");
  for (unsigned i = 0; i < n; i++) { if (i) text_add(out, ","); add_int(r, out); }
  text_add(out, "]");
}

/* A set. */
static void add_words(struct random *r, struct text_buffer *out) {
  const char *comma = "";
  text_add(out, "[");
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
    if (random_chance(r, 60)) continue;
    text_add(out, "%s\"%s\"", comma, words[i]);
    comma = ",";
  }
  text_add(out, "]");
}

static void add_map(struct random *r, struct text_buffer *out) {
  text_add(out, "{");
  bool first = true;
  for (unsigned i = 0; i < 3; i++) {
    if (random_chance(r, 40)) continue;
    text_add(out, "%s\"%s\":", first ? "" : ",", strings[i]);
    add_item(r, out);
    first = false;
  }
  text_add(out, "}");
}

static void add_time(struct random *r, struct text_buffer *out) {
  text_add(out, "\"2024-05-%02uT%02u:%02u:00%s\"", 13 + random_below(r, 4), random_below(r, 24), random_below(r, 60),
           random_chance(r, 50) ? "Z" : "-05:00");
}

/* What systems answer is rounded to the unit: a half goes to the even neighbour. */
static void add_rounded_amount(struct random *r, struct text_buffer *out) {
  if (random_chance(r, 70)) add_amount(r, out);
  else text_add(out, "%u.%02u5", random_below(r, 60), random_below(r, 100));
}

static void thing_called(struct random *r, const char *id, struct text_buffer *out) {
  text_add(out, "{\"id\":\"%s\",\"status\":\"%s\",\"owner\":\"%s\",\"size\":", id, PICK(r, words), PICK(r, strings));
  add_int(r, out);
  text_add(out, ",\"price\":");
  add_rounded_amount(r, out);
  if (random_chance(r, 30)) text_add(out, ",\"ratio\":0.%06u5,\"at\":", random_below(r, 4));
  else text_add(out, ",\"ratio\":%u.%u,\"at\":", random_below(r, 3), random_below(r, 1000));
  add_time(r, out);
  text_add(out, ",\"day\":\"2024-05-%02u\",\"place\":\"%s\",\"notes\":\"%s\",\"items\":", 13 + random_below(r, 5), PICK(r, regions),
           PICK(r, strings));
  add_items(r, out);
  text_add(out, ",\"named\":");
  add_map(r, out);
  if (random_chance(r, 50)) { text_add(out, ",\"maybe\":"); add_int(r, out); }
  text_add(out, ",\"unknown_field\":[1,{\"x\":null}]}");
}

void generate_thing(struct random *r, struct text_buffer *out) { thing_called(r, PICK(r, strings), out); }

static void add_common(struct random *r, struct text_buffer *out) {
  text_add(out, "\"count\":");
  add_int(r, out);
  text_add(out, ",\"amount\":");
  add_amount(r, out);
  if (random_chance(r, 60)) text_add(out, ",\"note\":\"%s\"", PICK(r, strings));
}

void generate_arguments(struct random *r, unsigned operation, struct text_buffer *out) {
  text_add(out, "{");
  switch (operation) {
  case 0: text_add(out, "\"id\":\"%s\"", PICK(r, strings)); break;
  case 1: if (random_chance(r, 50)) text_add(out, "\"limit\":%u", random_below(r, 9)); break;
  case 2:
    text_add(out, "\"id\":\"%s\",\"status\":\"%s\",\"flag\":%s,", PICK(r, strings), PICK(r, words), random_chance(r, 50) ? "true" : "false");
    add_common(r, out);
    break;
  case 3:
    text_add(out, "\"id\":\"%s\",\"to\":\"%s\",\"ratio\":%s%u.%02u,\"items\":", PICK(r, strings), PICK(r, strings),
             random_chance(r, 20) ? "-" : "", random_below(r, 4), random_below(r, 100));
    add_items(r, out);
    text_add(out, ",\"named\":");
    add_map(r, out);
    text_add(out, ",");
    add_common(r, out);
    break;
  case 4: text_add(out, "\"id\":\"%s\",\"ids\":", PICK(r, strings)); add_strings(r, out); break;
  case 5:
    text_add(out, "\"to\":\"%s\",\"text\":\"see %s and %s\",\"at\":", PICK(r, strings), PICK(r, strings), PICK(r, strings));
    add_time(r, out);
    text_add(out, ",\"day\":\"2024-05-%02u\",\"place\":\"%s\",\"hold\":%u", 13 + random_below(r, 5), PICK(r, regions), random_below(r, 7200));
    text_add(out, ",\"from\":\"%s\",\"net\":\"%s\",\"build\":\"%s\"", PICK(r, addresses), PICK(r, networks), PICK(r, versions));
    break;
  default:
    text_add(out, "\"ids\":");
    add_strings(r, out);
    text_add(out, ",\"other_ids\":");
    add_strings(r, out);
    text_add(out, ",\"numbers\":");
    add_ints(r, out);
    text_add(out, ",\"tags\":");
    add_words(r, out);
  }
  text_add(out, "}");
}

/* The id that was asked for, mostly; systems that answer with another are not believed. */
static void thing_asked_for(struct random *r, const char *arguments, struct text_buffer *out) {
  char id[64] = "";
  const char *found = strstr(arguments, "\"id\":\"");
  if (found != NULL && !random_chance(r, 10)) sscanf(found + 6, "%63[^\"]", id);
  else snprintf(id, sizeof id, "%s", PICK(r, strings));
  thing_called(r, id, out);
}

/* One element that is not whole: what else stands in the result is kept. */
static const char *const partial[] = {"{\"id\":\"alpha\",\"status\":\"open\"}", "null", "{\"id\":\"beta\",\"size\":\"many\"}", "{}"};

void generate_result(struct random *r, unsigned operation, const char *arguments, struct text_buffer *out) {
  if (random_chance(r, 6)) { text_add(out, "\"Error: no\""); return; }
  if (random_chance(r, 4)) { text_add(out, "{\"id\":7}"); return; }
  if (operation == 1 || operation == 6) {
    unsigned n = random_below(r, 4);
    text_add(out, "[");
    for (unsigned i = 0; i < n; i++) {
      if (i) text_add(out, ",");
      if (random_chance(r, 92)) generate_thing(r, out);
      else text_add(out, "%s", PICK(r, partial));
    }
    text_add(out, "]");
  } else if (operation == 0 || operation == 2) thing_asked_for(r, arguments, out);
  else if (operation == 3) text_add(out, "{\"who\":\"%s\",\"pin\":%u,\"left\":%u}", PICK(r, strings), random_below(r, 3), random_below(r, 50));
  else text_add(out, "null");
}

void generate_requester(struct random *r, struct text_buffer *out) {
  text_add(out, "{\"roles\":");
  add_strings(r, out);
  text_add(out, ",\"desk\":\"%s\",\"level\":%u", PICK(r, regions), random_below(r, 6));
  if (random_chance(r, 50)) text_add(out, ",\"nick\":\"%s\"", PICK(r, strings));
  text_add(out, "}");
}
