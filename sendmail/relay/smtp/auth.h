/* SASL client mechanisms: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM-SHA-256 (RFC 5802,
 * 7677), XOAUTH2 and OAUTHBEARER (bearer.h).  No I/O. */
#ifndef SMTP_AUTH_H
#define SMTP_AUTH_H
#include "base/mem.h"
#include "relay/smtp/ehlo.h"
#include "relay/smtp/scram.h"

struct auth {
	int mechanism; /* one EHLO_AUTH_ value */
	int step;
	bool held_back; /* the initial response, which was too long for the command */
	const char *login;
	const char *password; /* kept by the caller, wiped by the caller */
	char refusal[300];    /* of a token: why, in the server's words; "" = it did not say */
	struct scram scram;
};

/* Picks the best of what is offered: SCRAM-SHA-256, CRAM-MD5, PLAIN, LOGIN; over TLS PLAIN comes
 * before CRAM-MD5.  wanted: names of mechanisms with blanks between, which count instead, in that
 * order; NULL or "" = any but those for a token, which no password is.  0 = none in common. */
int auth_choose(int offered, bool tls, const char *wanted);

/* True for a mechanism whose password is an OAuth2 token. */
bool auth_is_token(int mechanism);

void auth_start(struct auth *a, int mechanism, const char *login, const char *password);

/* The whole first line without CRLF: "AUTH PLAIN AGEAYg==" (initial response where the mechanism
 * has one, and the line has no more than 512 octets, RFC 4954 4; a longer one, as the token of
 * Microsoft 365, is the answer to the first challenge). */
void auth_first(struct auth *a, struct buffer *line);

/* Answer to a 334 challenge (its base64 text): the next line without CRLF; false when the challenge
   makes no sense or the server's proof is wrong (problem says it; the caller sends "*" and gives
   up). */
bool auth_next(struct auth *a, const char *challenge, struct buffer *line, const char **problem);

/* At a 235 reply: false when the mechanism demands a server's proof and none was right. */
bool auth_finished(const struct auth *a);
void auth_free(struct auth *a);
#endif
