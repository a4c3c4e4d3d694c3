/* The transactions of a session that are open, and how one ends; for the files of the session only.
 */
#ifndef SMTP_TRANSACT_H
#define SMTP_TRANSACT_H
#include "relay/smtp/smtp_session.h"

/* A result for each recipient that has none yet. */
void transact_settle(struct transaction *t, const struct diagnosis *d);

/* It has its results: finished() gets it. */
void transact_finish(struct session *s, struct transaction *t);

/* Nothing more of its message is sent: the server has refused it, or it cannot be read. */
void transact_stop(struct session *s, struct transaction *t);

/* In flight, and not wanted as it is, though not refused: it can be given again. */
void transact_turn_away(struct session *s, struct transaction *t);

/* Its first byte asked whether BDAT works: what was held back of it is of no use. */
void transact_drop_held(struct session *s, const struct transaction *t);

/* From the start again, with DATA: BDAT was refused, and with it nothing of the message. */
void transact_restart(struct session *s, struct transaction *t);

/* True when the end of the session says nothing about it: the server has accepted others, and
   nothing of this one's message is on its way, nor anything refused. */
bool transact_is_next_one(const struct session *s, const struct transaction *t);

/* The same where the server said that it closes, and reads no further: also with its message on its
   way in chunks. */
bool transact_is_unread(const struct session *s, const struct transaction *t);

/* What the caller has dropped from out since the last look is sent.  Before anything is added. */
void transact_note_sent(struct session *s);

/* The link of a session that was ready is lost: every open transaction gets its results, and the
   session is over, with the failure that key and words say. */
void transact_broken(struct session *s, enum reason_key key, const char *words);

/* The same, and the server said before that it closes (421): what was said after that was not
   read. */
void transact_closed(struct session *s, enum reason_key key, const char *words);
#endif
