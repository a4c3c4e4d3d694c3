/* What a relay says for the story of its messages. */
#ifndef RUNNER_SESSION_SESSION_STORY_H
#define RUNNER_SESSION_SESSION_STORY_H
#include "jobs/jobs_line.h"
#include "runner/session/worker.h"

/* A step belongs to the story of every message in hand; what a relay says to those who watch is
   kept nowhere. */
void session_story_step(struct worker *w, const struct jobs_line *l);

/* What a relay changed in the header so that it is legal: part of the story, and once in the
   log. */
void session_story_repaired(struct message *m, const struct jobs_line *l);

/* The diagnosis in a line, about a server of the relay's own path, or about none: those of others
   are not its business. */
void session_story_diagnosis(const struct worker *w, struct diagnosis *d,
    const struct jobs_line *l);
#endif
