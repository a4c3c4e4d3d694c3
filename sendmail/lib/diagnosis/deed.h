/* What follows from an outcome: cause, remedy, deed and wait.  One function knows them; delivery,
   mailq, the bounce, relayconf explain and probe ask it. */
#ifndef DIAGNOSIS_DEED_H
#define DIAGNOSIS_DEED_H
#include "base/text.h"
#include "diagnosis/catalogue.h"

enum deed {
	DEED_DONE,         /* delivered */
	DEED_NEXT_ADDRESS, /* try the next address at once; after the last: wait */
	DEED_NEXT_HOP,     /* try the next smarthost at once; after the last: wait */
	DEED_WAIT,         /* keep, try later */
	DEED_RETURN        /* bounce this sender's or recipient's mail */
};

struct judgement {
	const struct reason *reason; /* cause and remedy; NULL after a success */
	enum deed deed;
	int wait_s; /* at least, before the next attempt; 0 = the ordinary back-off, or returned */
	bool needs_admin; /* waits, and waiting alone does not help */
};

/* Recognises the key, if it is not set, and sets key, fault and the verdict that holds when nothing
   is left to try. */
void deed_judge(struct diagnosis *d, struct judgement *j);

/* The deed alone. */
enum deed deed_decide(struct diagnosis *d);

/* The shortest wait for the reason with that key; 0 = the ordinary back-off. */
int deed_wait_s(enum reason_key key);

/* "the next server is asked at once; without one it is kept ...", in words for people. */
void deed_words(struct text *t, const struct diagnosis *d, enum deed deed);

/* Rows of the table in order, for tests and for explaining; NULL after the last. */
struct deed_row {
	enum stage from, to;
	int class; /* 0 = no answer, 4, 5 */
	enum deed deed;
	const char *because;
};
const struct deed_row *deed_row(int index);
#endif
