/* teams.h: many teams, each with a package of its own: an agent, a connector, and a policy of three rules that no other team's agent has. */
#ifndef TEAMS_H
#define TEAMS_H
#include <stdbool.h>

void teams_print(unsigned rounds, bool as_json);
#endif
