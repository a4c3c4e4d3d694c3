/* What in a server's answer shows a reason: patterns in order, the first that fits counts. */
#ifndef DIAGNOSIS_PATTERNS_H
#define DIAGNOSIS_PATTERNS_H
#include "diagnosis/diag.h"

/* All of a pattern must fit. */
struct pattern {
	enum stage from, to;
	int low, high;      /* reply code; 0 = any refusal */
	const char *status; /* RFC 3463, alternatives between bars; "" = any.  x.7.1 is 4.7.1 or 5.7.1;
	                       "4." is all that begin so */
	const char *words;  /* parts of the text, alternatives between bars, without regard to case; ""
	                       = any.  Those of three letters or less count as whole words only */
	enum reason_key key;
};

extern const struct pattern patterns[];
extern const size_t pattern_count;
#endif
