/* image.h: the bundle file (.rbb), version 2. Shared by the compiler (writes) and the runtime (verifies and reads).
 *
 * Little-endian, every section 8-byte aligned, in the order of sections.def, no gaps but zero padding to alignment.
 *   struct image_header; struct image_section table[SECTION_COUNT]; sections.
 * A section is an array of fixed-size records, save TEXTS (struct text objects, each padded to 4 bytes with zeros, one
 * NUL at least), and VALUES (packed values). References between records are indexes; a `ref` into TEXTS is the byte
 * offset of a struct text, 0 being the empty text at the section's start. NONE32 means "no such thing".
 */
#ifndef REBASE_IMAGE_H
#define REBASE_IMAGE_H
#include <stdint.h>

#define IMAGE_MAGIC "rebase\r\n"
#define IMAGE_VERSION 3u
#define NONE32 UINT32_MAX
#define IMAGE_MAX_LABELS 64
#define IMAGE_MAX_PROOFS 64
#define IMAGE_MAX_REGISTERS 256
#define IMAGE_MAX_LOOP_DEPTH 4      /* a cost is a polynomial of this degree at most */
#define IMAGE_MAX_ENTITY_KEYS 4
typedef uint32_t ref;

struct image_header {
  char magic[8];
  uint32_t version;
  uint32_t sections;                /* SECTION_COUNT */
  uint64_t bytes;                   /* of the whole file */
  unsigned char digest[32];         /* BLAKE2b-256 of the file with these 32 bytes zero */
};
struct image_section { uint32_t offset; uint32_t count; };   /* count: records, or bytes for TEXTS, VALUES, BYTES */

enum event { EVENT_CALL, EVENT_INFER, EVENT_RELEASE, EVENT_DELEGATE, EVENT_COUNT };
enum { EV_CALL = 1, EV_INFER = 2, EV_RELEASE = 4, EV_DELEGATE = 8, EV_ANY = 15 };
enum rule_effect { RULE_ALLOW, RULE_ASK, RULE_DENY, RULE_OBLIGE };
enum operation_class { CLASS_READS, CLASS_WRITES, CLASS_DESTROYS };
enum limit_each { LIMIT_EACH_NONE, LIMIT_EACH_AGENT, LIMIT_EACH_OWNER, LIMIT_EACH_TEAM, LIMIT_EACH_PACKAGE, LIMIT_EACH_REQUESTER,
                  LIMIT_EACH_CONNECTOR, LIMIT_EACH_KIND, LIMIT_EACH_OPERATION, LIMIT_EACH_SESSION, LIMIT_EACH_FIELD, LIMIT_EACH_MODEL, LIMIT_EACH_COUNT };
enum limit_counts { LIMIT_COUNTS_EVENTS, LIMIT_COUNTS_TOKENS, LIMIT_COUNTS_COST, LIMIT_COUNTS_COUNT };
enum limit_window { LIMIT_CALENDAR, LIMIT_ROLLING, LIMIT_SESSION, LIMIT_AT_ONCE, LIMIT_WINDOW_COUNT };
enum limit_unit { LIMIT_SECOND, LIMIT_MINUTE, LIMIT_HOUR, LIMIT_DAY, LIMIT_WEEK, LIMIT_MONTH, LIMIT_YEAR, LIMIT_UNIT_COUNT };
#define LIMIT_MOST (INT64_C(1) << 52)
enum price_kind {
#define PRICE(NAME, WORD, MEANING) PRICE_##NAME,
#include "price_kinds.def"
#undef PRICE
  PRICE_COUNT
};
enum release_target { RELEASE_PERSON, RELEASE_AGENT, RELEASE_OUTSIDE, RELEASE_COUNT };

enum route_prefer { PREFER_COST, PREFER_LATENCY, PREFER_QUALITY, PREFER_WEIGHTED, PREFER_COUNT };
enum { ROUTE_MOST_WEIGHT = 1000000, ROUTE_FAILURES = 6 };      /* ROUTE_FAILURES: kinds of failure, as in rebase.h */
enum route_sticky { STICKY_NOT, STICKY_SESSION, STICKY_REQUESTER, STICKY_COUNT };

enum type_kind {
#define KIND(NAME, WRITTEN, ORDER) TYPE_##NAME,
#include "type_kinds.def"
#undef KIND
  TYPE_KIND_COUNT
};
#define TYPE_FIXED_COUNT (TYPE_STRINGS + 1)   /* types without parameters: index == kind in every image */

/* ---- one record a section; names of sections in sections.def ---- */
struct image_bundle {               /* BUNDLE: exactly one */
  ref workspace;                    /* name */
  ref built;                        /* --date of the build, "2026-11-23" */
  uint32_t zone;                    /* of `today`, `until`, calendar windows */
  uint32_t requester_type;          /* record type of `context requester`, or NONE32 */
  ref stdlib_digest;                /* hex */
  ref state_digest;                 /* hex; equal in two bundles: what a session has seen stays readable */
};
struct image_source { ref path; ref digest; };                       /* SOURCES, sorted by path; digest in hex */
struct image_type { uint8_t kind; uint8_t other; uint16_t digits; ref name; uint32_t a; uint32_t b; };
  /* TYPES. BOOL: a,b = wire words for true and false (0,0: JSON true/false). MONEY: name, digits. WORDS: a = first in
   * WORDS, b = count, other = an unknown word becomes the last one. TIME: a = zone+1 for texts without a zone (0: they are
   * refused). LIST, SET, MAP: a = element type. RECORD: name, a = first in FIELDS, b = count. */
struct image_word { ref wire; uint32_t symbol; };                    /* WORDS */
struct image_symbol { ref name; };                                   /* SYMBOLS, distinct */
struct image_field { ref name; uint32_t type; uint32_t flags; uint32_t spare; uint64_t labels; };      /* FIELDS */
enum { FIELD_OPTIONAL = 1, FIELD_KEY = 2, FIELD_UNTRUSTED = 4 };
struct image_region { ref name; uint32_t parent; uint32_t end; };    /* REGIONS, preorder; those in i: i .. end-1 */
struct image_zone { ref name; int32_t offset; uint32_t first; uint32_t count; };
  /* ZONES. offset: seconds east before the first change. first,count in ZONE_CHANGES; none for a fixed zone. */
struct image_zone_change { int64_t at; int32_t offset; uint32_t spare; };   /* ZONE_CHANGES, seconds since 1970, ascending */
struct image_label { ref name; ref doc; };                           /* LABELS: bit number = index */
struct image_proof { ref name; ref doc; int64_t lasts; };            /* PROOFS: microseconds, 0 = the session */
struct image_group { ref name; ref doc; };                           /* GROUPS: whom a rule may ask; 0 is `requester` */
struct image_entity { ref name; uint32_t type; uint32_t keys; uint32_t connector; uint32_t key_field[IMAGE_MAX_ENTITY_KEYS]; };
  /* ENTITIES: name is connector.entity; key_field: indexes of the key fields in the record */
struct image_connector { ref name; ref kind; uint32_t residency; ref failure; uint32_t slots; ref base; };  /* CONNECTORS */
struct image_operation {            /* OPERATIONS: name is connector.operation, sorted by name bytes */
  ref name; uint32_t connector; uint8_t op_class; uint8_t sends_outside; uint16_t spare;
  uint32_t first_param, params;     /* PARAMS */
  uint32_t result_type;             /* or NONE32 */
  uint32_t first_fill, fills;       /* FILLS: result fields that come from arguments */
  uint32_t first_change, changes;   /* CHANGES: entities that become missing */
  uint32_t binds;                   /* entity that the result binds as subject, or NONE32 */
  uint32_t spare1;
  uint64_t labels;                  /* a session gets these when the call is allowed */
  uint64_t proves;                  /* proofs given by a success */
  uint8_t untrusted; uint8_t spare2[3];  /* its result vouches for nothing */
  ref method; ref path; uint32_t spare3;
};
struct image_param { ref name; uint32_t slot; uint32_t type; uint32_t flags; uint32_t default_const; uint32_t spare; };
enum { PARAM_OPTIONAL = 1, PARAM_PAGING = 2 };   /* default_const: index in CONSTS, of a string a TEXTS ref, of other types in VALUE_INDEX; NONE32 none */
struct image_fill { uint32_t field; uint32_t slot; };                /* FILLS */
struct image_change { uint32_t entity; uint32_t slot[IMAGE_MAX_ENTITY_KEYS]; };  /* CHANGES: key slots, NONE32 beyond */
struct image_team { ref name; ref owner; };                          /* TEAMS */
struct image_agent { ref name; ref owner; ref purpose; ref package; uint32_t team; uint32_t first_accept, accepts; };
  /* AGENTS: sorted by name bytes; accepts: range in INDEXES, agents whose delegation it takes */
struct image_rule { uint32_t form, first_constant, line; };
  /* RULES. first_constant: in RULE_CONSTANTS, as many as the form's program names */
struct image_form {                 /* FORMS: what rules share that differ in their constants and lines only */
  ref name;                         /* package.policy or package.guard, as explanations say it */
  uint32_t program;
  uint32_t source;
  ref because;                      /* 0 when none */
  ref condition;                    /* its source text, for a person's explanation; see CONDITION_HOLE */
  uint32_t first_approver, approvers;   /* INDEXES -> GROUPS */
  uint32_t first_obligation, obligations;   /* OBLIGATIONS */
  uint32_t first_waiver, waivers;   /* WAIVERS */
  uint32_t spare;
  int64_t wait;                     /* microseconds, 0 = no deadline */
};
/* Where a constant stands in a condition there is this byte and then one that is CONDITION_FIRST more than its number: a string in
 * quotes, a number as short as can be, true, false, a symbol's name. No source holds a control character. */
enum { CONDITION_HOLE = 1, CONDITION_FIRST = 32, CONDITION_HOLES = 64 };
struct image_program {              /* PROGRAMS: of rules, each verified once for all of them */
  uint8_t effect, event, guard;
  uint8_t models;                   /* judges one model: a denial or an error takes that model away and nothing else */
  uint32_t code, code_count;        /* instructions in CODE */
  uint32_t cost;                    /* index in COSTS */
  uint32_t first_type, constants;   /* INDEXES: the type of each of a rule's constants, NONE32 for a lack */
};
/* RULE_CONSTANTS: by type: a string's TEXTS ref, a scalar's index in CONSTS, a lack's in LACKS, another's in VALUE_INDEX. */
struct image_lack { ref because; ref hint; uint32_t first_approver, approvers; };
  /* LACKS: a missing `let ... otherwise`; approvers 0 = deny; hint: the operation that would return what is missing */
struct image_obligation { ref kind; ref argument; uint32_t slot; uint32_t first_detector, detectors; uint32_t spare; };
  /* OBLIGATIONS. kind "redact": slot = argument slot (call), or NONE32 = the text (release); INDEXES -> DETECTORS */
struct image_waiver { uint32_t agent; uint32_t code, code_count, cost; int64_t until; ref because; uint32_t spare; };
  /* WAIVERS: until: the first microsecond in which it no longer applies */
struct image_limit {                /* LIMITS: ascending by rule, one a rule at most */
  uint32_t rule;                    /* an OBLIGE without obligations: what it matches is charged */
  uint8_t each, window, unit, counts;         /* unit: of a calendar window, in the bundle's zone; counts: of an infer tokens or cost */
  ref identity;                     /* names the counter, the same when only the amount was edited */
  ref words;                        /* "at most 5 per day for each agent", for agents too */
  int64_t most;                     /* calls, or as the argument counts */
  int64_t length;                   /* of a rolling window, microseconds */
  uint32_t slot;                    /* argument that is summed, a number in all operations of the rule; NONE32: none is */
  uint32_t field;                   /* LIMIT_EACH_FIELD: of the requester's record */
  uint32_t warn;                    /* millionths of most, 0 none */
  ref currency;                     /* of LIMIT_COUNTS_COST, which counts millionths of it; else 0 */
};
struct image_model {                /* MODELS: sorted by name bytes */
  ref name, id, provider;           /* id: as the provider calls it; provider: its full name */
  uint32_t currency;                /* money type of all its prices; NONE32: it has none */
  uint32_t first_price, prices;     /* PRICES */
  uint32_t abilities;
  uint8_t training, spare[3];       /* 0 unknown, 1 its provider does not train on what is sent, 2 it does */
  int64_t window, output;           /* tokens, 0 unknown */
  int64_t latency, retention;       /* microseconds; latency 0 unknown, retention plus 1, 0 unknown */
  uint32_t first_region, regions;   /* INDEXES -> REGIONS: where a request may be processed; none: not known */
  uint32_t first_quality, qualities;        /* QUALITIES */
};
struct image_price { uint32_t kind, spare; int64_t amount; int64_t above; };
  /* PRICES: millionths of the currency for a million tokens (PRICE_REQUEST: for one request), for requests of more than `above`
   * tokens of input; of a model by kind, then by above, ascending */
struct image_quality { uint32_t task, spare; int64_t value; };       /* QUALITIES: task: a symbol; of a model by task, ascending; millionths */
struct image_route {                /* ROUTES: ascending by rule */
  uint32_t rule;                    /* an allow of infer: what it matches is answered so */
  uint8_t prefer, sticky, retry_kinds, spare;       /* enum route_prefer, route_sticky; bits of rebase_failure */
  uint16_t retries, fallbacks;      /* tries more of one model; other models */
  uint32_t currency;                /* money type of cap and of the prices that are compared */
  int64_t cap;                      /* millionths, for all tries of one request; 0 none */
  uint32_t first_weight, weights;   /* WEIGHTS: of PREFER_WEIGHTED, then only these models */
};
struct image_weight { uint32_t model, weight; };                     /* WEIGHTS: of a route by model, ascending; weight above 0 */
struct image_detector { ref name; uint32_t first, count; };          /* DETECTORS: range in INDEXES -> PATTERNS */
struct image_function { uint32_t code, code_count; uint32_t first_param, params; uint32_t result; uint32_t optional; uint32_t cost; uint32_t spare; };
  /* FUNCTIONS: params: INDEXES holds type<<1 | optional; a function calls only lower-numbered ones */
struct image_cost { uint64_t steps[IMAGE_MAX_LOOP_DEPTH + 1]; };      /* COSTS: steps[d] * n^d, n = the longest list */
struct image_const { uint32_t type; uint32_t spare; int64_t bits; }; /* CONSTS: scalars only */
struct image_value { uint32_t type; uint32_t offset; };              /* VALUE_INDEX: into VALUES, packed */
struct image_table { ref name; uint32_t row_type; uint32_t keys; uint32_t key_field[IMAGE_MAX_ENTITY_KEYS];
  uint32_t total; uint32_t rows; uint32_t value; int64_t lasts; ref digest; uint32_t spare; };
  /* TABLES: value = VALUE_INDEX entry holding a list of the row type */
struct image_tree { ref name; uint32_t value; };                     /* TREES: a list of {member, group} records */
struct image_pattern { uint32_t states, start; uint32_t accept, table; uint32_t classes; uint32_t min_length, spare; };
  /* PATTERNS: DFA. In BYTES: at accept, one byte a state (0/1); classes: 256 bytes, byte -> class; in DFA at index table:
   * u16 next[state * class_count + class]; state 0 is dead. class_count = 1 + largest class. */
struct image_pending { ref kind; ref name; uint32_t source, line; }; /* PENDING: declarations this runtime cannot execute */
enum { SCOPE_BITS = 4, SCOPE_FAN = 1 << SCOPE_BITS };
static inline unsigned scope_shift(uint32_t head_classes) {           /* of the bits of a class of heads that the roots of SCOPE go by */
  unsigned shift = 0;
  while (head_classes && (head_classes - 1) >> shift >= SCOPE_FAN) shift += SCOPE_BITS;
  return shift;
}
struct image_residual { uint32_t rule, program, first_constant; };
  /* RESIDUALS: ascending by rule: what is left of it where facts of the agent, the operation and its connector are constant */
/* Agents that no rule tells apart are one class, and so are heads: operations, then RELEASE_COUNT releases, then agents (delegate to), then
 * one for infer. AGENT_CLASS, HEAD_CLASS: of each its class, numbered in the order in which they come.
 * SCOPE: for each class of agents a tree that leads by a class of heads, SCOPE_BITS at a time, the highest first, to an index in LISTS, or to
 * NONE32. Nodes have SCOPE_FAN entries: of nodes before them that are one step nearer to the lists, the nearest of such lists. Those at one height
 * stand together, the lowest first; trees have their equal parts in common. The last nodes are the roots, by class of agents.
 * LISTS: u32 count, then that many entries, ascending by rule: a rule with its own program, or RULES.count plus a residual. */
struct instruction { uint8_t op, a, b, c; uint32_t imm; };           /* CODE */

/* ---- packed values (VALUES): how constants, table rows and stored sessions are written, little-endian, by type ----
 *   scalar: i64 · string, ip, cidr: u32 length, bytes · list, set: u32 count, elements · map: u32 count, (u32 length,
 *   bytes, value) sorted by key · record: for each field in order: u8 present (1 or 0), then the value if present. */
enum section {
#define SECTION(NAME, TYPE) SECTION_##NAME,
#include "sections.def"
#undef SECTION
  SECTION_COUNT
};
enum opcode {
#define OP(NAME, A, B, C, IMM, COST, DOC) OP_##NAME,
#include "opcodes.def"
#undef OP
  OP_COUNT
};
enum context_fact {
#define CTX(NAME, WRITTEN, TYPE, OPT, EVENTS, DOC) CTX_##NAME,
#include "contexts.def"
#undef CTX
  CTX_COUNT
};
/* Facts that every request has; to read another may be an error. */
static inline bool fact_is_there(uint32_t fact) { return fact != CTX_SESSION_AGE && fact != CTX_SESSION_AGENTS && fact < CTX_TASK; }
#endif
