/* Mail that lies in the queue of a former mail program: found, shown, handed to sendmail, and only then moved out of the way (never deleted). */
#ifndef ADOPT_ADOPT_H
#define ADOPT_ADOPT_H
#include "base/mem.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

#define ADOPT_MESSAGE_LIMIT_BYTES (256u << 20)

/* One message, with all its recipients or, where the program keeps a file for each, with one. */
struct found {
	const struct old_queue *queue;
	char *folder;          /* of the files */
	char *aside;           /* the folder where they go afterwards: not one in which the old program looks */
	char *files[2];        /* names in it; [0] is the one that has the envelope, [1] NULL when there is one file only */
	char *sender;          /* "" = the null sender */
	char **rcpts;
	int rcpt_count;
	int64_t arrived_s;     /* wall time */
	int64_t size_bytes;
};

struct adopt {
	struct found *list;
	int count;
	int unreadable;        /* files that look like mail and cannot be understood; each was named on standard error */
};

struct old_queue {
	const char *program;
	const char *const *folders;                                      /* usual places, NULL-terminated */
	const char *aside;                                               /* seen from the folder; a scan may name another one */
	void (*scan)(struct adopt *a, const struct old_queue *q, const char *folder); /* finds what is in a folder */
	bool (*load)(const struct found *f, struct buffer *message);     /* header and body with LF ends; false: errno tells */
};

extern const struct old_queue adopt_sendmail, adopt_dma, adopt_nullmailer, adopt_postfix;

/* A new row; the caller fills in the envelope. */
struct found *adopt_add(struct adopt *a, const struct old_queue *q, const char *folder, const char *file, const char *second);
void adopt_add_rcpt(struct found *f, const char *address);

/* Takes the last row back: it is no message; why: "" or the reason, which is shown with the name of the file. */
void adopt_drop(struct adopt *a, const char *why);

/* A file that is mail, and is not taken over: why, shown with its name. */
void adopt_leave(struct adopt *a, const char *folder, const char *file, const char *why);

/* Calls each for every plain file of a folder that begins with prefix; a name with control characters is no old queue's. */
void adopt_each(const char *folder, const char *prefix, void (*each)(void *context, const char *name), void *context);

/* A whole file of the folder, at most ADOPT_MESSAGE_LIMIT_BYTES; false with errno. */
bool adopt_slurp(const char *folder, const char *name, struct buffer *to);

/* An address without the angle brackets around it; free it. */
char *adopt_bare(const char *address);

void adopt_free(struct adopt *a);
#endif
