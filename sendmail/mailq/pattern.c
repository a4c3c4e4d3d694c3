/* Patterns that fit nothing: perhaps nothing is there, perhaps a key has a slip of the finger. */
#include "mailq/pattern.h"
#include "base/complaint.h"
#include "base/nearest.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "diagnosis/reason.h"
#include <string.h>
#include <sysexits.h>

static const char *next_key(const void *context, int i)
{
	(void)context;
	return REASON_OTHER + 1 + i < REASON_COUNT
	           ? reason_word((enum reason_key)(REASON_OTHER + 1 + i))
	           : NULL;
}

/* The value behind NAME= that was probably meant; NULL when there is none, or it is one. */
static const char *nearest_value(const char *pattern)
{
	static const char *const outcomes[] = {"sent", "deferred", "bounced", NULL};
	if (text_starts(pattern, "key=") && reason_find(pattern + 4) == REASON_OTHER)
		return nearest_word(pattern + 4, next_key, NULL);
	const char *near = text_starts(pattern, "status=") ? nearest_of(pattern + 7, outcomes) : NULL;
	return near != NULL && strcmp(near, pattern + 7) != 0 ? near : NULL;
}

int pattern_fits_nothing(const char *pattern, bool in_log)
{
	const char *near = nearest_value(pattern);
	bool all = strcmp(pattern, "all") == 0;
	if (all && in_log)
		complaint_say("mailq", "the mail log has no message of firsthop");
	else if (all)
		complaint_say("mailq", "no message is in the queue");
	else if (near != NULL)
		complaint_say("mailq", "no message fits %.100s; did you mean %.*s%s?", pattern,
		    (int)(strchr(pattern, '=') - pattern) + 1, pattern, near);
	else if (in_log)
		complaint_say("mailq",
		    "no message in the mail log fits %.100s; a pattern is the beginning of an "
		    "identifier, from=, to=, key= or status= with a value, words of a line, or "
		    "all",
		    pattern);
	else
		complaint_say("mailq",
		    "no message fits %.100s; a pattern is the beginning of an identifier, from=, "
		    "to= or key= with a value, or all",
		    pattern);
	return EX_DATAERR;
}
