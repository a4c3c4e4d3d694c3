/* What a relay is started for: lines on the descriptor PROCESS_FD_ORDERS (jobs/process.h), because
   arguments are seen by every user.  path: a key of config/rules.h ("main,backup",
   "@example.org"); skip: a smarthost that is passed over now; avoid: a server that the mail at hand
   has tried already; without: parameters that a smarthost has refused before (message/parameter.h);
   show: the dialogue is shown. */
#ifndef JOBS_ORDERS_H
#define JOBS_ORDERS_H
#include "base/mem.h"
#include "base/protocol.h"
#include <stdbool.h>

#define ORDERS_LIMIT_BYTES 32768
#define ORDERS_WORDS_MAX 120

extern const struct protocol orders_given;

struct orders {
	char *path;
	char *skip[ORDERS_WORDS_MAX], *avoid[ORDERS_WORDS_MAX], *without[ORDERS_WORDS_MAX];
	int skip_count, avoid_count, without_count;
	bool show;
	struct buffer text; /* where the words are */
};

/* Writes them; skips, avoid and without are lists of words with blanks between, of which what is
 * too much is left out. */
void orders_write(struct buffer *out, const char *path, const char *skips, const char *avoid,
    const char *without, bool show);

/* The parameters that the server of that name has refused; 0 when none are known. */
unsigned orders_without(char *const *words, int count, const char *name);

/* Reads them from a descriptor, to its end, and closes it.  False when they cannot be read, or make
 * no sense. */
bool orders_read(struct orders *o, int fd);
void orders_free(struct orders *o);

/* A descriptor from which they can be read, at once and as a whole; -1 with errno. */
int orders_pipe(const struct buffer *orders);
#endif
