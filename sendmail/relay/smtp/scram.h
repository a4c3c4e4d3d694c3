/* The exchange of SCRAM-SHA-256 (RFC 5802, 7677), without channel binding.  No I/O. */
#ifndef SMTP_SCRAM_H
#define SMTP_SCRAM_H
#include "base/mem.h"
#include <stdbool.h>

/* Problems that other mechanisms have, too. */
#define SCRAM_OUT_OF_TURN "the server asks for more than the login mechanism has to say"
#define SCRAM_NOT_BASE64 "the server's challenge is not base64"
#define SCRAM_NO_CRYPTO \
	"the cryptographic library refuses to compute the answer (is its FIPS mode on?)"

struct scram {
	const char *login, *password; /* the caller's */
	int step;
	char *nonce, *first_bare;
	char *server_signature;
	bool server_proved; /* the server has shown that it knows the password, too */
};

/* Appends the client's first message, as base64. */
void scram_first(struct scram *s, struct buffer *line);

/* The answer to a challenge (decoded), as base64: an empty line to the server's last message. False
   with a sentence in problem: it makes no sense, or the server does not know the password. */
bool scram_next(struct scram *s, struct buffer *challenge, struct buffer *line,
    const char **problem);
void scram_free(struct scram *s);
#endif
