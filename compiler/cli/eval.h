/* eval.h: lines of requests and of host steps. eval_lines.c carries them out, eval_print.c shows decisions. */
#ifndef RBC_CLI_EVAL_H
#define RBC_CLI_EVAL_H
#include "cli/host.h"
#include "support/buffer.h"

enum { EVAL_NAME = 128 };
struct eval_session {
  char alias[EVAL_NAME];            /* the file's own name for it; "" for one that was opened for a caller without */
  char id[REBASE_ID_BYTES];         /* "" once closed */
  char *agent, *requester;
  char last[REBASE_ID_BYTES]; rebase_effect last_effect;      /* the decision that approve, observe and delegate speak of */
  char (*asked)[EVAL_NAME]; uint32_t asked_count;             /* groups of the last ask */
};
struct eval {
  const struct cli *cli;
  struct host host;
  struct eval_session **sessions; size_t session_count, session_room;
  struct eval_session *current;     /* used last; host lines without `session` mean it */
  char *agent, *requester, *context;        /* of a bare request: the options, then the caller of the line before */
  bool no_session;                  /* the caller before said "session": null */
  bool json, explain; rebase_audience audience;
  struct buffer out;                /* the line that is being written */
  const char *path; size_t line;
  char why[700];                    /* why a line was not carried out */
};

/* Carries out one line. False: it could not be; eval->why says so. A decision is printed, a denial too. */
bool eval_line(struct eval *eval, struct raw line);
void eval_print_decision(struct eval *eval, const rebase_decision *d);
void eval_print_done(struct eval *eval, const char *what, const char *session);
void eval_free(struct eval *eval);
#endif
