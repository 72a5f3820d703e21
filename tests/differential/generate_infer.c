/* generate_infer.c: random models, routes and guards about models. The model `sure` passes whatever is constant, so that no route is without an
 * answer for good (which the checker would refuse). */
#include "generate.h"

const char *const generated_tasks[GENERATED_TASKS] = {"chat", "code", "extract", "poetry"};
#define ADD(...) text_add(out, __VA_ARGS__)
#define PICK(array) ((array)[random_below(r, (unsigned)(sizeof(array) / sizeof *(array)))])
#define MEASURED "{ source: \"made up\", date: 2024-01-01, sample: 400 }"

static void prices(struct random *r, struct text_buffer *out) {
  static const char *const kinds[] = {"input", "output"};
  for (unsigned i = 0; i < 2; i++) {
    ADD(" price %s %u.%02u USD per 1_000_000 tokens", kinds[i], random_below(r, 5), 25 * random_below(r, 4));
    if (random_chance(r, 20)) ADD(" price %s %u.50 USD per 1_000_000 tokens { above: %u tokens }", kinds[i], random_below(r, 9), 1000 * (1 + random_below(r, 3)));
  }
  if (random_chance(r, 15)) ADD(" price request 0.00%u USD per request", random_below(r, 4));
}

static void model(struct random *r, struct text_buffer *out, unsigned i) {
  static const char *const abilities[] = {"tools", "json", "vision, json", "tools, json"};
  ADD("model m%u { provider v%u id \"i%u\"", i, random_below(r, 4), i);
  if (random_chance(r, 70)) ADD(" window %u tokens", 1000 * (1 + random_below(r, 6)));
  if (random_chance(r, 30)) ADD(" output %u tokens", 300 * (1 + random_below(r, 4)));
  if (random_chance(r, 60)) ADD(" can %s", PICK(abilities));
  if (random_chance(r, 70)) ADD(" latency %u milliseconds", 100 * (1 + random_below(r, 5)));
  if (!i || random_chance(r, 90)) prices(r, out);    /* weighted routes name the first */
  for (unsigned t = 0; t < 3; t++) if (random_chance(r, 55)) ADD(" quality %s %u%% " MEASURED, generated_tasks[t], 50 + 10 * random_below(r, 5));
  ADD(" }\n");
}

void generate_models(struct random *r, struct text_buffer *out) {
  static const char *const where[] = {"region eu", "region de", "region us", "region eu, us", "region fr, de"}, *const training[] = {"", "training true", "training false"};
  for (unsigned i = 0; i < 4; i++) {
    ADD("provider v%u { kind openai base \"https://v.example/%u\" %s %s", i, i, PICK(where), PICK(training));
    if (random_chance(r, 60)) ADD(" retention %u days", random_below(r, 5));
    ADD(" }\n");
  }
  ADD("provider own { kind openai base \"https://own.example\" region de training false retention 0 days }\n"
      "model sure { provider own id \"s\" window 1_000_000 tokens output 100_000 tokens can tools, vision, audio, documents, json, reasoning, caching, batch\n"
      "  latency 50 milliseconds price input 9.00 USD per 1_000_000 tokens price output 30.00 USD per 1_000_000 tokens");
  for (unsigned t = 0; t < 3; t++) ADD(" quality %s 95%% " MEASURED, generated_tasks[t]);
  ADD(" }\n");
  for (unsigned i = 0, n = 1 + random_below(r, 7); i < n; i++) model(r, out, i);
  ADD("\n");
}

/* ---- routes ---- */
static void require(struct random *r, struct text_buffer *out) {
  static const char *const plain[] = {"model.json", "model.tools", "model.training == false", "model.region in eu", "model.retention < 3 days", "model.latency <= 300 milliseconds",
    "model.quality[task] >= 60%", "model.quality[task] > 75%", "model.window >= tokens.input + tokens.output", "model.output is present or model.vision", "model.name != \"work.p.m1\"",
    "model.provider != \"work.p.v2\""};
  unsigned i = random_below(r, 11 + 1);
  ADD(" require ");
  if (i == 9) ADD("model.vision or task == chat");
  else ADD("%s", plain[i]);
  if (!random_chance(r, 25)) return;
  ADD(" require model.json or ");
  generate_condition(r, out, NARROWING_DOWN);
}

static void preference(struct random *r, struct text_buffer *out) {
  static const char *const orders[] = {"lowest cost", "lowest latency", "highest quality[task]"};
  if (random_chance(r, 80)) ADD(" prefer %s", PICK(orders));
}

static void conduct(struct random *r, struct text_buffer *out) {
  static const char *const kinds[] = {"timeout", "timeout, refused", "unsafe, malformed", "overloaded, rate_limited, timeout"};
  if (random_chance(r, 60)) ADD(" fallback %u", random_below(r, 4));
  if (random_chance(r, 40)) ADD(" retry %u on %s", 1 + random_below(r, 2), PICK(kinds));
  if (random_chance(r, 25)) ADD(" cap 0.%02u USD per request", 1 + random_below(r, 6));
}

static void route(struct random *r, struct text_buffer *out, const char *name, const char *agent, const char *where, bool weighted) {
  ADD("route %s_%s { for infer by %s", name, agent, agent);
  if (where) ADD(" where %s", where);
  else if (random_chance(r, 20)) { ADD(" where "); generate_condition(r, out, NARROWING_STEADY); }
  for (unsigned i = random_below(r, 3); i > 0; i--) require(r, out);
  if (weighted && random_chance(r, 15)) ADD(" prefer weighted { sure %u, m0 %u }%s", 1 + random_below(r, 5), 1 + random_below(r, 5), random_chance(r, 40) ? " sticky by requester" : "");
  else preference(r, out);
  conduct(r, out);
  if (random_chance(r, 25)) {
    ADD(" tier code {");
    preference(r, out);
    if (random_chance(r, 50)) require(r, out);
    ADD(" }");
  }
  ADD(" }\n\n");
}

void generate_routes(struct random *r, struct text_buffer *out, const char *const *agents, unsigned count, bool weighted) {
  for (unsigned i = 0; i < count; i++) {
    if (random_chance(r, 5)) continue;
    bool two = random_chance(r, 20);                      /* which both match some requests */
    route(r, out, "r", agents[i], two ? "tokens.input < 2_500" : NULL, weighted);
    if (two) route(r, out, "s", agents[i], "tokens.input > 2_000", weighted);
  }
}

/* ---- guards ---- */
void generate_model_guards(struct random *r, struct text_buffer *out, const char *const *agents, unsigned count) {
  static const char *const denied[] = {"model.training", "not (model.region in eu)", "model.region in us", "model.retention > 1 days", "not model.json", "model.quality[task] < 65%",
    "model.name == \"work.p.m0\"", "model.provider == \"work.p.v1\"", "model.latency > 250 milliseconds", "task == code and not model.tools", "task in [chat, extract] and not model.vision",
    "model.output < tokens.output * 2 and not model.audio", "not model.tools and agent.name == \"work.p.a0\""};
  for (unsigned i = 0, n = random_below(r, 4); i < n; i++) {
    ADD("guard m%u {\n  deny infer", i);
    if (random_chance(r, 30)) ADD(" by %s", agents[random_below(r, count)]);
    ADD("\n    where %s", PICK(denied));
    if (random_chance(r, 60)) { ADD(" and "); generate_condition(r, out, NARROWING_UP); }
    ADD("\n    because \"model %u\"\n}\n\n", i);
    if (random_chance(r, 25)) ADD("waive m%u for %s until 2024-05-%02u because \"waived\"\n\n", i, agents[0], 15 + random_below(r, 3));
  }
  if (random_chance(r, 30)) {
    ADD("guard i {\n  %s infer\n    where tokens.output > %u and ", random_chance(r, 50) ? "ask leads before" : "deny", 100 * random_below(r, 9));
    generate_condition(r, out, NARROWING_UP);
    ADD("\n    because \"so much\"\n}\n\n");
  }
}
