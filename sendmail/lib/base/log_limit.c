/* Complaints, counted. */
#include "base/log_limit.h"
#include "base/clock.h"
#include "base/log.h"

#define HOUR_MS 3600000

void log_limited(struct log_limit *l, const char *words)
{
	int64_t now = clock_mono_ms();
	if (l->count == 0 || now - l->since_ms > HOUR_MS) {
		l->since_ms = now;
		l->count = 0;
	}
	l->count++;
	if (l->count < LOG_LIMIT_AN_HOUR)
		log_line(LOG_ERR, "%s", words);
	else if (l->count == LOG_LIMIT_AN_HOUR)
		log_line(LOG_ERR, "%s; more of this kind are not logged for an hour", words);
}
