/* vm.c: the dispatch loop. Threaded code where the compiler has computed goto, a switch where it has not
 * (REBASE_NO_COMPUTED_GOTO): the bodies are the same, and both lists of them are made from opcodes.def.
 *
 * The verifier has shown that registers are defined and of the right types, so nothing here looks at types. A few tests
 * that it made superfluous stand all the same, as a second wall (FAULT): they cost next to nothing where a pointer is
 * followed, and fuel is looked at where a program can go on: at LOOP, NEXT and CALL. */
#include "vm.h"
#include "numbers.h"

#if defined(__GNUC__) && !defined(REBASE_NO_COMPUTED_GOTO)
#define THREADED 1
#pragma GCC diagnostic ignored "-Wpedantic"         /* labels as values, in this file only */
#ifndef __clang__
#pragma GCC optimize ("no-crossjumping")            /* each instruction jumps to the next one by itself, which a processor guesses better */
#endif
#endif

enum {
#define OP(NAME, A, B, C, IMM, COST, DOC) STEPS_##NAME = COST,
#include "opcodes.def"
#undef OP
  STEPS_LOOPMAP = STEPS_LOOP, STEPS_NEXTMAP = STEPS_NEXT,
#define FUSED(FIRST, SECOND, TEST) STEPS_##FIRST##_##SECOND##_##TEST = STEPS_##FIRST + STEPS_##SECOND + STEPS_##TEST + STEPS_IF,
#define FLAG(READ) STEPS_##READ##_BRANCH = STEPS_##READ,           /* IF adds its own when it is reached */
#define TESTED(TEST) STEPS_##TEST##_BRANCH = STEPS_##TEST + STEPS_IF,
#define PAIR(FIRST, SECOND) STEPS_##FIRST##_##SECOND = STEPS_##FIRST,         /* the second adds its own when it is reached */
#include "fused.def"
};

static const char *const verdict_texts[VM_VERDICT_COUNT] = {
#define VERDICT(NAME, ERROR, WORD, TEXT) [VM_##NAME] = TEXT,
#include "vm_verdicts.def"
#undef VERDICT
};
const char *const vm_verdict_words[VM_VERDICT_COUNT] = {
#define VERDICT(NAME, ERROR, WORD, TEXT) [VM_##NAME] = WORD,
#include "vm_verdicts.def"
#undef VERDICT
};
const char *vm_verdict_text(enum vm_verdict verdict) { return verdict_texts[verdict < VM_VERDICT_COUNT ? verdict : VM_FAULT]; }

/* ---- what instructions do that is more than a line ---- */
static bool any_missing(const value *keys, uint32_t count) {
  for (uint32_t k = 0; k < count; k++)
    if (is_missing(keys[k])) return true;
  return false;
}

static value seen(const struct vm *vm, uint32_t entity, const value *keys, int64_t since) {
  if (any_missing(keys, vm->bundle->ENTITIES.at[entity].keys)) return missing_value();
  return session_seen(vm->session, entity, keys, since);
}

static int64_t before(int64_t now, int64_t span) {
  int64_t since;
  return number_sub(now, span, &since) ? since : span > 0 ? INT64_MIN : INT64_MAX;
}

static value element(value list, value index) {
  if (is_missing(list) || is_missing(index) || index.i < 0 || index.i >= list.list->len) return missing_value();
  return list.list->items[index.i];
}

static value last_element(value list) {
  return is_missing(list) || !list.list->len ? missing_value() : list.list->items[list.list->len - 1];
}

static value map_value(value map, value key) {
  if (is_missing(map) || is_missing(key)) return missing_value();
  size_t low = 0, high = map.list->len;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct text *found = map.list->items[2 * middle].text;
    int order = text_compare(found->bytes, found->len, key.text->bytes, key.text->len);
    if (order == 0) return map.list->items[2 * middle + 1];
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return missing_value();
}

static bool contains(value collection, value wanted, enum vm_compare compare) {
  const struct list *list = collection.list;
  if (is_missing(wanted)) return false;
  if (compare == VM_COMPARE_MAP) return !is_missing(map_value(collection, wanted));
  return compare == VM_COMPARE_TEXT ? list_holds_text(list, wanted.text) : list_holds_bits(list, wanted);
}

static inline bool equal_bits(value a, value b) { return (a.bits == b.bits) & !is_missing(a); }
static inline bool less(value a, value b) { return a.i < b.i; }
static inline bool at_most(value a, value b) { return a.i <= b.i; }
static inline bool equal_texts(value a, value b) { return !is_missing(a) && !is_missing(b) && text_equal(a.text, b.text); }
static bool in_region(const struct vm *vm, value inner, value outer) {
  return !is_missing(inner) && !is_missing(outer) && inner.i >= outer.i && inner.i < vm->bundle->REGIONS.at[outer.i].end;
}
static bool in_network(value ip, value cidr) { return !is_missing(ip) && !is_missing(cidr) && ip_in_network(ip.text, cidr.text); }
static inline bool starts_with(value text, value part) {
  const bool fits = part.text->len <= text.text->len;
  return fits & bytes_equal((fits ? text : part).text->bytes, part.text->bytes, part.text->len);
}
static bool ends_with(value text, value part) {
  uint32_t length = part.text->len;
  return length <= text.text->len && memcmp(text.text->bytes + text.text->len - length, part.text->bytes, length) == 0;
}

/* Verified bound at n, which a list that a program itself makes can raise. */
static bool set_bound(struct vm *vm, const struct routine *program) {
  uint64_t n = vm->longest > vm->bundle->longest ? vm->longest : vm->bundle->longest;
  vm->bound = program->fixed ? program->fixed : bundle_cost(vm->bundle, program->cost, n);
  return !vm->max_steps || vm->bound <= vm->max_steps;
}

static bool admit_list(struct vm *vm, const struct routine *program, value list) {
  if (list.list->len <= vm->longest) return true;
  vm->longest = list.list->len;
  return set_bound(vm, program);
}

static bool move_days(int64_t date, int64_t duration, int64_t *result, enum vm_verdict *error) {
  *error = duration % REBASE_DAY ? VM_ERROR_DAYS : VM_ERROR_OVERFLOW;
  return duration % REBASE_DAY == 0 && number_add(date, duration / REBASE_DAY, result);
}

/* ---- the loop ---- */
#ifndef EXECUTED                    /* a test that counts instructions says more */
#define EXECUTED(OPCODE)
#define LOOKED_AT(OPCODE)           /* as a condition */
#endif
#ifdef THREADED
#define OPCODE(NAME) do_##NAME: steps += STEPS_##NAME; EXECUTED(OP_##NAME)
#define GO_ON do { i = pc++; goto *places[i->op]; } while (0)
#else
#define OPCODE(NAME) case OP_##NAME: steps += STEPS_##NAME; EXECUTED(OP_##NAME)
#define GO_ON goto on
#endif
#define A (base[i->a])
#define B (base[i->b])
#define C (base[i->c])
#define SET(EXPRESSION) do { value result = (EXPRESSION); A = result; GO_ON; } while (0)
#define SET_INT(EXPRESSION) do { int64_t result = (EXPRESSION); A.i = result; GO_ON; } while (0)
#define STOP(VERDICT) do { verdict = (VERDICT); goto stop; } while (0)
#define NEED(CONDITION, VERDICT) do { if (!(CONDITION)) STOP(VERDICT); } while (0)
#define CHECKED(CALL) do { int64_t sum; NEED(CALL, VM_ERROR_OVERFLOW); A.i = sum; GO_ON; } while (0)
#define BRANCH do { pc = !A.i == (i[1].op == OP_IFNOT) ? now->code + i[1].imm : i + 2; GO_ON; } while (0)
/* What fused instructions are made of; I is the instruction they stood in. */
#define READ_ARG(I) (vm->args[(I)->imm])
#define READ_RULECONST(I) (constants[(I)->imm])
#define READ_CONTEXT(I) (vm->facts[(I)->imm])
#define THERE_ARG (vm->args != NULL)
#define THERE_RULECONST true
#define THERE_CONTEXT (vm->facts != NULL)
#define THERE_LABELLED (vm->session != NULL)
#define WITHOUT_ARG VM_FAULT
#define WITHOUT_LABELLED VM_ERROR_SESSION
#define FLAG_ARG(AT) (vm->args[AT].i != 0)
#define FLAG_LABELLED(AT) session_has_label(vm->session, AT)
#define TEST_EQ(HOW, X, Y) equal_bits(X, Y)
#define TEST_EQTEXT(HOW, X, Y) equal_texts(X, Y)
#define TEST_LT(HOW, X, Y) less(X, Y)
#define TEST_LE(HOW, X, Y) at_most(X, Y)
#define TEST_IN(HOW, X, Y) (!is_missing(Y) && ((HOW) == VM_COMPARE_TEXT && !is_missing(X) ? list_holds_text((Y).list, (X).text) : contains(Y, X, (enum vm_compare)(HOW))))
#define TEST_STARTS(HOW, X, Y) (!is_missing(X) && !is_missing(Y) && starts_with(X, Y))
#define SESSION NEED(vm->session, VM_ERROR_SESSION)
#define FUEL NEED(steps <= vm->bound, VM_FAULT)

static enum vm_verdict run_code(struct vm *vm, const struct routine *program, const value *constants) {
#ifdef THREADED
  static const void *const places[OP_PREPARED_COUNT] = {
#define OP(NAME, X, Y, Z, IMM, COST, DOC) &&do_##NAME,
#include "opcodes.def"
#undef OP
    &&do_LOOPMAP, &&do_NEXTMAP,
#define FUSED(FIRST, SECOND, TEST) &&do_##FIRST##_##SECOND##_##TEST,
#define FLAG(READ) &&do_##READ##_BRANCH,
#define TESTED(TEST) &&do_##TEST##_BRANCH,
#define PAIR(FIRST, SECOND) &&do_##FIRST##_##SECOND,
#include "fused.def"
  };
#endif
  const struct rebase_bundle *const bundle = vm->bundle;
  const struct routine *now = program;                /* the function that runs, or the program itself */
  const struct instruction *pc = program->code, *i = pc;
  value *base = vm->registers;
  struct vm_call *call = vm->calls;
  uint64_t steps = 0;
  enum vm_verdict verdict = VM_FAULT, error = VM_FAULT;
  vm->steps = vm->bound = vm->place = 0;
  vm->lack = NONE32;
  NEED(pc && program->frame <= VM_REGISTERS && program->depth <= VM_CALL_DEPTH, VM_FAULT);
  NEED(set_bound(vm, program), VM_ERROR_COST);

#ifdef THREADED
  GO_ON;
#else
on:
  i = pc++;
  switch (i->op) {
#endif
  /* ---- constants and moves */
  OPCODE(CONST) SET_INT(bundle->CONSTS.at[i->imm].bits);
  OPCODE(TEXT) SET((value){.text = bundle_text(bundle, i->imm)});
  OPCODE(VALUE) SET(bundle->values[i->imm]);
  OPCODE(RULECONST) SET(constants[i->imm]);
  OPCODE(NOTHING) SET(missing_value());
  OPCODE(MOVE) SET(B);
  /* ---- what is asked */
  OPCODE(ARG) NEED(vm->args, VM_FAULT); SET(vm->args[i->imm]);
  OPCODE(REQUESTER) NEED(!is_missing(vm->requester), VM_ERROR_REQUESTER); SET(vm->requester.record[i->imm]);
  OPCODE(CONTEXT) NEED(vm->facts, VM_FAULT); if (i->imm == CTX_SESSION_AGE || i->imm == CTX_SESSION_AGENTS) SESSION; if (i->imm >= CTX_TASK) NEED(!is_missing(vm->facts[i->imm]), VM_ERROR_MODEL); SET(vm->facts[i->imm]);
  /* ---- session */
  OPCODE(LABELLED) SESSION; SET_INT(session_has_label(vm->session, i->imm));
  OPCODE(PROVED) SESSION; SET_INT(session_proved(vm->session, i->imm, vm->facts[CTX_NOW].i));
  OPCODE(COUNTED) SESSION; SET_INT(session_counted(vm->session, i->imm));
  OPCODE(SEEN) SESSION; SET(seen(vm, i->imm, &B, INT64_MIN));
  OPCODE(SEENWITHIN) SESSION; SET(seen(vm, i->imm, &B, before(vm->facts[CTX_NOW].i, C.i)));
  OPCODE(SEENALL)
    SESSION;
    A = session_seen_all(vm->session, i->imm, &vm->scratch);
    NEED(!is_missing(A), VM_ERROR_SCRATCH);
    NEED(admit_list(vm, program, A), VM_ERROR_COST);
    GO_ON;
  OPCODE(SEENONLY) SESSION; SET(session_seen_only(vm->session, i->imm));
  OPCODE(BOUND) SESSION; SET(session_bound(vm->session, i->imm));
  OPCODE(SAID) SESSION; SET_INT(!is_missing(B) && session_said(vm->session, i->imm, B));
  OPCODE(VOUCHED) SESSION; SET_INT(!is_missing(B) && session_vouched(vm->session, i->imm, B));
  /* ---- structure */
  OPCODE(FIELD) NEED(!is_missing(B), VM_FAULT); SET(B.record[i->imm]);
  OPCODE(OPTFIELD) SET(is_missing(B) ? missing_value() : B.record[i->imm]);
  OPCODE(INDEX) SET(element(B, C));
  OPCODE(LASTOF) SET(last_element(B));
  OPCODE(MAPGET) SET(map_value(B, C));
  OPCODE(LENGTH) NEED(!is_missing(B), VM_FAULT); SET_INT(B.list->len);
  OPCODE(TEXTLENGTH) NEED(!is_missing(B), VM_FAULT); SET_INT(text_scalars(B.text));
  OPCODE(ROW) SET(bundle_row(bundle, i->imm, &B));
  OPCODE(ROWS) SET(bundle->values[bundle->TABLES.at[i->imm].value]);
  OPCODE(UNDER) NEED(!is_missing(B) && !is_missing(C), VM_FAULT); SET_INT(bundle_under(bundle, i->imm, B.text, C.text));
  OPCODE(PRESENT) SET_INT(!is_missing(B));
  OPCODE(UNWRAP) NEED(!is_missing(B), VM_ERROR_MISSING); SET(B);
  OPCODE(URLS)
    NEED(!is_missing(B), VM_FAULT);
    A = text_urls(B.text, &vm->scratch);
    NEED(!is_missing(A), VM_ERROR_SCRATCH);
    NEED(admit_list(vm, program, A), VM_ERROR_COST);
    GO_ON;
  /* ---- arithmetic */
  OPCODE(ADD) CHECKED(number_add(B.i, C.i, &sum));
  OPCODE(SUB) CHECKED(number_sub(B.i, C.i, &sum));
  OPCODE(NEG) SET_INT(-B.i);
  OPCODE(MULINT) CHECKED(number_mul(B.i, C.i, &sum));
  OPCODE(MULDEC) CHECKED(number_muldiv(B.i, C.i, REBASE_SCALE, &sum));
  OPCODE(DIVINT) NEED(C.i, VM_ERROR_DIVISION); CHECKED(number_muldiv(B.i, 1, C.i, &sum));
  OPCODE(DIVDEC) NEED(C.i, VM_ERROR_DIVISION); CHECKED(number_muldiv(B.i, REBASE_SCALE, C.i, &sum));
  OPCODE(RATIO) NEED(C.i, VM_ERROR_DIVISION); CHECKED(number_muldiv(B.i, REBASE_SCALE, C.i, &sum));
  OPCODE(TODECIMAL) CHECKED(number_mul(B.i, REBASE_SCALE, &sum));
  OPCODE(TIMEADD) CHECKED(number_add(B.i, C.i, &sum));
  OPCODE(TIMESUB) CHECKED(number_sub(B.i, C.i, &sum));
  OPCODE(TIMEDIFF) CHECKED(number_sub(B.i, C.i, &sum));
  OPCODE(DATEADD) { int64_t date; NEED(move_days(B.i, C.i, &date, &error), error); SET_INT(date); }
  OPCODE(DATESUB) { int64_t date; NEED(move_days(B.i, -C.i, &date, &error), error); SET_INT(date); }
  OPCODE(DATEDIFF) CHECKED(number_sub(B.i, C.i, &sum) && number_mul(sum, REBASE_DAY, &sum));
  OPCODE(MIN) SET(B.i < C.i ? B : C);
  OPCODE(MAX) SET(B.i > C.i ? B : C);
  OPCODE(ABS) SET_INT(B.i < 0 ? -B.i : B.i);
  OPCODE(HOUR) SET_INT(zone_hour(bundle, i->imm, B.i));
  OPCODE(WEEKDAY) SET_INT(zone_weekday(bundle, i->imm, B.i));
  OPCODE(DATEOF) SET_INT(zone_date(bundle, i->imm, B.i));
  /* ---- comparison */
  OPCODE(EQ) SET_INT(TEST_EQ(0, B, C));
  OPCODE(EQTEXT) SET_INT(TEST_EQTEXT(0, B, C));
  OPCODE(LT) SET_INT(TEST_LT(0, B, C));
  OPCODE(LE) SET_INT(TEST_LE(0, B, C));
  OPCODE(NOT) SET_INT(!B.i);
  OPCODE(IN) NEED(!is_missing(C), VM_FAULT); SET_INT(contains(C, B, (enum vm_compare)i->imm));
  OPCODE(INREGION) SET_INT(in_region(vm, B, C));
  OPCODE(INNET) SET_INT(in_network(B, C));
  OPCODE(STARTS) NEED(!is_missing(B) && !is_missing(C), VM_FAULT); SET_INT(starts_with(B, C));
  OPCODE(ENDS) NEED(!is_missing(B) && !is_missing(C), VM_FAULT); SET_INT(ends_with(B, C));
  OPCODE(HOLDS) NEED(!is_missing(B) && !is_missing(C), VM_FAULT); SET_INT(text_holds(B.text, C.text));
  OPCODE(MATCHES) NEED(!is_missing(B), VM_FAULT); SET_INT(pattern_matches(bundle, i->imm, B.text->bytes, B.text->len));
  /* ---- control */
  OPCODE(JUMP) pc = now->code + i->imm; GO_ON;
  OPCODE(IFNOT) if (!A.i) pc = now->code + i->imm; GO_ON;
  OPCODE(IF) if (A.i) pc = now->code + i->imm; GO_ON;
  OPCODE(IFMISSING) if (is_missing(A)) pc = now->code + i->imm; GO_ON;
  OPCODE(LOOP)
    FUEL;
    NEED(!is_missing(B), VM_FAULT);
    C.i = 0;
    if (B.list->len) A = B.list->items[0];
    else pc = now->code + i->imm;
    GO_ON;
  OPCODE(LOOPMAP)
    FUEL;
    NEED(!is_missing(B), VM_FAULT);
    C.i = 0;
    if (B.list->len) A = B.list->items[1];
    else pc = now->code + i->imm;
    GO_ON;
  OPCODE(NEXT)
    FUEL;
    i = now->code + i->imm;
    if (++C.i < B.list->len) { A = B.list->items[C.i]; pc = i + 1; }
    GO_ON;
  OPCODE(NEXTMAP)
    FUEL;
    i = now->code + i->imm;
    if (++C.i < B.list->len) { A = B.list->items[2 * C.i + 1]; pc = i + 1; }
    GO_ON;
  OPCODE(CALL)
    FUEL;
    NEED(call < vm->calls + VM_CALL_DEPTH && base - vm->registers + now->frame <= VM_REGISTERS, VM_FAULT);
    *call++ = (struct vm_call){pc, now, base, i->a};
    memcpy(base + now->registers, &B, bundle->FUNCTIONS.at[i->imm].params * sizeof *base);
    base += now->registers;
    now = &bundle->functions[i->imm];
    pc = now->code;
    GO_ON;
  OPCODE(RETURN)
    NEED(call > vm->calls, VM_FAULT);
    call--;
    call->base[call->into] = A;
    base = call->base;
    now = call->caller;
    pc = call->resume;
    GO_ON;
  /* ---- verdicts */
  OPCODE(PASS) STOP(VM_PASS);
  OPCODE(ALLOW) STOP(VM_ALLOW);
  OPCODE(ASK) STOP(VM_ASK);
  OPCODE(DENY) STOP(VM_DENY);
  OPCODE(OBLIGE) STOP(VM_OBLIGE);
  OPCODE(LACKS) vm->lack = (uint32_t)constants[i->imm].i; STOP(VM_LACKS);
  /* ---- fused */
#define FUSED(FIRST, SECOND, TEST) \
  OPCODE(FIRST##_##SECOND##_##TEST) { \
    NEED(THERE_##FIRST && THERE_##SECOND, VM_FAULT); \
    value x = READ_##FIRST(i), y = READ_##SECOND(i + 1); \
    bool true_now = TEST_##TEST(i[2].imm, x, y); \
    pc = true_now == (i[3].op == OP_IF) ? now->code + i[3].imm : i + 4; \
    GO_ON; \
  }
#define FLAG(READ) OPCODE(READ##_BRANCH) NEED(THERE_##READ, WITHOUT_##READ); steps += STEPS_IF; A.i = FLAG_##READ(i->imm); BRANCH;
#define TESTED(TEST) OPCODE(TEST##_BRANCH) A.i = TEST_##TEST(i->imm, B, C); BRANCH;
#define PAIR(FIRST, SECOND)
#include "fused.def"
  OPCODE(IFMISSING_UNWRAP)
    if (is_missing(A)) { pc = now->code + i->imm; GO_ON; }
    steps += STEPS_UNWRAP;
    i = pc++;
    NEED(!is_missing(B), VM_ERROR_MISSING);
    SET(B);
#ifndef THREADED
  default: STOP(VM_FAULT);
  }
#endif

stop:
  vm->steps = steps;
  vm->place = i ? (uint32_t)(i - now->code) : 0;
  return steps <= vm->bound ? verdict : VM_FAULT;
}

enum vm_verdict vm_run(struct vm *vm, const struct routine *program) { return run_code(vm, program, NULL); }

enum vm_verdict vm_run_rule(struct vm *vm, uint32_t rule) {
  const struct bundle_rule *r = &vm->bundle->rules[rule];
  return run_code(vm, r->program, rule_constants(r));
}

/* ---- many rules ---- */
static bool add_found(struct vm *vm, uint32_t entry, enum vm_verdict verdict) {
  if (vm->found_count == VM_FOUND) return false;
  vm->found[vm->found_count++] = (struct vm_found){bundle_rule_of(vm->bundle, entry), verdict == VM_LACKS ? vm->lack : NONE32, verdict};
  return true;
}

_Static_assert(STEPS_PASS == STEPS_ALLOW && STEPS_PASS == STEPS_ASK && STEPS_PASS == STEPS_DENY && STEPS_PASS == STEPS_OBLIGE, "a verdict is a step");
#ifdef THREADED
#define ON_TEST(NAME) test_##NAME
#define TAKE_TEST goto *places[(size_t)t->op - (OP_NEXTMAP + 1)]
#else
#define ON_TEST(NAME) case OP_##NAME
#define TAKE_TEST goto take
#endif
#define TESTED_ARG(AT) (args[AT])
#define TESTED_RULECONST(AT) (constants[AT])
#define TESTED_CONTEXT(AT) (vm->facts[AT])
#define MET(CONDITION) do { \
    next = t->next[CONDITION]; \
    if (next >= TEST_ENDS) goto ended; \
    t = program->tests + next; \
    TAKE_TEST; \
  } while (0)

/* Lists of tests are gone through here: what run_code does with their programs, and nothing else. */
bool vm_run_fixed(struct vm *vm, const struct rule_run *runs, unsigned count) {
#ifdef THREADED
  static const void *const places[] = {
#define FUSED(FIRST, SECOND, TEST) &&test_##FIRST##_##SECOND##_##TEST,
#define FLAG(READ) &&test_##READ##_BRANCH,
#define TESTED(TEST) &&test_SETTLED,                /* these are not in lists of tests */
#define PAIR(FIRST, SECOND) &&test_SETTLED,
#include "fused.def"
    &&test_SETTLED
  };
#endif
  const struct bundle_rule *const rules = vm->bundle->rules;
  const value *const args = vm->args;
  const uint64_t bound = vm->bound;
  uint64_t steps = 0;
  for (const struct rule_run *run = runs, *last = runs + count; run < last; run++)
    for (const uint32_t *at = run->at, *const end = run->end; at < end; at++) {
      const struct bundle_rule *rule = &rules[*at];
      const struct routine *program = rule->program;
      const struct arg_test *t = program->tests;
      const value *constants = rule_constants(rule);
      if (!t) {
        const enum vm_verdict verdict = run_code(vm, program, constants);
        steps += vm->steps;
        if (verdict != VM_PASS && !add_found(vm, *at, verdict)) return false;
        continue;
      }
      unsigned next;
#ifdef THREADED
      TAKE_TEST;
#else
    take:
      switch (t->op) {
#endif
#define FUSED(FIRST, SECOND, TEST) \
    ON_TEST(FIRST##_##SECOND##_##TEST): { \
      value x = TESTED_##FIRST(t->x), y = TESTED_##SECOND(t->y); \
      steps += STEPS_##FIRST##_##SECOND##_##TEST; \
      EXECUTED(OP_##FIRST##_##SECOND##_##TEST) \
      MET(TEST_##TEST(t->how, x, y)); \
    }
#define FLAG(READ) \
    ON_TEST(READ##_BRANCH): \
      steps += STEPS_##READ##_BRANCH; \
      EXECUTED(OP_##READ##_BRANCH) \
      if (!THERE_##READ) { \
        if (!add_found(vm, *at, WITHOUT_##READ)) return false; \
        continue; \
      } \
      steps += STEPS_IF; \
      MET(FLAG_##READ(t->x));
#define TESTED(TEST)
#define PAIR(FIRST, SECOND)
#include "fused.def"
    ON_TEST(SETTLED):
      next = t->next[0];
#ifndef THREADED
      break;
      default: return false;
      }
#endif
    ended:
      steps += STEPS_PASS;
      EXECUTED(next - (TEST_ENDS + VM_PASS) + OP_PASS)
      if (next != TEST_ENDS + VM_PASS && !add_found(vm, *at, (enum vm_verdict)(next - TEST_ENDS))) return false;
    }
  vm->steps = steps;
  vm->bound = bound;
  return steps <= bound;
}

/* ---- a table of conditions ---- */
#define OF_ARG(AT) (args[AT])
#define OF_RULECONST(AT) (c->constant)
#define OF_CONTEXT(AT) (facts[AT])
#define NEXT_CONDITIONS(COUNT, BITS) do { \
    met = (met << (COUNT)) + (BITS);  /* plus, not or: one instruction less for a bit */ \
    c++; \
    TAKE_CONDITION; \
  } while (0)
#define NEXT_CONDITION(CONDITION) NEXT_CONDITIONS(1, CONDITION)
#ifdef THREADED
#define ON_CONDITION(NAME) condition_##NAME
#define TAKE_CONDITION goto *places[(size_t)c->op - (OP_NEXTMAP + 1)]
#else
#define ON_CONDITION(NAME) case OP_##NAME
#define TAKE_CONDITION goto take
#endif

/* Without a branch on what a request holds, or on how much there is to look at, which differs from list to list: a processor would guess it wrong. */
#define AT_ONCE _Pragma("GCC unroll 8")

static inline uint64_t which_short(value v, const struct short_texts *shorts) {
  const struct text_words words = text_words(v.text);
  const struct text_cell *cell = &shorts->cells[short_cell(shorts, words)];
  return cell->bit & -(uint64_t)words_equal(words, cell->words);
}

static inline uint64_t which_near(value v, const struct near_numbers *near) {
  const uint64_t at = v.bits - near->first;
  return near->bits[at < near->count ? at : near->count];
}

/* Where a list has fewer elements than are looked at at once, its last one is looked at again. */
static inline value one_of(const struct list *list, size_t at) { return list->items[at < list->len ? at : list->len - 1]; }

static inline uint64_t shorts_held(const struct list *list, const struct short_texts *shorts) {
  uint64_t held = 0;
  for (size_t at = 0; at < list->len; at += TEXTS_AT_ONCE)
    AT_ONCE
    for (unsigned i = 0; i < TEXTS_AT_ONCE; i++) held |= which_short(one_of(list, at + i), shorts);
  return held;
}

static inline uint64_t near_held(const struct list *list, const struct near_numbers *near) {
  uint64_t held = 0;
  for (size_t at = 0; at < list->len; at += NUMBERS_AT_ONCE)
    AT_ONCE
    for (unsigned i = 0; i < NUMBERS_AT_ONCE; i++) held |= which_near(one_of(list, at + i), near);
  return held;
}

static inline bool starts_as(value v, const struct prefix *prefix) {
  const bool fits = prefix->length <= v.text->len;
  const char *const from = fits ? v.text->bytes : (const char *)prefix->words;
  uint64_t words[2];
  memcpy(&words[0], from, sizeof *words);
  memcpy(&words[1], from + prefix->length - sizeof *words, sizeof *words);
  const bool same = !((words[0] ^ prefix->words[0]) | (words[1] ^ prefix->words[1]));
  return fits & same;
}

/* Added up below zero, which takes an instruction less for each. */
static inline uint64_t in_ranges(const value *args, const struct range *ranges, unsigned count) {
  uint64_t in = 0;
  for (const struct range *end = ranges + count; ranges < end; ranges += RANGES_AT_ONCE)
    AT_ONCE
    for (unsigned i = 0; i < RANGES_AT_ONCE; i++) in = in + in - (args[ranges[i].slot].bits - ranges[i].from < ranges[i].size);
  return -in;
}

static inline uint64_t columns_left(const struct decision_table *table, uint64_t met) {
  const uint64_t *part = table->left, *const end = part + ((size_t)table->parts << TABLE_PART);
  uint64_t left = ~UINT64_C(0);
  do {
    AT_ONCE
    for (unsigned i = 0; i < PARTS_AT_ONCE; i++, part += 1 << TABLE_PART, met >>= TABLE_PART) left &= part[met & ((1 << TABLE_PART) - 1)];
  } while (part < end);
  return left;
}

uint64_t vm_run_table(const struct vm *vm, const struct decision_table *table) {
#ifdef THREADED
  static const void *const places[] = {
#define FUSED(FIRST, SECOND, TEST) &&condition_##FIRST##_##SECOND##_##TEST,
#define FLAG(READ) &&condition_##READ##_BRANCH,
#define TESTED(TEST) &&condition_SETTLED,           /* these are no conditions */
#define PAIR(FIRST, SECOND) &&condition_SETTLED,
#include "fused.def"
    &&condition_SETTLED, &&condition_IS_SHORT, &&condition_HOLDS_SHORT, &&condition_HOLDS_NEAR, &&condition_STARTS_AS, &&condition_IN_RANGES
  };
#endif
  const value *const args = vm->args, *const facts = vm->facts;
  const struct condition *c = table->conditions;
  uint64_t met = 0;                 /* a bit for each condition, the first one's the highest */
#ifdef THREADED
  TAKE_CONDITION;
#else
take:
  switch (c->op) {
#endif
#define FUSED(FIRST, SECOND, TEST) \
  ON_CONDITION(FIRST##_##SECOND##_##TEST): { \
    const value x = OF_##FIRST(c->x), y = OF_##SECOND(c->y); \
    LOOKED_AT(OP_##FIRST##_##SECOND##_##TEST) \
    NEXT_CONDITION(TEST_##TEST(c->how, x, y)); \
  }
#define FLAG(READ) \
  ON_CONDITION(READ##_BRANCH): \
    LOOKED_AT(OP_##READ##_BRANCH) \
    NEXT_CONDITION(FLAG_##READ(c->x));
#define TESTED(TEST)
#define PAIR(FIRST, SECOND)
#include "fused.def"
  ON_CONDITION(IS_SHORT):
    LOOKED_AT(OP_IS_SHORT)
    NEXT_CONDITIONS(c->y, is_missing(args[c->x]) ? 0 : which_short(args[c->x], c->shorts));
  ON_CONDITION(HOLDS_SHORT):
    LOOKED_AT(OP_HOLDS_SHORT)
    NEXT_CONDITIONS(c->y, is_missing(args[c->x]) ? 0 : shorts_held(args[c->x].list, c->shorts));
  ON_CONDITION(HOLDS_NEAR):
    LOOKED_AT(OP_HOLDS_NEAR)
    NEXT_CONDITIONS(c->y, is_missing(args[c->x]) ? 0 : near_held(args[c->x].list, c->near));
  ON_CONDITION(STARTS_AS):
    LOOKED_AT(OP_STARTS_AS)
    NEXT_CONDITION(!is_missing(args[c->x]) && starts_as(args[c->x], c->prefix));
  ON_CONDITION(IN_RANGES):
    LOOKED_AT(OP_IN_RANGES)
    NEXT_CONDITIONS(c->y, in_ranges(args, c->ranges, c->y));
  ON_CONDITION(SETTLED): return columns_left(table, met);
#ifndef THREADED
  default: return 0;
  }
#endif
}
