/* OAuth2 tokens as a way to log in: XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628).
   No I/O. */
#ifndef SMTP_BEARER_H
#define SMTP_BEARER_H
#include "base/mem.h"
#include "base/text.h"
#include <stdbool.h>

/* The only response, as base64; standard: OAUTHBEARER. */
void bearer_first(bool standard, const char *login, const char *token, struct buffer *line);

/* The server refused the token and says why, in JSON; it goes to words, escaped.  The server waits
   for a line that ends the exchange: it goes to line. */
void bearer_refused(bool standard, const struct buffer *json, struct text *words,
    struct buffer *line);
#endif
