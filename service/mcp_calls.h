/* mcp_calls.h: calls of tools, and of whatever else of MCP is governed like one. */
#ifndef GATE_MCP_CALLS_H
#define GATE_MCP_CALLS_H
#include "gate.h"

/* `params` is the raw object of the request. Each takes the reply over. */
void call_tool(struct channel *channel, struct reply *reply, struct raw id, struct raw params, json_t *parsed);
/* Resources, prompts, completion: method -> operation CONNECTOR.NAME that takes the parameters as its arguments. */
bool call_is_governed(const char *method);
void call_governed(struct channel *channel, struct reply *reply, struct raw id, struct raw params, const char *method);
/* What the agent may see as tools. */
void call_list_tools(struct channel *channel, struct reply *reply, struct raw id);
/* Whether the bundle (in shadow mode: a server) knows anything of the kind, "resources" or "prompts". */
bool call_offers(struct gate *gate, struct person *person, const char *kind);
char *call_parameters(struct raw params);                 /* as arguments: without _meta, which is none; the caller frees */
void call_decide_again(struct exchange *exchange);        /* after an approval was answered */
#endif
