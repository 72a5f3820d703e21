/* log.h: the decision log, JSON lines for machines, and the messages for whoever watches the terminal (stderr). No argument,
 * no result and no secret ever stands in either. */
#ifndef GATE_LOG_H
#define GATE_LOG_H
#include <stdbool.h>
#include <stddef.h>

struct decision_log { int fd; char *path; bool failed; unsigned long long lines, lost; };
bool log_open(struct decision_log *log, const char *path);          /* path NULL: none is kept */
void log_reopen(struct decision_log *log);                          /* after it was rotated */
void log_close(struct decision_log *log);
/* A line that could not be written whole sets `failed` until the next that could. */
void log_line(struct decision_log *log, const char *line, size_t length);
/* {"time":..,"event":EVENT, name: value ..}: pairs of texts, ended by NULL; a NULL value is left out. */
void log_fact(struct decision_log *log, const char *event, ...);

#if defined(__GNUC__) || defined(__clang__)
__attribute__((format(printf, 1, 2)))
#endif
void say(const char *format, ...);
#endif
