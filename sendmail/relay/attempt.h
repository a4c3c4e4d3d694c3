/* One run over the candidates of all smarthosts of a path, until a session is ready; then that
 * session takes all the mail. */
#ifndef RELAY_ATTEMPT_H
#define RELAY_ATTEMPT_H
#include "config/config.h"
#include "relay/deliver.h"

struct attempt {
	const struct config *config;
	struct jobs *jobs;
	const char *path; /* config/rules.h: "main,backup", "@example.org" */
	char **avoid;     /* ADDRESS/PORT that the mail at hand has tried already */
	int avoid_count;
	char **skip; /* smarthosts that are passed over now */
	int skip_count;
	char **without; /* as in struct orders */
	int without_count;
	bool probe;
	enum dialogue dialogue;        /* as in struct deliver */
	struct diagnosis worst;        /* of the failures, the one that came furthest */
	struct diagnosis of_smarthost; /* the same, of the smarthost at hand */
};

/* The servers of a->path without those in a->skip, as copies (a recipient domain's own servers are
   no smarthost of the configuration); returns their number. */
int attempt_smarthosts(const struct attempt *a, struct smarthost *smarthosts, int size);

/* True when a session was ready (its jobs are reported); false with a->worst when nothing was. */
bool attempt_run(struct attempt *a);
#endif
