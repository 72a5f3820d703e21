/* prices.c: what a request to a model cost, from a provider's usage. Providers name the same things differently; a table says
 * what each name counts. Exact: tokens times millionths for a million of them are 10^-12 of the currency. */
#include <stdio.h>
#include <stdlib.h>
#include "engine.h"
#include "route_plan.h"

enum counter { INPUT, MORE_INPUT, CACHED_READ, CACHED_WRITE, CACHED_WRITE_LONG, AUDIO_INPUT, CACHED_AUDIO, OUTPUT, MORE_OUTPUT, AUDIO_OUTPUT,
               COUNTERS };
enum { APART = 1,                   /* not part of the input that is reported beside it: added to it */
       BILLED = 2 };                /* what is billed, whatever else is reported: cached tokens are not in it */

/* Where it stands below the usage. The largest counts when two names of one thing are there; MORE_ is added. */
struct place { const char *path; enum counter counter; unsigned flags; };
static const struct place places[] = {
  {"prompt_tokens", INPUT, 0}, {"completion_tokens", OUTPUT, 0},                                         /* OpenAI, chat */
  {"prompt_tokens_details.cached_tokens", CACHED_READ, 0}, {"prompt_tokens_details.cache_write_tokens", CACHED_WRITE, 0},
  {"prompt_tokens_details.audio_tokens", AUDIO_INPUT, 0}, {"completion_tokens_details.audio_tokens", AUDIO_OUTPUT, 0},
  {"prompt_cache_hit_tokens", CACHED_READ, 0}, {"cached_tokens", CACHED_READ, 0}, {"num_cached_tokens", CACHED_READ, 0},
  {"input_tokens", INPUT, 0}, {"output_tokens", OUTPUT, 0},                                               /* OpenAI, responses; Anthropic */
  {"input_tokens_details.cached_tokens", CACHED_READ, 0}, {"input_tokens_details.cache_write_tokens", CACHED_WRITE, 0},
  {"cache_read_input_tokens", CACHED_READ, APART}, {"cache_creation_input_tokens", CACHED_WRITE, APART},
  {"cache_creation.ephemeral_1h_input_tokens", CACHED_WRITE_LONG, 0},
  {"inputTokens", INPUT, 0}, {"outputTokens", OUTPUT, 0},                                                 /* Bedrock */
  {"cacheReadInputTokens", CACHED_READ, APART}, {"cacheWriteInputTokens", CACHED_WRITE, APART},
  {"promptTokenCount", INPUT, 0}, {"toolUsePromptTokenCount", MORE_INPUT, 0}, {"cachedContentTokenCount", CACHED_READ, 0},  /* Google */
  {"candidatesTokenCount", OUTPUT, 0}, {"thoughtsTokenCount", MORE_OUTPUT, 0},
  {"billed_units.input_tokens", INPUT, BILLED}, {"billed_units.output_tokens", OUTPUT, BILLED},           /* Cohere */
};
/* Lists of {"modality": "AUDIO", "tokenCount": n}. */
static const struct place lists[] = {
  {"promptTokensDetails", AUDIO_INPUT, 0}, {"toolUsePromptTokensDetails", AUDIO_INPUT, 0}, {"cacheTokensDetails", CACHED_AUDIO, 0},
  {"candidatesTokensDetails", AUDIO_OUTPUT, 0},
};
static const char *const roots[] = {"usage.", "usageMetadata.", "meta."};

enum { PATH_BYTES = 256 };
struct usage { int64_t of[COUNTERS], apart; bool any, billed; struct json json; char path[PATH_BYTES]; size_t length; };

static const char *below_root(const struct usage *u) {
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
    if (!strncmp(u->path, roots[i], strlen(roots[i]))) return u->path + strlen(roots[i]);
  return u->path;
}

/* A whole number of tokens, not negative. */
static bool take_count(struct usage *u, int64_t *count) {
  struct json_number number;
  *count = 0;
  if (!json_number(&u->json, &number)) return false;
  for (size_t i = 0; i < number.length; i++) {
    char c = number.digits[i];
    if (c < '0' || c > '9' || *count > INT64_C(1000000000000)) return json_fail(&u->json, REBASE_E_RANGE, "no count of tokens");
    *count = *count * 10 + (c - '0');
  }
  return !(number.negative || number.exponent) || json_fail(&u->json, REBASE_E_RANGE, "no count of tokens");
}

static bool take_number(struct usage *u) {
  const char *path = below_root(u);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const struct place *place = &places[i];
    int64_t count;
    if (strcmp(path, place->path)) continue;
    if (!take_count(u, &count)) return false;
    u->any = u->any || place->counter == INPUT || place->counter == OUTPUT;
    if (place->flags & APART) u->apart += count;
    u->billed = u->billed || place->flags & BILLED;
    if (place->counter == MORE_INPUT || place->counter == MORE_OUTPUT) u->of[place->counter] += count;
    else if (count > u->of[place->counter]) u->of[place->counter] = count;
    return true;
  }
  return json_skip(&u->json);
}

/* An element of such a list; anything else in it is passed over. */
static bool take_modality(struct usage *u, enum counter counter) {
  struct json *j = &u->json;
  const char *name, *text = "";
  size_t length, text_length = 0;
  int64_t count = 0;
  if (json_peek(j) != '{') return json_skip(j);
  if (!json_open(j, '{')) return false;
  if (!json_take(j, '}'))
    do {
      if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
      bool tokens = length == 10 && !memcmp(name, "tokenCount", 10), kind = length == 8 && !memcmp(name, "modality", 8);
      if (tokens ? !take_count(u, &count) : kind ? !json_quoted(j, &text, &text_length) : !json_skip(j)) return false;
    } while (json_take(j, ','));
  else return j->depth--, true;
  if (!json_expect(j, '}')) return false;
  j->depth--;
  if (text_length == 5 && !memcmp(text, "AUDIO", 5)) u->of[counter] += count;
  return true;
}

static bool take_list(struct usage *u) {
  const char *path = below_root(u);
  struct json *j = &u->json;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (strcmp(path, lists[i].path)) continue;
    if (!json_open(j, '[')) return false;
    if (json_take(j, ']')) { j->depth--; return true; }
    do
      if (!take_modality(u, lists[i].counter)) return false;
    while (json_take(j, ','));
    j->depth--;
    return json_expect(j, ']');
  }
  return json_skip(j);
}

static bool take_value(struct usage *u);

static bool take_object(struct usage *u) {
  struct json *j = &u->json;
  const char *name;
  size_t length, before = u->length;
  if (!json_open(j, '{')) return false;
  if (json_take(j, '}')) { j->depth--; return true; }
  do {
    if (!json_quoted(j, &name, &length) || !json_expect(j, ':')) return false;
    if (before + length + 2 > PATH_BYTES || memchr(name, 0, length)) {
      if (!json_skip(j)) return false;
      continue;
    }
    if (before) u->path[before] = '.';
    memcpy(u->path + before + (before > 0), name, length);
    u->length = before + (before > 0) + length;
    u->path[u->length] = 0;
    if (!take_value(u)) return false;
  } while (json_take(j, ','));
  u->length = before;
  u->path[before] = 0;
  j->depth--;
  return json_expect(j, '}');
}

static bool take_value(struct usage *u) {
  int next = json_peek(&u->json);
  if (next == '{') return take_object(u);
  if (next == '[') return take_list(u);
  return next == '-' || (next >= '0' && next <= '9') ? take_number(u) : json_skip(&u->json);
}

/* ---- prices ---- */
struct bill { const struct rebase_bundle *bundle; const struct image_model *model; int64_t input; rebase_status status; };

/* tokens at the price of `kind`, or, when there is none, of `otherwise` (PRICE_COUNT: then it is not known). */
enum { FEW_TOKENS = 1000000000 };

static void add(struct bill *bill, int64_t tokens, enum price_kind kind, enum price_kind otherwise, int64_t *sum) {
  if (!tokens || bill->status != REBASE_OK) return;
  const struct image_price *price = model_price(bill->bundle, bill->model, kind, bill->input);
  if (!price && otherwise != PRICE_COUNT) price = model_price(bill->bundle, bill->model, otherwise, bill->input);
  if (!price) { bill->status = REBASE_E_PRICE; return; }
  if (tokens < 0 || (price->amount && tokens > (INT64_MAX / 4 - *sum) / price->amount)) { bill->status = REBASE_E_RANGE; return; }
  *sum += tokens * price->amount;
}

rebase_status price_tokens(const struct rebase_bundle *b, const struct image_model *m, int64_t input, int64_t output, int64_t *cost) {
  struct bill bill = {b, m, input, REBASE_OK};
  const struct bundle_flat *flat = &b->flat_prices[m - b->MODELS.at];
  if (flat->input >= 0 && input >= 0 && input <= FEW_TOKENS && output >= 0 && output <= FEW_TOKENS) {
    *cost = input * flat->input + output * flat->output;
    return REBASE_OK;
  }
  *cost = 0;
  add(&bill, input, PRICE_INPUT, PRICE_COUNT, cost);
  add(&bill, output, PRICE_OUTPUT, PRICE_COUNT, cost);
  if (model_price(b, m, PRICE_REQUEST, input)) add(&bill, 1000000, PRICE_REQUEST, PRICE_COUNT, cost);
  return bill.status;
}

static rebase_status bill_usage(struct bill *bill, const struct usage *u, bool batch, rebase_bill *cost) {
  enum price_kind input = batch ? PRICE_BATCH_INPUT : PRICE_INPUT, output = batch ? PRICE_BATCH_OUTPUT : PRICE_OUTPUT;
  int64_t in = u->of[INPUT] + u->of[MORE_INPUT] + u->apart, out = u->of[OUTPUT] + u->of[MORE_OUTPUT], request = 0;
  int64_t audio = u->of[AUDIO_INPUT] - u->of[CACHED_AUDIO], cached = u->of[CACHED_READ] - u->of[CACHED_AUDIO];
  int64_t kept = u->of[CACHED_WRITE] - u->of[CACHED_WRITE_LONG], plain = in - u->of[CACHED_READ] - u->of[CACHED_WRITE] - audio;
  if (audio < 0 || cached < 0 || kept < 0 || plain < 0 || out < u->of[AUDIO_OUTPUT]) return REBASE_E_RANGE;
  bill->input = in;
  add(bill, plain, input, PRICE_COUNT, &cost->input);
  add(bill, cached, PRICE_CACHED_READ, input, &cost->input);
  add(bill, kept, PRICE_CACHED_WRITE, PRICE_COUNT, &cost->input);
  add(bill, u->of[CACHED_WRITE_LONG], PRICE_CACHED_WRITE_LONG, PRICE_COUNT, &cost->input);
  add(bill, audio, PRICE_AUDIO_INPUT, PRICE_COUNT, &cost->input);
  add(bill, u->of[CACHED_AUDIO], PRICE_CACHED_AUDIO, PRICE_AUDIO_INPUT, &cost->input);
  add(bill, out - u->of[AUDIO_OUTPUT], output, PRICE_COUNT, &cost->output);
  add(bill, u->of[AUDIO_OUTPUT], PRICE_AUDIO_OUTPUT, PRICE_COUNT, &cost->output);
  if (model_price(bill->bundle, bill->model, PRICE_REQUEST, in)) add(bill, 1000000, PRICE_REQUEST, PRICE_COUNT, &request);
  cost->total = cost->input + cost->output + request;
  cost->millionths = cost->total / 1000000 + (cost->total % 1000000 != 0);
  cost->input_tokens = in;
  cost->output_tokens = out;
  cost->cached_read_tokens = u->of[CACHED_READ];
  cost->cached_write_tokens = u->of[CACHED_WRITE];
  cost->cached_write_long_tokens = u->of[CACHED_WRITE_LONG];
  cost->audio_input_tokens = u->of[AUDIO_INPUT];
  cost->cached_audio_tokens = u->of[CACHED_AUDIO];
  cost->audio_output_tokens = u->of[AUDIO_OUTPUT];
  return bill->status;
}

static rebase_status price_counts(const struct usage *u, const struct rebase_bundle *b, const char *model, bool batch, rebase_bill *cost, rebase_report *report) {
  uint32_t index = find_model(b, model, strlen(model));
  if (index == NONE32) return engine_report(report, REBASE_E_MODEL, "unknown model `%.200s`", model);
  struct bill bill = {b, &b->MODELS.at[index], 0, REBASE_OK};
  if (bill.model->currency == NONE32) return engine_report(report, REBASE_E_PRICE, "%.200s has no prices", model);
  const struct text *currency = bundle_text(b, bundle_type(b, bill.model->currency)->name);
  memcpy(cost->currency, currency->bytes, currency->len < sizeof cost->currency ? currency->len + 1 : sizeof cost->currency - 1);      /* all of it was zero */
  rebase_status status = bill_usage(&bill, u, batch, cost);
  if (status == REBASE_E_PRICE) return engine_report(report, status, "%.200s has no price for tokens of a kind that were used", model);
  if (status == REBASE_E_RANGE) return engine_report(report, status, "the counts of the usage do not fit together");
  return engine_report(report, status, "%s", rebase_status_text(status));
}

static rebase_status price_with(struct usage *u, const struct rebase_bundle *b, const char *model, bool batch, rebase_bill *cost, rebase_report *report) {
  if (find_model(b, model, strlen(model)) == NONE32) return engine_report(report, REBASE_E_MODEL, "unknown model `%.200s`", model);
  if (!take_value(u) || !json_end(&u->json)) return engine_report(report, u->json.status, "%s", u->json.error);
  if (!u->any) return engine_report(report, REBASE_E_REQUEST, "no usage in a form that is known");
  if (u->billed) u->of[CACHED_READ] = 0;
  return price_counts(u, b, model, batch, cost, report);
}

rebase_status rebase_price_tokens(rebase_engine *e, const char *model, int64_t input, int64_t output, rebase_bill *cost, rebase_report *report) {
  rebase_status status = engine_check(e);
  if (cost) memset(cost, 0, sizeof *cost);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  if (!model || !cost || input < 0 || output < 0) return engine_report(report, REBASE_E_ARGUMENT, "no model or cost, or a count below zero");
  struct loaded *loaded = engine_pin(e);
  if (!loaded) return engine_report(report, REBASE_E_NO_BUNDLE, "no bundle is loaded");
  const struct usage u = {.of = {[INPUT] = input, [OUTPUT] = output}};
  status = price_counts(&u, loaded->bundle, model, false, cost, report);
  loaded_drop(loaded);
  if (status != REBASE_OK) memset(cost, 0, sizeof *cost);
  return status;
}

rebase_status rebase_price(rebase_engine *e, const char *model, const char *usage, size_t length, bool batch, rebase_bill *cost, rebase_report *report) {
  rebase_status status = engine_check(e);
  if (cost) memset(cost, 0, sizeof *cost);
  if (status != REBASE_OK) return engine_report(report, status, "%s", rebase_status_text(status));
  if (!model || !usage || !cost) return engine_report(report, REBASE_E_ARGUMENT, "no model, usage or cost");
  if (length > e->options.request_bytes) return engine_report(report, REBASE_E_TOO_LARGE, "too large");
  struct loaded *loaded = engine_pin(e);
  if (!loaded) return engine_report(report, REBASE_E_NO_BUNDLE, "no bundle is loaded");
  size_t size = 2 * length + 4096;
  char *memory = e->allocator.alloc(size, e->allocator.user);
  struct usage u = {.length = 0};
  struct workspace work = {memory, 0, 0, size & ~(size_t)7};
  if (memory) {
    workspace_reset(&work);
    json_begin(&u.json, loaded->bundle, &work, JSON_RESULT, usage, length);
    status = price_with(&u, loaded->bundle, model, batch, cost, report);
    e->allocator.release(memory, e->allocator.user);
  } else status = engine_report(report, REBASE_E_MEMORY, "out of memory");
  loaded_drop(loaded);
  if (status != REBASE_OK) memset(cost, 0, sizeof *cost);
  return status;
}
