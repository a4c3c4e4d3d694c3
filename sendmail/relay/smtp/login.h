/* The login of a session (RFC 4954). */
#ifndef SMTP_LOGIN_H
#define SMTP_LOGIN_H
#include "relay/smtp/smtp_session.h"

/* Begins with the best mechanism that is offered, wanted and not refused yet.  Without one, or
 * where the server may not have the password, the session fails. */
void login_begin(struct session *s);

/* A reply in state SESSION_AUTH.  A mechanism that the server offers and does not understand makes
 * room for the next one; a refused login does not: each try counts against the account. */
void login_reply(struct session *s);
#endif
