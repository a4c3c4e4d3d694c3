/* What all files of the session ask and set (session_state.c), for these only. */
#ifndef SMTP_SESSION_STATE_H
#define SMTP_SESSION_STATE_H
#include "diagnosis/server.h"
#include "relay/smtp/smtp_session.h"

/* The session as a whole failed, for a reason of our own, or for the reply at hand, which refused
   something without which there is no session. */
void session_fail(struct session *s, enum stage stage, enum reason_key key, const char *words);
void session_fail_reply(struct session *s, enum stage stage);

/* What the server says shows its kind, and often the address that it sees. */
void session_look(struct session *s, enum server_words from, const char *words);

/* Shows the command that is in out from there on. */
void session_show(const struct session *s, size_t from);

/* Fills a diagnosis from the reply at hand: code, status, words, verdict, and for a refusal the key
   of the catalogue. */
void session_diagnose(struct session *s, struct diagnosis *d, enum stage stage);
#endif
