/* Between the files of the session, and for these only. */
#ifndef SMTP_TRANSACT_H
#define SMTP_TRANSACT_H
#include "diagnosis/server.h"
#include "relay/smtp/smtp_session.h"

/* A whole reply, while the session is ready (transact.c). */
void transact_reply(struct session *s);

/* The link of a session that was ready is lost: every open transaction gets its results, and the
   session is over, with the failure that key and words say. */
void transact_broken(struct session *s, enum reason_key key, const char *words);

/* The session as a whole failed, for a reason of our own, or for the reply at hand, which refused
   something without which there is no session (session_state.c). */
void session_fail(struct session *s, enum stage stage, enum reason_key key, const char *words);
void session_fail_reply(struct session *s, enum stage stage);

/* What the server says shows its kind, and often the address that it sees (session_state.c). */
void session_look(struct session *s, enum server_words from, const char *words);

/* Shows the command that stands in out from there on */
void session_show(const struct session *s, size_t from);

/* Fills a diagnosis from the reply at hand: code, status, words, verdict, and for a refusal the key
   of the catalogue. */
void session_diagnose(struct session *s, struct diagnosis *d, enum stage stage);
#endif
