/* mqueue/tokens: how the OAuth2 tokens of password_command fare, for those who watch.  oauth.sh
   writes oauth/NAME.state beside each token that it keeps, without the token; the runner, which
   alone may read that folder, hands it on to mailq. */
#ifndef SPOOL_TOKENS_H
#define SPOOL_TOKENS_H
#include <stdbool.h>
#include <stdint.h>

#define TOKENS_MAX 16
/* Providers end a right that nobody used: Microsoft after 90 days, Google after half a year. */
#define TOKENS_IDLE_S (60 * 86400)
#define TOKENS_SOON_S (7 * 86400)

enum token_failure {
	TOKEN_WELL,
	TOKEN_REVOKED,
	TOKEN_CLIENT,
	TOKEN_SCOPE,
	TOKEN_POLICY,
	TOKEN_CLOCK,
	TOKEN_AWAY,   /* the provider does not answer, or is out of order */
	TOKEN_ANSWER, /* its answer makes no sense */
	TOKEN_REFUSED,
	TOKEN_FAILURES
};

/* Wall times; 0: not known. */
struct token {
	char name[64];
	int64_t renewed_s, ends_s; /* of the access token */
	int64_t refresh_ends_s;    /* of the right to renew it, where the provider says so */
	int64_t failed_s;          /* since when it could not be renewed; 0: it could */
	enum token_failure why;
};

/* What oauth.sh has written in a folder, at most TOKENS_MAX, by name; what makes no sense is left
   out. */
int tokens_gather(const char *folder, struct token *list);

/* In mqueue/; without tokens there is no file. */
void tokens_write(int mqueue_fd, const struct token *list, int count);
int tokens_read(int mqueue_fd, struct token *list);

/* The word in the files, "revoked"; also the label of a metric. */
const char *token_failure_word(enum token_failure why);

/* What somebody should know of it, in English (TR() has it in other languages), NULL when it is
   well; at the wall time now_s. */
const char *token_trouble(const struct token *t, int64_t now_s);
#endif
