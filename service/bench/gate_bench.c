/* gate_bench.c: what run.py measures the gateway with.
 *   gate_bench stub                              an MCP server on stdio that answers at once
 *   gate_bench pipe PROGRAM CONFIG CALLS DEPTH   calls through `PROGRAM stdio CONFIG`, DEPTH under way; PROGRAM - : the stub itself
 *   gate_bench http PORT TOKEN CONNECTIONS RATE SECONDS      calls over HTTP; RATE 0: as many as go
 * Prints calls a second and latencies in microseconds as JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void need(int fine, const char *what) {
  if (fine) return;
  fprintf(stderr, "gate_bench: %s\n", what);
  exit(1);
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void report(int64_t *times, size_t count, int64_t elapsed) {
  need(count > 0, "no call was answered");
  qsort(times, count, sizeof *times, by_size);
  printf("{\"calls\": %zu, \"per_second\": %.0f, \"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n", count, (double)count * 1e9 / (double)elapsed,
         (double)times[count / 2] / 1e3, (double)times[count * 99 / 100] / 1e3, (double)times[count - 1] / 1e3);
}

/* ---- the server ---- */
static int stub(void) {
  char *line = NULL;
  size_t room = 0;
  static char out[1 << 16];
  setvbuf(stdout, out, _IOFBF, sizeof out);
  while (getline(&line, &room, stdin) > 0) {
    const char *id = strstr(line, "\"id\":");
    long long number = id ? strtoll(id + 5, NULL, 10) : 0;
    if (!id) continue;
    if (strstr(line, "\"initialize\""))
      printf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}\n", number);
    else if (strstr(line, "\"tools/list\""))
      printf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"tools\":[{\"name\":\"find\",\"inputSchema\":{\"type\":\"object\"}}]}}\n", number);
    else printf("{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"three tickets were found\"}]}}\n", number);
    fflush(stdout);
  }
  return 0;
}

/* ---- through a pipe ---- */
static FILE *to, *from;

static void start(const char *self, const char *program, const char *config) {
  int in[2], out[2];
  need(pipe(in) == 0 && pipe(out) == 0, "no pipe");
  if (fork() == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    if (!strcmp(program, "-")) execl(self, self, "stub", (char *)NULL);
    else execl(program, program, "stdio", config, (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to = fdopen(in[1], "w");
  from = fdopen(out[0], "r");
}

static void ask(long long id) {
  fprintf(to, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"tools/call\",\"params\":{\"name\":\"find\",\"arguments\":{\"query\":\"printer on the third floor\",\"most\":3}}}\n", id);
  fflush(to);
}

static long long answer(char **line, size_t *room) {
  while (getline(line, room, from) > 0) {
    const char *id = strstr(*line, "\"id\":");
    if (!id) continue;
    need(strstr(*line, "three tickets") || strstr(*line, "serverInfo") || strstr(*line, "\"tools\":["), *line);
    return strtoll(id + 5, NULL, 10);
  }
  need(0, "it ended");
  return 0;
}

static int through_pipe(char **a) {
  size_t calls = (size_t)atol(a[4]), depth = (size_t)atol(a[5]), room = 0, done = 0;
  int64_t *begun = calloc(calls + 1, sizeof *begun), *times = calloc(calls + 1, sizeof *times);
  char *line = NULL;
  need(begun && times && calls && depth, "numbers are wanted");
  start(a[0], a[2], a[3]);
  fprintf(to, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"tools/list\",\"params\":{}}\n");
  fflush(to);
  answer(&line, &room);
  int64_t first = now();
  for (size_t sent = 0; done < calls;) {
    while (sent < calls && sent - done < depth) { begun[++sent] = now(); ask((long long)sent); }
    long long id = answer(&line, &room);
    times[done++] = now() - begun[id];
  }
  report(times, done, now() - first);
  fclose(to);
  return 0;
}

/* ---- over HTTP ---- */
struct worker { pthread_t thread; int port; const char *token; double pause; double seconds; int64_t *times; size_t count, room; };

static int connect_to(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  need(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "nobody listens");
  return fd;
}

static void exchange(int fd, const char *token, const char *session, const char *body, char *answer_text, size_t size) {
  char request[2048];
  int length = snprintf(request, sizeof request, "POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                        "Authorization: Bearer %s\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", token, session ? "Mcp-Session-Id: " : "", session ? session : "", session ? "\r\n" : "", strlen(body), body);
  need(send(fd, request, (size_t)length, 0) == length, "cannot send");
  size_t got = 0, wanted = SIZE_MAX;
  while (got < wanted) {
    ssize_t n = recv(fd, answer_text + got, size - 1 - got, 0);
    need(n > 0, "the connection ended");
    got += (size_t)n;
    answer_text[got] = '\0';
    char *head = strstr(answer_text, "\r\n\r\n"), *given = strcasestr(answer_text, "Content-Length:");
    if (head && given) wanted = (size_t)(head - answer_text) + 4 + (size_t)atol(given + 15);
  }
}

static void *work(void *user) {
  struct worker *w = user;
  char text[8192], session[64];
  int fd = connect_to(w->port);
  exchange(fd, w->token, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\"}}", text, sizeof text);
  char *id = strcasestr(text, "Mcp-Session-Id: ");
  need(id != NULL, text);
  snprintf(session, sizeof session, "%.32s", id + 16);
  int64_t end = now() + (int64_t)(w->seconds * 1e9), next = now();
  while (now() < end && w->count < w->room) {
    int64_t begun = now();
    if (w->pause > 0) {
      if (begun < next) { struct timespec t = {0, next - begun}; nanosleep(&t, NULL); }
      begun = next > begun ? next : begun;                /* lateness counts */
      next += (int64_t)(w->pause * 1e9);
    }
    exchange(fd, w->token, session, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"find\",\"arguments\":{\"query\":\"printer on the third floor\",\"most\":3}}}", text, sizeof text);
    need(strstr(text, "three tickets") != NULL, text);
    w->times[w->count++] = now() - begun;
  }
  close(fd);
  return NULL;
}

static int over_http(char **a) {
  int connections = atoi(a[4]), rate = atoi(a[5]);
  double seconds = atof(a[6]);
  struct worker *workers = calloc((size_t)connections, sizeof *workers);
  size_t total = 0;
  int64_t first = now();
  for (int i = 0; i < connections; i++) {
    struct worker *w = &workers[i];
    *w = (struct worker){.port = atoi(a[2]), .token = a[3], .pause = rate ? (double)connections / rate : 0, .seconds = seconds, .room = 1u << 20};
    w->times = calloc(w->room, sizeof *w->times);
    need(w->times && pthread_create(&w->thread, NULL, work, w) == 0, "no thread");
  }
  for (int i = 0; i < connections; i++) { pthread_join(workers[i].thread, NULL); total += workers[i].count; }
  int64_t elapsed = now() - first, *all = calloc(total + 1, sizeof *all);
  size_t at = 0;
  for (int i = 0; i < connections; i++) { memcpy(all + at, workers[i].times, workers[i].count * sizeof *all); at += workers[i].count; }
  report(all, total, elapsed);
  return 0;
}

int main(int count, char **a) {
  if (count == 2 && !strcmp(a[1], "stub")) return stub();
  if (count == 6 && !strcmp(a[1], "pipe")) return through_pipe(a);
  if (count == 7 && !strcmp(a[1], "http")) return over_http(a);
  fputs("see the head of gate_bench.c\n", stderr);
  return 2;
}
