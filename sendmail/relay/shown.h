/* A session's dialogue, for those who watch it: nothing of what is secret. */
#ifndef RELAY_SHOWN_H
#define RELAY_SHOWN_H
#include "relay/outcome.h"

/* One line of words of our own. */
void shown_words(const struct smtp_client *c, const char *words);

/* struct session_policy's said and replied. */
void shown_said(void *context, const char *line, size_t length);
void shown_reply(void *context, struct reply *r);
#endif
