/* Complaints that would come again and again: of one kind, so many an hour are logged, and that
   more of them are not. */
#ifndef BASE_LOG_LIMIT_H
#define BASE_LOG_LIMIT_H
#include <stdint.h>

#define LOG_LIMIT_AN_HOUR 20

/* One for each kind; zero-initialised. */
struct log_limit {
	int64_t since_ms; /* monotonic: of the first one of this hour */
	unsigned count;   /* since then */
};

/* As log_line with priority LOG_ERR. */
void log_limited(struct log_limit *l, const char *words);
#endif
