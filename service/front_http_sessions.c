/* front_http_sessions.c: protocol sessions by their id, which is random and belongs to one caller. */
#include <sodium.h>
#include <stdlib.h>
#include "front_http.h"

enum { IDLE_SECONDS = 3600, ALIVE_SECONDS = 25 };

static struct protocol_session **bucket(struct front_http *f, const char *id) {
  uint32_t hash = 2166136261u;
  for (; *id; id++) hash = (hash ^ (unsigned char)*id) * 16777619u;
  return &f->sessions[hash % SESSION_BUCKETS];
}

struct protocol_session *protocol_session_find(struct front_http *f, const char *id) {
  struct protocol_session *s = *bucket(f, id);
  while (s && strcmp(s->id, id) != 0) s = s->next;
  return s;
}

static void notify(struct channel *channel, const char *json, size_t length) {
  struct protocol_session *s = (struct protocol_session *)channel;
  if (s->stream) stream_event(s->stream, json, length);
}

struct protocol_session *protocol_session_new(struct front_http *f, struct person *person) {
  unsigned char random[(SESSION_ID_BYTES - 1) / 2];
  if (f->session_count >= f->gate->config->max_protocol_sessions) return NULL;
  struct protocol_session *s = gate_new(sizeof *s);
  randombytes_buf(random, sizeof random);
  sodium_bin2hex(s->id, sizeof s->id, random, sizeof random);
  s->front = f;
  s->used = loop_now();
  s->channel.person = person;
  s->channel.notify = notify;
  channel_add(f->gate, &s->channel);
  struct protocol_session **head = bucket(f, s->id);
  s->next = *head;
  *head = s;
  f->session_count++;
  return s;
}

struct protocol_session *protocol_session_stateless(struct front_http *f, struct person *person) {
  for (struct protocol_session *s = f->stateless; s; s = s->next) if (s->channel.person == person) return s;
  struct protocol_session *s = gate_new(sizeof *s);
  s->front = f;
  s->channel.person = person;
  s->channel.stateless = true;
  channel_add(f->gate, &s->channel);
  s->next = f->stateless;
  return f->stateless = s;
}

void protocol_session_end(struct protocol_session *s) {
  struct protocol_session **at = bucket(s->front, s->id);
  while (*at != s) at = &(*at)->next;
  *at = s->next;
  s->front->session_count--;
  if (s->stream) {
    s->stream->session = NULL;
    stream_end(s->stream);
  }
  channel_remove(&s->channel);
  free(s);
}

void sessions_sweep(struct front_http *f, int64_t now) {
  if (now - f->swept < 1000000) return;
  f->swept = now;
  for (unsigned i = 0; i < SESSION_BUCKETS; i++)
    for (struct protocol_session *s = f->sessions[i], *next; s; s = next) {
      next = s->next;
      if (s->stream && now - s->stream->last > ALIVE_SECONDS * 1000000LL) stream_comment(s->stream);
      if (!s->stream && !s->under_way && now - s->used > IDLE_SECONDS * 1000000LL) protocol_session_end(s);
    }
}

void sessions_end(struct front_http *f) {
  for (unsigned i = 0; i < SESSION_BUCKETS; i++) while (f->sessions[i]) protocol_session_end(f->sessions[i]);
  for (struct protocol_session *s = f->stateless, *next; s; s = next) {
    next = s->next;
    channel_remove(&s->channel);
    free(s);
  }
}
