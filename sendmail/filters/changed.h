/* The message as a filter writes it: stored beside the old one, with the old envelope. */
#ifndef FILTERS_CHANGED_H
#define FILTERS_CHANGED_H
#include "config/config.h"
#include "jobs/jobs.h"

/* How a text is compared with another one that went by before: its length and a sum. */
struct passed {
	int64_t bytes;
	uint64_t sum; /* base/hash.h */
};
void changed_add_passed(struct passed *p, const char *bytes, size_t length);

struct changed {
	int mqueue_fd, fd; /* fd: of mqueue/t.ID; -1: nothing was written yet */
	struct job *job;
	const char *filter;
	struct content content;
	int64_t column;
	size_t content_at; /* where its value is in the file */
	struct passed passed;
	struct buffer top; /* the first bytes, to see whether it is a message */
	bool cr;           /* one is held back: CRLF becomes LF */
	bool failed;       /* errno said why: error_no */
	int error_no;
};

void changed_begin(struct changed *c, int mqueue_fd, struct job *job, const char *filter);

/* The next bytes of the new text. */
void changed_put(struct changed *c, const char *bytes, size_t length);

/* True: it is whole, another text than the one that went in, and on the disk.  False with *problem
   NULL: it is the same, or nothing; else what is wrong with it.  The file is gone then. */
bool changed_end(struct changed *c, const struct passed *before, const char **problem);

/* What the text says about itself: the value of X-Spam-Status, which SpamAssassin writes; free it.
   NULL: nothing. */
char *changed_reason(const struct changed *c);

/* Throws it away. */
void changed_forget(struct changed *c);
#endif
