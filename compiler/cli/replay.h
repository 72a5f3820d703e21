/* replay.h: recorded sessions through an engine. replay.c plays, replay_report.c tells. */
#ifndef RBC_CLI_REPLAY_H
#define RBC_CLI_REPLAY_H
#include "cli/host.h"

struct replay {
  struct host host;
  const char *agent, *connector;    /* full names; connector NULL: operations must be unmistakable without */
  const char *requester, *context;  /* NULL: a requester for each session, without context */
  bool approve;
  size_t sessions, calls, allowed, asked, asked_requester, asked_staff, denied;
  size_t touched, succeeded, succeeded_touched;
  bool knows_success;               /* some session says whether it succeeded */
  json_t *entries;                  /* each call that was not plainly allowed, in order */
  /* of the session that is played */
  char *name, *session_requester, *session_context, *session_agent;
  char session[REBASE_ID_BYTES];
  bool session_succeeded, session_touched;
};

/* Plays one line. False: it is no session; *why says so (static). */
bool replay_line(struct replay *replay, struct raw line, const char **why);
void replay_print_text(const struct replay *replay, FILE *out);
bool replay_print_json(const struct replay *replay);
#endif
