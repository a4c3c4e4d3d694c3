/* What a server offers in its EHLO reply. */
#ifndef SMTP_EHLO_H
#define SMTP_EHLO_H
#include "relay/smtp/reply.h"
#include <stdint.h>

enum ehlo_auth {
	EHLO_AUTH_PLAIN = 1,
	EHLO_AUTH_LOGIN = 2,
	EHLO_AUTH_CRAM_MD5 = 4,
	EHLO_AUTH_SCRAM_SHA_256 = 8,
	EHLO_AUTH_XOAUTH2 = 16,
	EHLO_AUTH_OAUTHBEARER = 32
};

struct ehlo {
	char server[256]; /* name in the first line */
	bool pipelining, eightbitmime, starttls, enhanced, dsn, smtputf8, chunking, size_known;
	bool
	    courier; /* XEXDATA: this server loses what comes in one packet with the end of a message */
	bool requiretls;     /* RFC 8689 */
	bool blotted;        /* a keyword is XXXX: somebody on the way removed it */
	int64_t size_bytes;  /* 0 = no limit was named */
	int auth;            /* EHLO_AUTH_ values, or-ed; also from the old form "AUTH=" */
	char auth_list[128]; /* as written, for messages */
};

/* Reads a 250 reply; unknown keywords are passed over. */
void ehlo_parse(struct ehlo *e, struct reply *r);
#endif
