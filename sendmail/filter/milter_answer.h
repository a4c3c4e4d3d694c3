/* What an answer of a milter does to the message, once it is known to be in its place. */
#ifndef FILTER_MILTER_ANSWER_H
#define FILTER_MILTER_ANSWER_H
#include "filter/milter.h"

enum milter_next {
	MILTER_GOES_ON, /* with what comes next */
	MILTER_WAITS,   /* another answer follows */
	MILTER_SKIPS,   /* the rest of the body is not wanted */
	MILTER_ENDS     /* the verdict is there */
};

enum milter_next milter_answer(struct milter *m, const struct milter_packet *p);

/* Agrees on version and steps. */
enum milter_next milter_agree(struct milter *m, const struct milter_packet *p);
#endif
