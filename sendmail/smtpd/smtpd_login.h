/* STARTTLS and AUTH, as the client says them. */
#ifndef SMTPD_SMTPD_LOGIN_H
#define SMTPD_SMTPD_LOGIN_H
#include "dialogue/smtp_dialogue.h"
#include "smtpd/door.h"
#include "smtpd/line.h"

struct login {
	struct line *line;
	struct door *door;
	SSL_CTX *tls; /* NULL: not offered */
	bool needed;  /* before MAIL */
	bool done;
	int failures;
};

/* What of it is offered now. */
void login_offer(struct login *l, struct dialogue *d);

/* The commands. */
void login_starttls(struct login *l, struct dialogue *d, const char *rest);
void login_auth(struct login *l, struct dialogue *d, char *rest);
#endif
