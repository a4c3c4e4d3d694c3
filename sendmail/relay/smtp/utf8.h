/* SMTPUTF8 (RFC 6531) where it is needed and not offered. */
#ifndef SMTP_UTF8_H
#define SMTP_UTF8_H
#include "relay/smtp/smtp_session.h"

/* Why a transaction cannot go to a recipient without SMTPUTF8: a domain alone has an ASCII form
 * that its sender can use, a local part has none. */
void utf8_diagnose(const struct transaction *t, const char *rcpt, struct diagnosis *d);
#endif
