/* grammar.y: LALR(1), no conflicts. The actions build the tree of nodes.def and judge nothing else.
 *
 * There is no recovery in here: the driver offers tokens until one is refused, then begins anew and gives only what is
 * accepted (grammar_accepts). It also turns a word that no rule wants into ID: lemon's %fallback looks before default
 * reductions and would take `limit` in `deny call  limit ...` for the name of a connector.
 */
%include {
#define NDEBUG 1                     /* for lemon's tables: tests of every look-up cost a third of the time */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "syntax/parse.h"
#define YYNOERRORRECOVERY 1
#pragma GCC diagnostic ignored "-Wunused-variable"   /* of lemon's template */
}
%name grammar_lemon
%token_prefix GRAMMAR_
%token_type {uint32_t}
%default_type {struct node *}
%extra_argument {struct parse *p}
%start_symbol file
%stack_size 1000
%syntax_error { p->refused = true; }

%left OTHERWISE.
%nonassoc CONDITIONAL.
%nonassoc QUANTIFIED.
%left OR.
%left AND.
%right NOT.
%left PLUS MINUS.
%left STAR SLASH.
%nonassoc NEGATIVE.
%nonassoc SHORT.
%nonassoc WITHIN.

/* ---- file */
file ::= items(L). { p->file_items = build_list(p, L); }
%type items {struct link *}
items(A) ::= . { A = NULL; }
items(A) ::= items(A) item(C). { A = build_link(p, A, C); }

name(A) ::= ID(T). { A = build_leaf(p, NODE_NAME, T); }
field_name(A) ::= FIELD(T). { A = build_leaf(p, NODE_NAME, T); }
string(A) ::= STRING(T). { A = build_leaf(p, NODE_STRING, T); }
doc(A) ::= . { A = NULL; }
doc(A) ::= string(A).
%type dotted {struct link *}
dotted(A) ::= name(B). { A = build_link(p, NULL, B); }
dotted(A) ::= dotted(A) MEMBER(T). { A = build_link(p, A, build_leaf(p, NODE_NAME, T)); }
path(A) ::= dotted(L). { struct node *names = build_list(p, L); A = BUILD(PATH, 0, names->first, names); }
%type names {struct link *}
names(A) ::= name(B). { A = build_link(p, NULL, B); }
names(A) ::= names(A) COMMA name(B). { A = build_link(p, A, B); }
%type paths {struct link *}
paths(A) ::= path(B). { A = build_link(p, NULL, B); }
paths(A) ::= paths(A) COMMA path(B). { A = build_link(p, A, B); }
trail ::= .
trail ::= COMMA.
target(A) ::= path(B). { A = BUILD(TARGET, 0, B->first, B, NULL); }
target(A) ::= path(B) DOTLB names(L) trail RB. { A = BUILD(TARGET, 0, B->first, B, build_list(p, L)); }
%type targets {struct link *}
targets(A) ::= target(B). { A = build_link(p, NULL, B); }
targets(A) ::= targets(A) COMMA target(B). { A = build_link(p, A, B); }

item(A) ::= PACKAGE(K) path(B). { A = BUILD(PACKAGE, 0, K, B); }
item(A) ::= PACKAGE(K) path(B) IN string(C) DECLARES names(L) grant_uses(D).
  { A = BUILD(GRANT, 0, K, B, C, build_list(p, L), D); }
grant_uses(A) ::= . { A = NULL; }
grant_uses(A) ::= USES targets(L). { A = build_list(p, L); }
item(A) ::= IMPORT(K) path(B). { A = BUILD(IMPORT, 0, K, B, NULL); }
item(A) ::= IMPORT(K) path(B) DOTLB names(L) trail RB. { A = BUILD(IMPORT, 0, K, B, build_list(p, L)); }
item(A) ::= WORKSPACE(K) name(B). { A = BUILD(WORKSPACE, 0, K, B); }
item(A) ::= name(B) literal(C). { A = BUILD(SETTING, 0, B->first, B, C); }

/* ---- small declarations */
item(A) ::= LABEL(K) name(B) doc(C). { A = BUILD(LABEL, 0, K, B, C); }
item(A) ::= PROOF(K) name(B) doc(C) lasts(D). { A = BUILD(PROOF, 0, K, B, C, D); }
lasts(A) ::= . { A = NULL; }
lasts(A) ::= LASTS duration(B). { A = B; }
duration(A) ::= DURATION(T). { A = build_leaf(p, NODE_DURATION, T); }
item(A) ::= region(A).
region(A) ::= REGION(K) name(B) doc(C). { A = BUILD(REGION, 0, K, B, C, NULL); }
region(A) ::= REGION(K) name(B) doc(C) LB regions(L) RB. { A = BUILD(REGION, 0, K, B, C, build_list(p, L)); }
%type regions {struct link *}
regions(A) ::= . { A = NULL; }
regions(A) ::= regions(A) region(B). { A = build_link(p, A, B); }
item(A) ::= GROUP(K) name(B) doc(C). { A = BUILD(GROUP, 0, K, B, C); }
item(A) ::= CONTEXT(K) name(B) LB fields(L) RB. { A = BUILD(CONTEXT, 0, K, B, build_list(p, L)); }
item(A) ::= type_item(A).
type_item(A) ::= TYPE(K) name(B) LB fields(L) RB. { A = BUILD(TYPE, 0, K, B, build_list(p, L)); }
entity_item(A) ::= ENTITY(K) name(B) LB fields(L) RB. { A = BUILD(ENTITY, 0, K, B, build_list(p, L)); }
item(A) ::= TABLE(K) name(B) from(C) LB fields(L) RB rows(D) lasts(E).
  { A = BUILD(TABLE, 0, K, B, C, build_list(p, L), D, E); }
item(A) ::= TREE(K) name(B) from(C) LB fields(L) RB rows(D) lasts(E).
  { A = BUILD(TREE, 0, K, B, C, build_list(p, L), D, E); }
from(A) ::= . { A = NULL; }
from(A) ::= FROM string(B). { A = B; }
rows(A) ::= . { A = NULL; }
rows(A) ::= ROWS LB row_list(L) RB. { A = build_list(p, L); }
%type row_list {struct link *}
row_list(A) ::= . { A = NULL; }
row_list(A) ::= row_list(A) LP(K) exprs(L) RP. { A = build_link(p, A, BUILD(ROW, 0, K, build_list(p, L))); }
item(A) ::= FN(K) name(B) LP params(L) RP ARROW type(C) EQ expr(D).
  { A = BUILD(FN, 0, K, B, build_list(p, L), C, D); }
item(A) ::= let(A).
let(A) ::= LET(K) name(B) EQ expr(C). { A = BUILD(LET, 0, K, B, C, NULL); }
let(A) ::= LET(K) name(B) EQ expr(C) OTHERWISE let_effect(D). { A = BUILD(LET, 0, K, B, C, D); }
let_effect(A) ::= DENY(K) because(B). { A = BUILD(OTHERWISE_EFFECT, TOKEN_DENY, K, NULL, B); }
let_effect(A) ::= ASK(K) paths(L) because(B). { A = BUILD(OTHERWISE_EFFECT, TOKEN_ASK, K, build_list(p, L), B); }
because(A) ::= . { A = NULL; }
because(A) ::= BECAUSE string(B). { A = B; }
item(A) ::= DETECTOR(K) name(B) doc(C) patterns(L). { A = BUILD(DETECTOR, 0, K, B, C, build_list(p, L)); }
%type patterns {struct link *}
patterns(A) ::= pattern(B). { A = build_link(p, NULL, B); }
patterns(A) ::= patterns(A) pattern(B). { A = build_link(p, A, B); }
pattern(A) ::= PATTERN(T). { A = build_leaf(p, NODE_PATTERN, T); }

/* ---- agents, models, connectors */
item(A) ::= TEAM(K) name(B) LB properties(L) RB. { A = BUILD(TEAM, 0, K, B, build_list(p, L)); }
item(A) ::= MODEL(K) name(B) doc(C) LB properties(L) RB. { A = BUILD(MODEL, 0, K, B, C, build_list(p, L)); }
item(A) ::= PROVIDER(K) name(B) doc(C) LB properties(L) RB. { A = BUILD(PROVIDER, 0, K, B, C, build_list(p, L)); }
%type properties {struct link *}
properties(A) ::= . { A = NULL; }
properties(A) ::= properties(A) property(B). { A = build_link(p, A, B); }
property(A) ::= name(B) values(L). { A = BUILD(PROP, 0, B->first, B, build_list(p, L), NULL); }
property(A) ::= name(B) values(L) PER per(C). { A = BUILD(PROP, 0, B->first, B, build_list(p, L), C); }
property(A) ::= name(B) values(L) PER per(C) record(D).
  { A = BUILD(PROP, 0, B->first, B, build_list(p, build_link(p, L, D)), C); }
/* Names with commas between, then literals, records and lists: `price input 3.00 USD`, `regions eu, us`. A name never
 * follows a comma after a literal, so that `owner "x", purpose "y"` is an error and not one property. */
%type values {struct link *}
values(A) ::= paths(A).
values(A) ::= paths(B) plains(C). { A = build_join(B, C); }
values(A) ::= plains(A).
%type plains {struct link *}
plains(A) ::= plain(B). { A = build_link(p, NULL, B); }
plains(A) ::= plains(A) plain(B). { A = build_link(p, A, B); }
plains(A) ::= plains(A) COMMA plain(B). { A = build_link(p, A, B); }
plain(A) ::= literal(A).
plain(A) ::= record(A).
plain(A) ::= array(A).
per(A) ::= name(A).
per(A) ::= duration(A).
per(A) ::= QUANTITY(T). { A = build_leaf(p, NODE_QUANTITY, T); }
per(A) ::= INT(T). { A = build_leaf(p, NODE_INT, T); }

item(A) ::= AGENT(K) name(B) doc(C) LB agent_members(L) RB. { A = BUILD(AGENT, 0, K, B, C, build_list(p, L)); }
%type agent_members {struct link *}
agent_members(A) ::= . { A = NULL; }
agent_members(A) ::= agent_members(A) property(B). { A = build_link(p, A, B); }
agent_members(A) ::= agent_members(A) USES(K) targets(L). { A = build_each(p, A, NODE_USES, K, L); }
agent_members(A) ::= agent_members(A) ACCEPTS(K) paths(L). { A = build_each(p, A, NODE_ACCEPTS, K, L); }

item(A) ::= CONNECTOR(K) name(B) doc(C) LB connector_members(L) RB.
  { A = BUILD(CONNECTOR, 0, K, B, C, build_list(p, L)); }
%type connector_members {struct link *}
connector_members(A) ::= . { A = NULL; }
connector_members(A) ::= connector_members(A) connector_member(B). { A = build_link(p, A, B); }
connector_member(A) ::= property(A).
connector_member(A) ::= entity_item(A).
connector_member(A) ::= type_item(A).
connector_member(A) ::= operation(A).
%type operation_class {uint32_t}
operation_class(A) ::= READS(A).
operation_class(A) ::= WRITES(A).
operation_class(A) ::= DESTROYS(A).
operation(A) ::= operation_class(K) name(B) LP params(L) RP result(C) operation_attributes(M). {
  struct node *params = build_list(p, L), *attributes = build_list(p, M);
  A = BUILD(OPERATION, parse_token(p, K)->kind, K, B, params, C, attributes);
}
result(A) ::= . { A = NULL; }
result(A) ::= ARROW(K) type(B). { A = BUILD(RESULT, 0, K, B, NULL); }
result(A) ::= ARROW(K) type(B) record(C). { A = BUILD(RESULT, 0, K, B, C); }
%type operation_attributes {struct link *}
operation_attributes(A) ::= . { A = NULL; }
operation_attributes(A) ::= operation_attributes(A) operation_attribute(B). { A = build_link(p, A, B); }
operation_attribute(A) ::= YIELDS(K) path(B). { A = BUILD(YIELDS, 0, K, B); }
operation_attribute(A) ::= SENDS(K) OUTSIDE. { A = build_node(p, NODE_SENDS, 0, K, 0, NULL); }
operation_attribute(A) ::= CHANGES(K) path(B). { A = BUILD(CHANGES, 0, K, B, build_list(p, NULL)); }
operation_attribute(A) ::= CHANGES(K) path(B) LP exprs(L) RP. { A = BUILD(CHANGES, 0, K, B, build_list(p, L)); }
operation_attribute(A) ::= BINDS(K) path(B). { A = BUILD(BINDS, 0, K, B); }
operation_attribute(A) ::= PROVES(K) path(B). { A = BUILD(PROVES, 0, K, B); }
operation_attribute(A) ::= method(K) string(B). { A = BUILD(HTTP, parse_token(p, K)->kind, K, B); }
%type method {uint32_t}
method(A) ::= GET(A).
method(A) ::= POST(A).
method(A) ::= PUT(A).
method(A) ::= PATCH(A).
method(A) ::= DELETE(A).

/* ---- fields and types */
%type fields {struct link *}
fields(A) ::= . { A = NULL; }
fields(A) ::= fields(A) field(B). { A = build_link(p, A, B); }
field(A) ::= field_name(B) type(C) attributes(L). { A = BUILD(FIELD, 0, B->first, B, C, build_list(p, L)); }
%type attributes {struct link *}
attributes(A) ::= . { A = NULL; }
attributes(A) ::= attributes(A) attribute(B). { A = build_link(p, A, B); }
attribute(A) ::= KEY(K). { A = BUILD(FIELDATTR, TOKEN_KEY, K, NULL); }
attribute(A) ::= path(B). { A = BUILD(FIELDATTR, TOKEN_ID, B->first, B); }
attribute(A) ::= SAME(K) path(B). { A = BUILD(FIELDATTR, TOKEN_SAME, K, B); }
attribute(A) ::= AS(K) wire(L). { A = BUILD(FIELDATTR, TOKEN_AS, K, build_list(p, L)); }
%type wire {struct link *}
wire(A) ::= string(B). { A = build_link(p, NULL, B); }
wire(A) ::= wire(A) BAR string(B). { A = build_link(p, A, B); }
%type params {struct link *}
params(A) ::= . { A = NULL; }
params(A) ::= param_list(A) trail.
%type param_list {struct link *}
param_list(A) ::= param(B). { A = build_link(p, NULL, B); }
param_list(A) ::= param_list(A) COMMA param(B). { A = build_link(p, A, B); }
param(A) ::= field_name(B) type(C) attributes(L).
  { A = BUILD(PARAM, 0, B->first, B, C, build_list(p, L), NULL); }
param(A) ::= field_name(B) type(C) attributes(L) EQ expr(D).
  { A = BUILD(PARAM, 0, B->first, B, C, build_list(p, L), D); }

type(A) ::= plain_type(A).
type(A) ::= plain_type(B) QM. { A = BUILD(T_OPTIONAL, 0, B->first, B); }
plain_type(A) ::= path(B). { A = BUILD(T_NAME, 0, B->first, B); }
plain_type(A) ::= MONEY_TYPE(K). { A = BUILD(T_MONEY, 0, K, NULL); }
plain_type(A) ::= MONEY_TYPE(K) LP name(B) RP. { A = BUILD(T_MONEY, 0, K, B); }
plain_type(A) ::= LIST(K) OF plain_type(B). { A = BUILD(T_LIST, 0, K, B); }
plain_type(A) ::= SET(K) OF plain_type(B). { A = BUILD(T_SET, 0, K, B); }
plain_type(A) ::= MAP(K) OF plain_type(B). { A = BUILD(T_MAP, 0, K, B); }
plain_type(A) ::= ONE(K) OF LB choices(L) trail RB. { A = BUILD(T_ONEOF, 0, K, build_list(p, L)); }
%type choices {struct link *}
choices(A) ::= choice(B). { A = build_link(p, NULL, B); }
choices(A) ::= choices(A) COMMA choice(B). { A = build_link(p, A, B); }
choice(A) ::= name(A).
choice(A) ::= string(A).

/* ---- rules */
item(A) ::= POLICY(K) name(B) doc(C) LB rule_items(L) RB. { A = BUILD(POLICY, 0, K, B, C, build_list(p, L)); }
item(A) ::= GUARD(K) name(B) doc(C) LB rule_items(L) RB. { A = BUILD(GUARD, 0, K, B, C, build_list(p, L)); }
%type rule_items {struct link *}
rule_items(A) ::= . { A = NULL; }
rule_items(A) ::= rule_items(A) rule_item(B). { A = build_link(p, A, B); }
rule_item(A) ::= let(A).
rule_item(A) ::= rule(A).
rule_item(A) ::= limit(A).
rule(A) ::= ALLOW(K) event(E) clauses(C). { A = build_rule(p, NODE_ALLOW, 0, K, E, C, NULL); }
rule(A) ::= DENY(K) event(E) clauses(C). { A = build_rule(p, NODE_DENY, 0, K, E, C, NULL); }
rule(A) ::= ASK(K) paths(L) BEFORE event(E) clauses(C).
  { A = build_rule(p, NODE_ASK, 0, K, E, C, build_list(p, L)); }
rule(A) ::= redactions(L) BEFORE event(E) clauses(C).
  { struct node *with = build_list(p, L); A = build_rule(p, NODE_OBLIGE, 0, with->first, E, C, with); }
rule(A) ::= REQUIRE(K) obligations(L) BEFORE event(E) clauses(C).
  { A = build_rule(p, NODE_OBLIGE, 0, K, E, C, build_list(p, L)); }

event(A) ::= flow_event(A).
event(A) ::= call_event(A).
call_event(A) ::= CALL(K). { A = BUILD(EVENT, TOKEN_CALL, K, NULL, NULL); }
call_event(A) ::= CALL(K) target(B). { A = BUILD(EVENT, TOKEN_CALL, K, B, NULL); }
call_event(A) ::= CALL(K) target(B) EXCEPT LB names(L) trail RB.
  { A = BUILD(EVENT, TOKEN_CALL, K, B, build_list(p, L)); }
call_event(A) ::= INFER(K). { A = BUILD(EVENT, TOKEN_INFER, K, NULL, NULL); }
flow_event(A) ::= RELEASE(K). { A = BUILD(EVENT, TOKEN_RELEASE, K, NULL, NULL); }
flow_event(A) ::= RELEASE(K) TO receiver(B). { A = BUILD(EVENT, TOKEN_RELEASE, K, B, NULL); }
flow_event(A) ::= DELEGATE(K). { A = BUILD(EVENT, TOKEN_DELEGATE, K, NULL, NULL); }
flow_event(A) ::= DELEGATE(K) TO path(B). { A = BUILD(EVENT, TOKEN_DELEGATE, K, B, NULL); }
receiver(A) ::= name(A).
receiver(A) ::= OUTSIDE(T). { A = build_leaf(p, NODE_NAME, T); }
receiver(A) ::= AGENT(T). { A = build_leaf(p, NODE_NAME, T); }

%type clauses {struct clauses *}
clauses(A) ::= . { A = build_clauses(p); }
clauses(A) ::= clauses(A) BY(K) who(B). { build_clause(p, A, CLAUSE_BY, K, B); }
clauses(A) ::= clauses(A) WHERE(K) expr(B). { build_clause(p, A, CLAUSE_WHERE, K, B); }
clauses(A) ::= clauses(A) UNLESS(K) expr(B). { build_clause(p, A, CLAUSE_UNLESS, K, B); }
clauses(A) ::= clauses(A) WITH(K) obligations(L). { build_clause(p, A, CLAUSE_WITH, K, build_list(p, L)); }
clauses(A) ::= clauses(A) BECAUSE(K) string(B). { build_clause(p, A, CLAUSE_BECAUSE, K, B); }
clauses(A) ::= clauses(A) WAIT(K) AT MOST duration(B). { build_clause(p, A, CLAUSE_WAIT, K, B); }
who(A) ::= path(B). { A = build_list(p, build_link(p, NULL, B)); }
who(A) ::= LB paths(L) trail RB. { A = build_list(p, L); }
%type obligations {struct link *}
obligations(A) ::= obligation(B). { A = build_link(p, NULL, B); }
obligations(A) ::= obligations(A) COMMA obligation(B). { A = build_link(p, A, B); }
obligation(A) ::= name(B). { A = BUILD(OBLIGATION, 0, B->first, B, NULL); }
obligation(A) ::= name(B) LP string(C) RP. { A = BUILD(OBLIGATION, 0, B->first, B, C); }
obligation(A) ::= redaction(A).
/* No rule begins with a name: a name that should not be there would end the rule before it and hide what was
 * expected. */
%type redactions {struct link *}
redactions(A) ::= redaction(B). { A = build_link(p, NULL, B); }
redactions(A) ::= redactions(A) COMMA obligation(B). { A = build_link(p, A, B); }
redaction(A) ::= REDACT(K) redacted(B) OF detectors(C). { A = BUILD(REDACT, 0, K, B, C); }
redacted(A) ::= . { A = NULL; }
redacted(A) ::= postfix(A).
detectors(A) ::= path(B). { A = build_list(p, build_link(p, NULL, B)); }
detectors(A) ::= LS paths(L) trail RS. { A = build_list(p, L); }

limit(A) ::= LIMIT(K) call_event(E) measure(B) each(C) limit_where(D) at_most sum(F) window(W) burst(H) warn(G).
  { A = BUILD(LIMIT, W.tok, K, E, B, C, D, F, W.node, G, H); }
limit(A) ::= LIMIT(K) flow_event(E) measure(B) each(C) limit_where(D) AT MOST sum(F) window(W) burst(H) warn(G).
  { A = BUILD(LIMIT, W.tok, K, E, B, C, D, F, W.node, G, H); }
at_most ::= AT MOST.
at_most ::= TO.
measure(A) ::= . { A = NULL; }
measure(A) ::= OF sum(B). { A = B; }
each(A) ::= . { A = NULL; }
each(A) ::= FOR EACH path(B). { A = B; }
limit_where(A) ::= . { A = NULL; }
limit_where(A) ::= WHERE expr(B). { A = B; }
%type window {struct { struct node *node; unsigned tok; }}
window(A) ::= . { A.node = NULL; A.tok = 0; }
window(A) ::= PER per(B). { A.node = B; A.tok = TOKEN_PER; }
window(A) ::= PER SESSION. { A.node = NULL; A.tok = TOKEN_SESSION; }
window(A) ::= AT ONCE. { A.node = NULL; A.tok = TOKEN_AT; }
burst(A) ::= . { A = NULL; }
burst(A) ::= BURST sum(B). { A = B; }
warn(A) ::= . { A = NULL; }
warn(A) ::= COMMA WARN AT percent(B). { A = B; }
warn(A) ::= WARN AT percent(B). { A = B; }
percent(A) ::= PERCENT(T). { A = build_leaf(p, NODE_PERCENT, T); }

item(A) ::= WAIVE(K) path(B) FOR path(C) limit_where(D) UNTIL date(E) because(F).
  { A = BUILD(WAIVE, 0, K, B, C, D, E, F); }
date(A) ::= DATE(T). { A = build_leaf(p, NODE_DATE, T); }

/* ---- routes; the children of each property:
 *   FOR event who?   WHERE condition   REQUIRE condition   PREFER how:NAME what sticky:NAME? (what: expr, or LIST(ROW)
 *   of model and weight)   FALLBACK LIST(expr)   RETRY number LIST(NAME)   CAP amount NAME
 *   TIER LIST(NAME) LIST(ROUTEPROP) */
item(A) ::= ROUTE(K) name(B) LB route_properties(L) RB. { A = BUILD(ROUTE, 0, K, B, build_list(p, L)); }
%type route_properties {struct link *}
route_properties(A) ::= . { A = NULL; }
route_properties(A) ::= route_properties(A) route_property(B). { A = build_link(p, A, B); }
route_property(A) ::= FOR(K) event(E). { A = BUILD(ROUTEPROP, TOKEN_FOR, K, E, NULL); }
route_property(A) ::= FOR(K) event(E) BY who(B). { A = BUILD(ROUTEPROP, TOKEN_FOR, K, E, B); }
route_property(A) ::= WHERE(K) expr(B). { A = BUILD(ROUTEPROP, TOKEN_WHERE, K, B); }
route_property(A) ::= REQUIRE(K) expr(B). { A = BUILD(ROUTEPROP, TOKEN_REQUIRE, K, B); }
route_property(A) ::= PREFER(K) extreme(B) sum(C) sticky(D). { A = BUILD(ROUTEPROP, TOKEN_PREFER, K, B, C, D); }
route_property(A) ::= PREFER(K) WEIGHTED(T) LB weights(L) trail RB sticky(D).
  { A = BUILD(ROUTEPROP, TOKEN_PREFER, K, build_leaf(p, NODE_NAME, T), build_list(p, L), D); }
extreme(A) ::= LOWEST(T). { A = build_leaf(p, NODE_NAME, T); }
extreme(A) ::= HIGHEST(T). { A = build_leaf(p, NODE_NAME, T); }
sticky(A) ::= . { A = NULL; }
sticky(A) ::= STICKY BY name(B). { A = B; }
%type weights {struct link *}
weights(A) ::= weight(B). { A = build_link(p, NULL, B); }
weights(A) ::= weights(A) COMMA weight(B). { A = build_link(p, A, B); }
weight(A) ::= path(B) number(C).
  { A = BUILD(ROW, 0, B->first, build_list(p, build_link(p, build_link(p, NULL, B), C))); }
number(A) ::= INT(T). { A = build_leaf(p, NODE_INT, T); }
number(A) ::= percent(A).
route_property(A) ::= FALLBACK(K) exprs(L). { A = BUILD(ROUTEPROP, TOKEN_FALLBACK, K, build_list(p, L)); }
route_property(A) ::= RETRY(K) number(B) ON names(L). { A = BUILD(ROUTEPROP, TOKEN_RETRY, K, B, build_list(p, L)); }
route_property(A) ::= CAP(K) sum(B) PER name(C). { A = BUILD(ROUTEPROP, TOKEN_CAP, K, B, C); }
route_property(A) ::= TIER(K) names(L) LB route_properties(M) RB.
  { struct node *tasks = build_list(p, L); A = BUILD(ROUTEPROP, TOKEN_TIER, K, tasks, build_list(p, M)); }

/* ---- proofs */
item(A) ::= PROVE(K) string(B) LB claims(L) RB. { A = BUILD(PROVE, 0, K, B, build_list(p, L)); }
%type claims {struct link *}
claims(A) ::= . { A = NULL; }
claims(A) ::= claims(A) claim(B). { A = build_link(p, A, B); }
claim(A) ::= NEVER(K) ALLOW event(E) clauses(C) without(D).
  { A = build_rule(p, NODE_CLAIM, TOKEN_NEVER, K, E, C, D); }
claim(A) ::= ALWAYS(K) DENY event(E) clauses(C) without(D).
  { A = build_rule(p, NODE_CLAIM, TOKEN_ALWAYS, K, E, C, D); }
without(A) ::= . { A = NULL; }
without(A) ::= WITHOUT ASK(T). { A = build_leaf(p, NODE_NAME, T); }

/* ---- tests */
item(A) ::= TEST(K) string(B) LB test_lines(L) RB. { A = BUILD(TEST, 0, K, B, build_list(p, L)); }
%type test_lines {struct link *}
test_lines(A) ::= . { A = NULL; }
test_lines(A) ::= test_lines(A) test_line(B). { A = build_link(p, A, B); }
test_line(A) ::= AT(K) time(B). { A = BUILD(T_AT, 0, K, B); }
time(A) ::= TIME(T). { A = build_leaf(p, NODE_TIME, T); }
test_line(A) ::= GIVEN(K) REQUESTER record(B). { A = BUILD(GIVEN_REQUESTER, 0, K, B); }
test_line(A) ::= GIVEN(K) SESSION HAS paths(L). { A = BUILD(GIVEN_HAS, 0, K, build_list(p, L)); }
test_line(A) ::= GIVEN(K) SAID string(B). { A = BUILD(GIVEN_SAID, 0, K, B); }
test_line(A) ::= GIVEN(K) SEEN path(B) record(C). { A = BUILD(GIVEN_SEEN, 0, K, B, C); }
test_line(A) ::= GIVEN(K) ROWS path(B) LB row_list(L) RB. { A = BUILD(GIVEN_ROWS, 0, K, B, build_list(p, L)); }
test_line(A) ::= step(B). { A = B; }
test_line(A) ::= THEN(K) step(B). { A = B; A->tok = TOKEN_THEN; A->first = K; }
step(A) ::= step_event(E) step_args(L) step_by(B) gives(C) approved(D). {
  A = BUILD(STEP, E->tok, E->first, E, L, B, C, D);
}
step_event(A) ::= CALL(K) target_path(B). { A = BUILD(EVENT, TOKEN_CALL, K, B, NULL); }
step_event(A) ::= INFER(K). { A = BUILD(EVENT, TOKEN_INFER, K, NULL, NULL); }
step_event(A) ::= RELEASE(K) TO receiver(B). { A = BUILD(EVENT, TOKEN_RELEASE, K, B, NULL); }
step_event(A) ::= DELEGATE(K) TO path(B). { A = BUILD(EVENT, TOKEN_DELEGATE, K, B, NULL); }
target_path(A) ::= path(B). { A = BUILD(TARGET, 0, B->first, B, NULL); }
step_args(A) ::= . { A = build_list(p, NULL); }
step_args(A) ::= args(L). { A = build_list(p, L); }
step_args(A) ::= LP RP. { A = build_list(p, NULL); }
step_args(A) ::= LP args(L) trail RP. { A = build_list(p, L); }
step_by(A) ::= . { A = NULL; }
step_by(A) ::= BY path(B). { A = B; }
gives(A) ::= . { A = NULL; }
gives(A) ::= ARROW given_result(B). { A = B; }
given_result(A) ::= record(A).
given_result(A) ::= array(A).
given_result(A) ::= literal(A).
given_result(A) ::= name(A).
approved(A) ::= . { A = NULL; }
approved(A) ::= APPROVED BY detectors(B). { A = B; }
test_line(A) ::= EXPECT(K) ALLOW by_rule(B). { A = BUILD(EXPECT, TOKEN_ALLOW, K, B, NULL, NULL); }
test_line(A) ::= EXPECT(K) DENY by_rule(B). { A = BUILD(EXPECT, TOKEN_DENY, K, B, NULL, NULL); }
test_line(A) ::= EXPECT(K) ASK by_rule(B). { A = BUILD(EXPECT, TOKEN_ASK, K, B, NULL, NULL); }
test_line(A) ::= EXPECT(K) ASK paths(L) by_rule(B). { A = BUILD(EXPECT, TOKEN_ASK, K, B, build_list(p, L), NULL); }
test_line(A) ::= EXPECT(K) ROUTE STARTING WITH path(B).
  { A = BUILD(EXPECT, TOKEN_ROUTE, K, NULL, NULL, build_list(p, build_link(p, NULL, B))); }
test_line(A) ::= EXPECT(K) COST AT MOST sum(B).
  { A = BUILD(EXPECT, TOKEN_COST, K, NULL, NULL, build_list(p, build_link(p, NULL, B))); }
by_rule(A) ::= . { A = NULL; }
by_rule(A) ::= BY path(B). { A = B; }

%type args {struct link *}
args(A) ::= arg(B). { A = build_link(p, NULL, B); }
args(A) ::= args(A) COMMA arg(B). { A = build_link(p, A, B); }
arg(A) ::= field_name(B) expr(C). { A = BUILD(ARG, 0, B->first, B, C); }
arg(A) ::= string(B) COLON expr(C). { A = BUILD(ARG, 0, B->first, B, C); }
record(A) ::= LB(K) RB. { A = BUILD(RECORD, 0, K, build_list(p, NULL)); }
record(A) ::= LB(K) args(L) trail RB. { A = BUILD(RECORD, 0, K, build_list(p, L)); }
array(A) ::= LS(K) RS. { A = BUILD(ARRAY, 0, K, build_list(p, NULL)); }
array(A) ::= LS(K) exprs(L) trail RS. { A = BUILD(ARRAY, 0, K, build_list(p, L)); }

/* ---- expressions, from the loosest to the tightest. Few levels, and precedence within them: each level is a
 * reduction for every operand. Comparison has a level of its own, since %nonassoc would not refuse `a == b == c`. */
expr(A) ::= logic(A).
expr(A) ::= expr(B) OTHERWISE expr(C). { A = BUILD(BINARY, TOKEN_OTHERWISE, B->first, B, C); }
expr(A) ::= IF(K) expr(B) THEN expr(C) ELSE expr(D). [CONDITIONAL] { A = BUILD(IF, 0, K, B, C, D); }

logic(A) ::= sum(A).
logic(A) ::= comparison(A).
logic(A) ::= logic(B) OR logic(C). { A = BUILD(BINARY, TOKEN_OR, B->first, B, C); }
logic(A) ::= logic(B) AND logic(C). { A = BUILD(BINARY, TOKEN_AND, B->first, B, C); }
logic(A) ::= NOT(K) logic(B). { A = BUILD(UNARY, TOKEN_NOT, K, B); }
logic(A) ::= ANY(K) binder(B) WHERE logic(C). [QUANTIFIED] { A = BUILD(QUANTIFIER, TOKEN_ANY, K, B, C); }
logic(A) ::= ALL(K) binder(B) SATISFY logic(C). [QUANTIFIED] { A = BUILD(QUANTIFIER, TOKEN_ALL, K, B, C); }
logic(A) ::= FIRST(K) binder(B) WHERE logic(C). [QUANTIFIED] { A = BUILD(QUANTIFIER, TOKEN_FIRST, K, B, C); }
binder(A) ::= name(B) IN sum(C). { A = BUILD(BINDER, 0, B->first, B, NULL, C, NULL); }
binder(A) ::= LP(K) name(B) COMMA name(C) RP IN PAIRS LP expr(D) COMMA expr(E) RP.
  { A = BUILD(BINDER, 0, K, B, C, D, E); }

comparison(A) ::= sum(B) relation(O) sum(C). { A = BUILD(BINARY, parse_token(p, O)->kind, B->first, B, C); }
comparison(A) ::= comparison(B) relation(O) sum(C). { A = build_chained(p, B, O, C); }
comparison(A) ::= sum(B) NOT IN sum(C). { A = BUILD(BINARY, TOKEN_NOT, B->first, B, C); }
comparison(A) ::= sum(B) STARTS WITH sum(C). { A = BUILD(BINARY, TOKEN_STARTS, B->first, B, C); }
comparison(A) ::= sum(B) ENDS WITH sum(C). { A = BUILD(BINARY, TOKEN_ENDS, B->first, B, C); }
comparison(A) ::= sum(B) HAS path(C). { A = BUILD(HAS, 0, B->first, B, C); }
comparison(A) ::= sum(B) WITHIN THE LAST sum(C). { A = BUILD(WITHIN, TOKEN_LAST, B->first, B, C); }
comparison(A) ::= sum(B) WITHIN THE NEXT sum(C). { A = BUILD(WITHIN, TOKEN_NEXT, B->first, B, C); }
comparison(A) ::= sum(B) IS PRESENT. { A = BUILD(PRESENCE, TOKEN_PRESENT, B->first, B); }
comparison(A) ::= sum(B) IS MISSING. { A = BUILD(PRESENCE, TOKEN_MISSING, B->first, B); }
%type relation {uint32_t}
relation(A) ::= EQEQ(A).
relation(A) ::= NE(A).
relation(A) ::= LT(A).
relation(A) ::= LE(A).
relation(A) ::= GT(A).
relation(A) ::= GE(A).
relation(A) ::= IN(A).
relation(A) ::= MATCHES(A).
relation(A) ::= CONTAINS(A).

sum(A) ::= postfix(A).
sum(A) ::= sum(B) PLUS sum(C). { A = BUILD(BINARY, TOKEN_PLUS, B->first, B, C); }
sum(A) ::= sum(B) MINUS sum(C). { A = BUILD(BINARY, TOKEN_MINUS, B->first, B, C); }
sum(A) ::= sum(B) STAR sum(C). { A = BUILD(BINARY, TOKEN_STAR, B->first, B, C); }
sum(A) ::= sum(B) SLASH sum(C). { A = BUILD(BINARY, TOKEN_SLASH, B->first, B, C); }
sum(A) ::= MINUS(K) sum(B). [NEGATIVE] { A = BUILD(UNARY, TOKEN_MINUS, K, B); }
sum(A) ::= SEEN(K) single(B) WITHIN THE LAST sum(D). [NEGATIVE] { A = BUILD(SEEN, 0, K, B, NULL, D); }
sum(A) ::= SEEN(K) single(B) LP exprs(L) RP WITHIN THE LAST sum(D). [NEGATIVE]
  { A = BUILD(SEEN, 0, K, B, build_list(p, L), D); }

postfix(A) ::= member(A).
postfix(A) ::= postfix(B) LS expr(C) RS. { A = BUILD(AT_INDEX, 0, B->first, B, C); }
postfix(A) ::= member(B) LP RP. { A = build_invoke(p, B, NULL); }
postfix(A) ::= member(B) LP exprs(L) RP. { A = build_invoke(p, B, L); }
member(A) ::= postfix(B) MEMBER(T). { A = BUILD(MEMBER, TOKEN_MEMBER, B->first, B, build_leaf(p, NODE_NAME, T)); }
member(A) ::= postfix(B) OPTMEMBER(T).
  { A = BUILD(MEMBER, TOKEN_OPTMEMBER, B->first, B, build_leaf(p, NODE_NAME, T)); }

postfix(A) ::= name(A).
postfix(A) ::= name(B) LP RP. { A = build_invoke(p, B, NULL); }
postfix(A) ::= name(B) LP exprs(L) RP. { A = build_invoke(p, B, L); }
postfix(A) ::= literal(A).
postfix(A) ::= LP(K) expr(B) RP. { A = build_parens(p, K, B); }
postfix(A) ::= array(A).
postfix(A) ::= record(A).
postfix(A) ::= SAID(K) LP expr(B) RP. { A = BUILD(SAID, 0, K, B); }
postfix(A) ::= VOUCHED(K) LP expr(B) RP. { A = BUILD(VOUCHED, 0, K, B); }
postfix(A) ::= BOUND(K) single(B). { A = BUILD(BOUND, 0, K, B); }
postfix(A) ::= THE(K) ONLY SEEN single(B). { A = BUILD(ONLY_SEEN, 0, K, B); }
postfix(A) ::= SEEN(K) single(B). [SHORT] { A = BUILD(SEEN, 0, K, B, NULL, NULL); }
postfix(A) ::= SEEN(K) single(B) LP exprs(L) RP. [SHORT] { A = BUILD(SEEN, 0, K, B, build_list(p, L), NULL); }
single(A) ::= name(B). { A = BUILD(PATH, 0, B->first, build_list(p, build_link(p, NULL, B))); }
postfix(A) ::= COUNT(K) LP FOR binder(B) limit_where(C) RP. { A = BUILD(COUNT, 0, K, B, C); }
postfix(A) ::= COUNT(K) LP expr(B) RP.
  { A = build_invoke(p, build_leaf(p, NODE_NAME, K), build_link(p, NULL, B)); }
postfix(A) ::= fold(K) LP expr(B) FOR binder(C) limit_where(D) RP.
  { A = BUILD(FOLD, parse_token(p, K)->kind, K, B, C, D); }
postfix(A) ::= fold(K) LP exprs(L) RP. { A = build_invoke(p, build_leaf(p, NODE_NAME, K), L); }
%type fold {uint32_t}
fold(A) ::= SUM(A).
fold(A) ::= MIN(A).
fold(A) ::= MAX(A).
%type exprs {struct link *}
exprs(A) ::= expr(B). { A = build_link(p, NULL, B); }
exprs(A) ::= exprs(A) COMMA expr(B). { A = build_link(p, A, B); }

literal(A) ::= INT(T). { A = build_leaf(p, NODE_INT, T); }
literal(A) ::= DECIMAL(T). { A = build_leaf(p, NODE_DECIMAL, T); }
literal(A) ::= MONEY(T). { A = build_leaf(p, NODE_MONEY, T); }
literal(A) ::= DURATION(T). { A = build_leaf(p, NODE_DURATION, T); }
literal(A) ::= QUANTITY(T). { A = build_leaf(p, NODE_QUANTITY, T); }
literal(A) ::= PERCENT(T). { A = build_leaf(p, NODE_PERCENT, T); }
literal(A) ::= DATE(T). { A = build_leaf(p, NODE_DATE, T); }
literal(A) ::= TIME(T). { A = build_leaf(p, NODE_TIME, T); }
literal(A) ::= STRING(T). { A = build_leaf(p, NODE_STRING, T); }
literal(A) ::= PATTERN(T). { A = build_leaf(p, NODE_PATTERN, T); }
literal(A) ::= TRUE(T). { A = build_leaf(p, NODE_BOOL, T); }
literal(A) ::= FALSE(T). { A = build_leaf(p, NODE_BOOL, T); }

%code {
/* The parser's numbers for ours. LEXICAL tokens have none. */
#undef TOKEN                         /* lemon's template leaves one behind */
static const unsigned char NUMBERS[TOKEN_KIND_COUNT] = {
#define LEXICAL(NAME, TEXT)
#define TOKEN(NAME, TEXT) [TOKEN_##NAME] = GRAMMAR_##NAME,
#define WORD(NAME, TEXT, CLASS) [TOKEN_##NAME] = GRAMMAR_##NAME,
#include "syntax/tokens.def"
#undef LEXICAL
#undef TOKEN
#undef WORD
};

/* Whether a token is accepted follows from the few states that its reductions look at, and the same ones come again and again. */
enum { MEMO_BITS = 10, MEMO_WAYS = 2, MEMO_STATES = 12 };
struct memo { YYACTIONTYPE states[MEMO_STATES]; uint8_t looked, kind; bool accepts; };      /* looked: how many, from the top; 0: free */
struct grammar { yyParser parser; struct memo memos[1 << MEMO_BITS][MEMO_WAYS]; };

struct grammar *rbc_grammar(struct arena *arena) { return arena_alloc(arena, sizeof(struct grammar)); }

void grammar_start(struct grammar *g) { grammar_lemonInit(&g->parser); }      /* nothing on the stack owns anything */

void grammar_push(struct grammar *g, unsigned kind, uint32_t token, struct parse *p) {
  grammar_lemon(&g->parser, NUMBERS[kind], token, p);
  if (token >= p->last) p->last = token + 1;
}

bool grammar_offer(struct grammar *g, unsigned kind, uint32_t token, struct parse *p) {
  if (token_is_free((enum token_kind)kind)) return grammar_take(g, kind, token, p);
  if ((!NUMBERS[kind] && kind != TOKEN_END) || grammar_depth(g) >= PARSER_STACK - PARSER_STACK_RESERVE) return false;
  grammar_push(g, kind, token, p);
  return !p->refused;
}

bool grammar_take(struct grammar *g, unsigned kind, uint32_t token, struct parse *p) {
  unsigned depth = grammar_depth(g);
  if (depth >= PARSER_STACK - PARSER_STACK_RESERVE) return false;
  if (!grammar_accepts(g, depth, kind)) {
    if (!token_is_free((enum token_kind)kind) || !grammar_accepts(g, depth, TOKEN_ID)) return false;
    kind = TOKEN_ID;
  }
  grammar_push(g, kind, token, p);
  return true;
}

unsigned grammar_depth(const struct grammar *g) {
  return (unsigned)(g->parser.yytos - g->parser.yystack) + 1;
}

void grammar_cut(struct grammar *g, unsigned depth) {
  assert(depth >= 1 && depth <= grammar_depth(g));
  g->parser.yytos = g->parser.yystack + depth - 1;
}

unsigned grammar_stack_token(const struct grammar *g, unsigned place, uint32_t *token) {
  const yyStackEntry *entry = &g->parser.yystack[place];
  if (place == 0 || entry->major == 0 || entry->major >= YYNTOKEN) return TOKEN_END;
  for (unsigned kind = 1; kind < TOKEN_KIND_COUNT; kind++)
    if (NUMBERS[kind] == entry->major) {
      if (token) *token = entry->minor.yy0;
      return kind;
    }
  return TOKEN_END;
}

/* A dry run on the state numbers: entries below `base` are the parser's own, those from it on are in `above`. */
struct dry { const yyStackEntry *stack; unsigned base, top; YYACTIONTYPE above[PARSER_STACK_RESERVE + PARSER_STACK]; };

static void dry_start(struct dry *dry, const struct grammar *g, unsigned depth) {
  dry->stack = g->parser.yystack;
  dry->base = dry->top = depth;    /* entries in use: 0 .. top-1 */
}

static YYACTIONTYPE dry_state(const struct dry *dry) {
  return dry->top <= dry->base ? dry->stack[dry->top - 1].stateno : dry->above[dry->top - 1 - dry->base];
}

static bool dry_push(struct dry *dry, YYACTIONTYPE state) {
  if (dry->top - dry->base >= PARSER_STACK) return false;
  dry->above[dry->top++ - dry->base] = state;
  return true;
}

static bool dry_take(struct dry *dry, unsigned kind) {
  YYCODETYPE number = NUMBERS[kind];
  if (number == 0 && kind != TOKEN_END) return false;
  for (;;) {
    YYACTIONTYPE action = yy_find_shift_action(number, dry_state(dry));
    if (action == YY_ACCEPT_ACTION) return true;
    if (action <= YY_MAX_SHIFTREDUCE) {
      if (action > YY_MAX_SHIFT) action = (YYACTIONTYPE)(action + YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE);
      return dry_push(dry, action);
    }
    if (action < YY_MIN_REDUCE) return false;
    unsigned rule = action - YY_MIN_REDUCE;
    int rest = (int)dry->top + yyRuleInfoNRhs[rule];
    if (rest < 1) return false;
    dry->top = (unsigned)rest;
    if (dry->top < dry->base) dry->base = dry->top;
    YYACTIONTYPE state = yy_find_reduce_action(dry_state(dry), (YYCODETYPE)yyRuleInfoLhs[rule]);
    if (state == YY_ACCEPT_ACTION) return true;
    if (!dry_push(dry, state)) return false;
  }
}

static bool try_dry(const struct grammar *g, unsigned depth, unsigned kind, struct memo *memo) {
  struct dry dry;
  dry_start(&dry, g, depth);
  bool accepts = dry_take(&dry, kind);
  unsigned looked = depth - dry.base + 1;          /* the lowest state that it read stands at base - 1 */
  if (!memo || looked > MEMO_STATES) return accepts;
  memmove(memo + 1, memo, (MEMO_WAYS - 1) * sizeof *memo);
  *memo = (struct memo){.looked = (uint8_t)looked, .kind = (uint8_t)kind, .accepts = accepts};
  for (unsigned i = 0; i < looked; i++) memo->states[i] = g->parser.yystack[depth - 1 - i].stateno;
  return accepts;
}

static bool remembers(const struct memo *memo, const yyStackEntry *top, unsigned depth, unsigned kind) {
  if (memo->kind != kind || !memo->looked || memo->looked > depth) return false;
  for (unsigned i = 0; i < memo->looked; i++)
    if (memo->states[i] != (top - i)->stateno) return false;
  return true;
}

bool grammar_accepts(struct grammar *g, unsigned depth, unsigned kind) {
  const yyStackEntry *top = g->parser.yystack + depth - 1;
  if (NUMBERS[kind] && yy_find_shift_action(NUMBERS[kind], top->stateno) <= YY_MAX_SHIFTREDUCE) return true;       /* nothing to reduce first */
  if (depth < 3) return try_dry(g, depth, kind, NULL);
  uint64_t key = top[0].stateno | (uint64_t)top[-1].stateno << 16 | (uint64_t)top[-2].stateno << 32 | (uint64_t)kind << 48;
  struct memo *memo = g->memos[key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MEMO_BITS)];
  for (unsigned i = 0; i < MEMO_WAYS; i++)
    if (remembers(&memo[i], top, depth, kind)) return memo[i].accepts;
  return try_dry(g, depth, kind, memo);
}

unsigned grammar_accepts_all(const struct grammar *g, unsigned depth, const unsigned *kinds, unsigned count) {
  struct dry dry, before;
  dry_start(&dry, g, depth);
  for (unsigned i = 0; i < count; i++) {
    before.stack = dry.stack;
    before.base = dry.base;
    before.top = dry.top;
    if (dry.top > dry.base) memcpy(before.above, dry.above, (dry.top - dry.base) * sizeof *dry.above);
    if (dry_take(&dry, kinds[i])) continue;
    if (!token_is_free((enum token_kind)kinds[i]) || !dry_take(&before, TOKEN_ID)) return i;
    dry = before;
  }
  return count;
}
}
