/* The file mqueue/heads: what lists of the queue show of messages that wait, copied by the runner
   out of their files, so that who lists many opens one file.  A help, and not synced: each copy
   says which file it is of, and who finds another one there, or a copy that is damaged, reads the
   message itself.
   Form: for each message a line "ID INODE SIZE MTIME OWNER LENGTH SUM" of numbers in hexadecimal
   digits (MTIME in ns), then LENGTH bytes, a head as in a message file (message/envelope.h), with
   its blank line.  SUM is of all that is before it, and of the head. */
#ifndef SPOOL_HEADS_H
#define SPOOL_HEADS_H
#include "base/mem.h"
#include "message/envelope.h"
#include "spool/id.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#define HEADS_FILE "heads"
#define HEADS_LIMIT_BYTES 2048 /* of a copy; a longer head (many recipients) is not copied */

/* Adds the copy of a message whose file is st; false when it is too long. */
bool heads_put(struct buffer *records, const char *id, const struct stat *st,
    const struct envelope *e);

/* Appends records to the file, which has so many bytes (0: it may be missing); false with errno
   when it has not, or cannot be written. */
bool heads_append(int mqueue_fd, int64_t file_bytes, const struct buffer *records);

/* The file, open for reading. */
struct heads {
	int fd;
	int64_t bytes; /* of the file, when it was opened */
	char *window;  /* a part of it that was read last */
	int64_t window_at;
	size_t window_bytes;
	int64_t at;      /* of the copy that comes next to who asks in the order of the file */
	uint64_t passed; /* id of the one before it */
	bool looked;     /* at the order of the file */
	bool indexed;    /* it has none, or somebody has asked out of it */
	struct heads_place {
		uint64_t id;
		int64_t at;
	} * places; /* of the copies then, by id */
	size_t count;
};

/* False, with nothing to close, when there is none that can be read. */
bool heads_open(struct heads *h, int mqueue_fd);
void heads_close(struct heads *h);

/* The id of the copy at *at, which moves past it; false: there is no whole one, and
 *at is where the file makes no sense any more, or ends. */
bool heads_next(struct heads *h, int64_t *at, uint64_t *id);

/* The copy of a message whose file is now st, into head; false: read the file.  Asked for in
   ascending order, as the file mostly is, no memory is needed for each copy. */
bool heads_find(struct heads *h, uint64_t id, const struct stat *st, struct buffer *head);
#endif
