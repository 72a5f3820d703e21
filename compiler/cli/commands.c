/* commands.c: the one table of commands. `rbc help`, `rbc NAME --help`, parsing and "did you mean" all read it. */
#include "cli/cli.h"

#define WORKSPACE (TAKES(HELP) | TAKES(STDLIB) | TAKES(DATE))
#define DATE_NOTE \
  "The date decides which waivers have ended and goes into the bundle: state it (or SOURCE_DATE_EPOCH) for the same bytes.\n"
#define EITHER "The first argument is a workspace directory (it holds root.rb) or a bundle (.rbb).\n"

static const char eval_details[] =
  EITHER
  "FILE holds one JSON object a line; - or nothing is standard input. A line is a request with its caller, or something\n"
  "that the host does; the file plays the host.\n"
  "\n"
  "  {\"caller\":{\"agent\":A,\"requester\":R,\"session\":S,\"context\":{..}},\"request\":{\"call\":\"connector.operation\",\"args\":{..}}}\n"
  "  {\"call\":\"connector.operation\",\"args\":{..}}      a bare request: the caller is that of the line before,\n"
  "                                                    or --agent, --requester and --context\n"
  "  {\"open\":{\"agent\":A,\"requester\":R,\"context\":{..},\"as\":S}}       opens a session and names it S\n"
  "  {\"delegate\":{\"as\":S}}                            opens a session from the last decision, an allowed delegate\n"
  "  {\"hear\":\"text\"}                                  the requester's own words\n"
  "  {\"prove\":\"proof\"}   {\"taint\":\"label\"}            what the host knows\n"
  "  {\"see\":{\"entity\":\"connector.entity\",\"value\":{..}}}\n"
  "  {\"approve\":{\"group\":G,\"approver\":W}}             answers the last ask; without a group: all of its groups\n"
  "  {\"observe\":{\"outcome\":\"success|failed|unknown\",\"result\":..}}      of the last allowed call\n"
  "  {\"next\":\"timeout\"}                            the model that was chosen last failed so: decides which is next\n"
  "  {\"now\":\"2024-05-15T15:00:00-05:00\"}              sets the clock\n"
  "  {\"close\":S}\n"
  "\n"
  "Host lines take \"session\":S too; without one they speak of the session used last. A caller that names no session gets\n"
  "one of its own, opened for its agent and requester at the first line that needs it; \"session\":null means none.\n"
  "Other requests are {\"release\":\"person|agent|outside\",\"text\":T}, {\"delegate\":\"agent\"} and\n"
  "{\"infer\":{\"task\":T,\"tokens\":{\"input\":N,\"output\":N}}}.\n"
  "The exit code is 1 if a line could not be carried out; a denial is an answer, not a failure.\n";

static const char replay_details[] =
  EITHER
  "SESSIONS.jsonl holds one recorded session a line:\n"
  "  {\"session\":ID,\"succeeded\":bool,\"steps\":[STEP, ..]}, with steps {\"step\":\"user\",\"text\":T}, {\"step\":\"say\",\"text\":T} and\n"
  "  {\"step\":\"call\",\"operation\":O,\"args\":{..},\"result\":..}. \"agent\", \"requester\" and \"context\" may stand beside \"steps\".\n"
  "What a user says is heard. Each call is decided; one that is allowed is observed with its recorded result, a string that\n"
  "begins with the connector's `failure` being a failure. An ask is taken as approved (--asks deny: as refused). A call that is\n"
  "denied would not have been executed: its recorded result is not observed.\n"
  "Without --requester each session has a requester of its own, named like the session.\n"
  "--format json: one object with `summary` and `calls`: every call that was not plainly allowed.\n"
  "The exit code is 0 when all sessions were replayed, whatever was decided.\n";

static const char import_details[] =
  "TOOLS.json is a server's answer to tools/list, or its `tools`; `rbgate tools CONFIG` prints it of servers that run. Whether an\n"
  "operation reads, writes or destroys is taken from the server's annotations and from the name, whichever is stricter; where it is a\n"
  "guess, and where a parameter's type is wider than the language has, the line above says GUESS. Review them, and say what results\n"
  "hold: only then can rules rely on what was seen.\n";

static const char simulate_details[] =
  EITHER
  "TRAFFIC is JSON lines, {\"time\":\"2026-01-05T08:00:00Z\",\"task\":\"chat\",\"input\":1200,\"output\":500,\"generated\":310} with \"agent\" and\n"
  "\"requester\" where they differ; or CSV whose first line names such columns (TIMESTAMP, ContextTokens and GeneratedTokens are known\n"
  "too). A route sees what is known before the call, input and output; what it then cost is what was generated. Requests are in the\n"
  "order of their times, since budgets are. Quality is the declared figure of the model for the task; what has none is left out.\n"
  "Parts of a log can be run anywhere with --partial and added up with --merge, whose files (or standard input) hold one result after\n"
  "the other. Budgets count in each part by itself: cut the log where they begin anew, by day and by whom they are for. --task with a\n"
  "mix goes by the number of a line, so the traffic of parts says its tasks itself.\n"
  "--html writes a page with charts and tables, also of what --merge adds up; it needs nothing else and asks nothing of any network.\n";

static const char cost_details[] =
  "An agent says what it expects to ask of models:\n"
  "  expects chat 2_000 per day { input: 1_200, output: 500, generated: 310, cached: 800, has: personal }\n"
  "tokens in, at most wanted, really generated, read from the provider's cache, and labels that its sessions have. Each is decided by\n"
  "the workspace's own routes, guards and limits, at --now; which model answers, its prices and the arithmetic are shown. A month has\n"
  "30 days, a year 365. Limits are compared with what is used of them when requests come evenly; what is reserved before a request is\n"
  "its upper bound, so a budget can refuse a little before it is used up. Bundles hold no expectations: give the directory.\n";

const struct cli_command cli_commands[] = {
  {"init", "[DIR]", "start a repository: root file, example policy with tests, CI, editor settings",
   TAKES(HELP) | TAKES(FORCE), NULL, 0, 1, run_init, "Files that exist are left alone unless --force is given.\n"},
  {"check", "[DIR]", "check a workspace and report what is wrong with it",
   WORKSPACE | TAKES(FORMAT) | TAKES(LIVE) | TAKES(CONNECTOR), "text json", 0, 1, run_check,
   "A `prove` block is reported as not proved, and the exit code is 4: this version runs no solver.\n"
   "--format json: one diagnostic a line, on standard output.\n"
   "--live: `rbgate tools CONFIG | rbc check DIR --live - --connector NAME` exits with 1 when a tool is new or gone, or takes other\n"
   "parameters than are declared. (`rbgate pin` holds the whole definitions, descriptions too, against those that were reviewed.)\n"},
  {"compile", "[DIR]", "compile a workspace to a bundle",
   WORKSPACE | TAKES(OUTPUT) | TAKES(FORMAT) | TAKES(SIGN), "text json", 0, 1, run_compile,
   "Without -o the bundle is named after the workspace: NAME.rbb.\n" DATE_NOTE
   "A signature is added at the end of the file: the same sources, date and key give the same bytes.\n"},
  {"test", "[DIR]", "run the test blocks",
   WORKSPACE | TAKES(FORMAT) | TAKES(FILTER) | TAKES(COVERAGE) | TAKES(NOW), "text tap junit", 0, 1, run_test,
   "A failing expectation shows the decision and its explanation. A test that needs what cannot be executed yet is reported\n"
   "as not run. Exit code: 1 if a test failed, else 4 if one was not run or --filter left none, else 0.\n"},
  {"eval", "DIR|BUNDLE [FILE]", "decide requests, one JSON object a line",
   WORKSPACE | TAKES(FORMAT) | TAKES(EXPLAIN) | TAKES(AUDIENCE) | TAKES(AGENT) | TAKES(REQUESTER) | TAKES(CONTEXT) | TAKES(NOW),
   "text json", 1, 2, run_eval, eval_details},
  {"replay", "DIR|BUNDLE SESSIONS.jsonl ...", "run recorded sessions through the policy and say what it would have stopped",
   WORKSPACE | TAKES(FORMAT) | TAKES(AGENT) | TAKES(CONNECTOR) | TAKES(NOW) | TAKES(ASKS) | TAKES(REQUESTER) | TAKES(CONTEXT),
   "text json", 2, 64, run_replay, replay_details},
  {"import", "mcp TOOLS.json", "make a connector file out of the tools that a server lists",
   TAKES(HELP) | TAKES(CONNECTOR) | TAKES(PACKAGE) | TAKES(OUTPUT), NULL, 2, 2, run_import, import_details},
  {"verify", "BUNDLE", "check that a bundle is valid, as the runtime does at every load",
   TAKES(HELP) | TAKES(FORMAT) | TAKES(KEY), "text json", 1, 1, run_verify,
   "With --key a bundle is valid only if that key signed it.\n"},
  {"keygen", "NAME", "make a pair of keys for signing bundles: NAME.secret and NAME.public", TAKES(HELP), NULL, 1, 1, run_keygen,
   "Ed25519. Files that exist are never overwritten.\n"},
  {"models", "[DIR] [MODEL ...] | calibrate OUTCOMES ...", "list, filter and compare the models that a workspace declares or imports",
   WORKSPACE | TAKES(FORMAT) | TAKES(CATALOGUE) | TAKES(FILTER) | TAKES(CAN) | TAKES(REGION) | TAKES(WINDOW) | TAKES(SORT) | TAKES(MAX_AGE) |
   TAKES(CONFIDENCE) | TAKES(SAMPLES) | TAKES(SOURCE) | TAKES(PACKAGE),
   "text json", 0, 16, run_models,
   "Prices are for a million tokens. `-` is what nobody declared: it meets no requirement, and an unknown price is not zero.\n"
   "With MODEL names (full, or their last part) these are shown side by side. With --catalogue no DIR is needed.\n"
   "`rbc models calibrate OUTCOMES ...` makes quality figures out of a log, as policy text to review: JSON lines, {\"model\":\"acme.small\",\n"
   "\"task\":\"chat\",\"right\":true}, or CSV with these columns. A figure is a lower bound at the confidence, with its sample and date.\n"},
  {"price", "DIR|BUNDLE USAGES.jsonl", "what requests to models cost, from the usage that their providers reported",
   WORKSPACE | TAKES(FORMAT), "text json", 2, 2, run_price,
   EITHER
   "A line is {\"model\":NAME,\"usage\":{..}}: a model that the workspace declares or imports, and the provider's answer or the usage in\n"
   "it, as it was; \"batch\":true when it was sent in a batch. Amounts are exact. Tokens of a kind without a price are an error of\n"
   "their line, never nothing. Exit code: 1 if a line could not be priced.\n"},
  {"simulate", "DIR|BUNDLE TRAFFIC ...", "run recorded model traffic through routes and budgets: what it costs, who is refused",
   WORKSPACE | TAKES(FORMAT) | TAKES(AGENT) | TAKES(TASK) | TAKES(ASKED) | TAKES(AGAINST) | TAKES(PARTIAL) | TAKES(MERGE) | TAKES(HTML),
   "text json", 1, 64, run_simulate, simulate_details},
  {"cost", "[DIR]", "forecast what agents' requests to models will cost, from what they say that they expect",
   WORKSPACE | TAKES(FORMAT) | TAKES(AGENT) | TAKES(CONTEXT) | TAKES(NOW) | TAKES(MAX_AGE) | TAKES(AGAINST) | TAKES(HTML), "text json", 0, 1, run_cost, cost_details},
  {"disasm", "DIR|BUNDLE", "print what is in a bundle: rules and their code",
   WORKSPACE | TAKES(SECTIONS), NULL, 1, 1, run_disasm, "It reads bundles that the verifier refuses, too, as far as they make sense.\n"},
  {"explain", "[CODE]", "say more about a diagnostic, such as E0102",
   TAKES(HELP) | TAKES(LIST), NULL, 0, 1, run_explain, NULL},
  {"version", "", "print the version", TAKES(HELP), NULL, 0, 0, run_version, NULL},
  {"help", "[COMMAND]", "this list, or the help of a command", TAKES(HELP), NULL, 0, 1, run_help, NULL},
};
const size_t cli_command_count = sizeof cli_commands / sizeof *cli_commands;
