/* log.c: see log.h */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "log.h"
#include "memory.h"

bool log_open(struct decision_log *log, const char *path) {
  *log = (struct decision_log){.fd = -1, .path = gate_copy(path)};
  if (!path) return true;
  log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  return log->fd >= 0;
}

void log_reopen(struct decision_log *log) {
  if (!log->path) return;
  int fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) { say("the decision log %s cannot be opened again: going on with the old file", log->path); return; }
  close(log->fd);
  log->fd = fd;
}

void log_close(struct decision_log *log) {
  if (log->fd >= 0) close(log->fd);
  free(log->path);
}

/* Half a line of a full disk is ended by the next line's newline, so readers lose one line and not two. */
void log_line(struct decision_log *log, const char *line, size_t length) {
  if (log->fd < 0) return;
  struct iovec parts[3] = {{(void *)(uintptr_t)"\n", log->failed ? 1 : 0}, {(void *)(uintptr_t)line, length}, {(void *)(uintptr_t)"\n", 1}};
  ssize_t wanted = (ssize_t)(parts[0].iov_len + length + 1), written;
  do written = writev(log->fd, parts, 3); while (written < 0 && errno == EINTR);
  bool failed = written != wanted;
  if (failed && !log->failed) say("the decision log cannot be written");
  if (!failed && log->failed) say("the decision log can be written again");
  log->failed = failed;
  if (failed) log->lost++;
  else log->lines++;
}

void log_fact(struct decision_log *log, const char *event, ...) {
  struct timespec now;
  struct tm utc;
  char when[40];
  if (log->fd < 0) return;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
  struct buffer line = {0};
  buffer_format(&line, "{\"time\":\"%s.%06ldZ\",\"event\":", when, now.tv_nsec / 1000);
  buffer_quote_text(&line, event);
  va_list pairs;
  va_start(pairs, event);
  for (const char *name; (name = va_arg(pairs, const char *));) {
    const char *value = va_arg(pairs, const char *);
    if (!value) continue;
    buffer_text(&line, ",");
    buffer_quote_text(&line, name);
    buffer_text(&line, ":");
    buffer_quote_text(&line, value);
  }
  va_end(pairs);
  buffer_text(&line, "}");
  log_line(log, line.bytes, line.length);
  buffer_free(&line);
}

void say(const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  for (char *c = line; *c; c++) if ((unsigned char)*c < ' ') *c = ' ';      /* nobody writes lines of his own here */
  fprintf(stderr, "rbgate: %s\n", line);
}
