/* One session with one server: smtp/smtp_session.h between the server's socket and
 * the runner's. */
#ifndef RELAY_DELIVER_H
#define RELAY_DELIVER_H
#include "config/config.h"
#include "jobs/jobs.h"
#include "relay/route/route.h"
#include "relay/smtp/tls.h"

/* What the wire carries is shown to nobody, to those who watch, or as steps. */
enum dialogue { DIALOGUE_NONE, DIALOGUE_SAID, DIALOGUE_STEPS };

struct deliver {
	const struct config *config;
	const struct smarthost *smarthost;
	const struct candidate *candidate;
	struct tls_trust *trust; /* NULL when TLS is off */
	const char *password;
	const char *proxy_password;
	struct jobs *jobs;
	int fd;                     /* connected, non-blocking */
	char local_address[64];     /* of this end of it */
	const struct buffer *hello; /* NULL, or a server is only asked what it is (relay/ask.h) */
	int left;                   /* candidates after this one */
	unsigned without;           /* parameters that it has refused (message/parameter.h) */
	bool probe;                 /* up to RCPT */
	enum dialogue dialogue;
	bool without_tls;             /* opportunistic TLS failed here before: now in the clear */
	void (*ready)(void *context); /* called when the session is ready; may be NULL */
	void *ready_context;
};

/* Runs the session to its end.  True: it became ready, and every job that was taken has been
   reported. False: it never did; *d says why, no job was touched. */
bool deliver_run(const struct deliver *with, struct diagnosis *d);
#endif
