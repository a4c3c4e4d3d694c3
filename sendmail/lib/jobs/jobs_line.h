/* The lines between the runner and a relay, or mbox in its place (jobs/jobs.h).  A row names the
   fields of its verb; DIAGNOSIS is what diag_write puts. */
#ifndef JOBS_JOBS_LINE_H
#define JOBS_JOBS_LINE_H
#include "base/protocol.h"
#include "diagnosis/diag.h"

/* To the relay. */
enum jobs_verb {
	JOBS_MESSAGE, /* a descriptor comes with it; received: enum stamp_received */
	JOBS_RCPT,    /* as many as JOBS_MESSAGE says; archive: 1 for a copy by always_bcc */
	JOBS_BACK,    /* every message of which nothing was sent is wanted back: SAID_UNUSED */
	JOBS_QUIT     /* there is no more */
};
extern const struct protocol jobs_to_relay;

/* To the runner. */
enum said_verb {
	SAID_STEP,     /* belongs to the story of the messages in hand */
	SAID_SAY,      /* the dialogue, for those who watch */
	SAID_PASSED,   /* an address failed */
	SAID_REFUSED,  /* the same, for a probe */
	SAID_HOP,      /* a smarthost failed */
	SAID_READY,    /* the session is there; n: how many candidates are left */
	SAID_WITHOUT,  /* the server refuses parameters that it offers: the set n */
	SAID_DOWN,     /* no smarthost is left */
	SAID_RCPT,     /* of recipient n; next: another server may accept it */
	SAID_RELAYED,  /* recipient n: sent, and its server sends no report */
	SAID_MSG,      /* the message is done with here */
	SAID_UNUSED,   /* nothing of it was sent */
	SAID_FILTERED, /* from filters: passed, changed (mqueue/t.ID has it), held, skipped */
	SAID_REPAIRED, /* what was changed in the header */
	SAID_ENDING,   /* its end is about to be sent: from now on it may arrive */
	SAID_ALIVE,    /* every JOBS_ALIVE_MS while the server is waited for */
	SAID_SETTLED,  /* nobody accepted it, and the server still owes an answer; */
	SAID_FREED,    /* it has come for one of these */
	SAID_OVER,     /* the session broke after it was ready */
	SAID_BYE       /* what came later was not read */
};
extern const struct protocol jobs_to_runner;

/* One line.  A text that is NULL, or a number below 0, is not there. */
struct jobs_line {
	int verb;
	const char *id, *sender, *address, *notify, *orcpt, *how, *text, *stage;
	long long rcpts, received, archive, n, next;
	const struct diagnosis *d;
};

/* Adds the line, with the fields that its row names. */
void jobs_line_put(struct buffer *out, const struct protocol *p, const struct jobs_line *l);

/* A line that was read, and the room in which its texts are. */
struct jobs_heard {
	struct jobs_line line;
	struct diagnosis d;
	char room[2048];
};

/* Understands a line without its LF; false for none of the table.  Texts that are too long are cut;
   all may be an enemy's words. */
bool jobs_line_parse(struct jobs_heard *h, const struct protocol *p, const char *line);
#endif
