/* live.h: what a workspace declares of an MCP server, held against the tools that the server lists now. */
#ifndef RBC_CLI_LIVE_H
#define RBC_CLI_LIVE_H
#include "cli/cli.h"
#include "sema/program.h"

/* tools: a file with the server's answer to tools/list, "-" is standard input. connector: its name, or NULL for the only one of kind mcp.
 * Every difference is a line on standard output: CLI_NO. None: CLI_OK. */
int live_check(const struct program *program, const char *tools, const char *connector, bool json);
#endif
