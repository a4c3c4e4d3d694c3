/* The commands of a transaction, each with the answer that it waits for; for the files of the
   session only. */
#ifndef SMTP_SMTP_COMMANDS_H
#define SMTP_SMTP_COMMANDS_H
#include "relay/smtp/smtp_session.h"

/* MAIL with what the server understands of the transaction (RFC 1870, 6152, 6531, 3461). */
void command_mail(struct session *s, struct transaction *t);
void command_rcpt(struct session *s, struct transaction *t, int rcpt);
void command_data(struct session *s, struct transaction *t);

/* "BDAT 1" with the first byte of the message: no more, because a server without BDAT takes the
   bytes for commands.  (Of none, Postfix does not accept a chunk.) */
void command_ask_chunking(struct session *s, struct transaction *t, char first);

/* BDAT with its bytes; last: with the end of the message. */
void command_chunk(struct session *s, struct transaction *t, const struct buffer *bytes, bool last);

/* The end of a message that is empty: DATA was said with the group, and nobody was accepted. */
void command_void_dot(struct session *s, struct transaction *t);

/* RSET; t: the transaction that begins after it, NULL = none. */
void command_reset(struct session *s, struct transaction *t);

/* The answer to the end of a message is waited for. */
void command_await_dot(struct session *s, struct transaction *t);
#endif
