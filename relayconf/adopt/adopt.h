/* Mail that lies in the queue of a former mail program: found, shown, handed to sendmail, and only
   then moved out of the way (never deleted). The queue belongs to that program's user, who may be
   anybody by now, and root reads it: folders are opened once and never by a link of somebody else,
   files by no link and no second name, and what is moved goes where the open folder is. */
#ifndef ADOPT_ADOPT_H
#define ADOPT_ADOPT_H
#include "base/mem.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

#define ADOPT_MESSAGE_LIMIT_BYTES (256u << 20)

/* An open folder of a queue. */
struct place {
	char *folder; /* its path, for people */
	int fd;
	int beside_fd; /* the folder in which "adopted" is made: itself, or the one around it */
	char *aside;   /* path of "adopted", for people: not a folder in which the old program looks */
	struct place *next;
};

/* One message, with all its recipients or, where the program keeps a file for each, with one. */
struct found {
	const struct old_queue *queue;
	struct place *place; /* of the files */
	char *files[2]; /* names in it; [0] is the one that has the envelope, [1] NULL when there is one
	                   file only */
	char *sender;   /* "" = the null sender */
	char **rcpts;
	int rcpt_count;
	int64_t arrived_s; /* wall time */
	int64_t size_bytes;
};

struct adopt {
	struct found *list;
	int count;
	struct place *places;
	int unreadable; /* files that look like mail and cannot be understood; each was named on
	                   standard error */
};

struct old_queue {
	const char *program;
	const char *const *folders; /* usual places, NULL-terminated */
	bool beside;                /* "adopted" is made beside the folder, not in it */
	void (*scan)(struct adopt *a, const struct old_queue *q,
	    const char *folder); /* finds what is in a folder */
	bool (*load)(const struct found *f,
	    struct buffer *message); /* header and body with LF ends; false: errno says */
};

extern const struct old_queue adopt_sendmail, adopt_dma, adopt_nullmailer, adopt_postfix;

/* Opens a folder of a queue, or one of its folders (name of one in under; NULL: path is a whole
   one).  NULL: there is none, or (said, and counted as unreadable) it cannot be had. */
struct place *adopt_enter(struct adopt *a, const struct old_queue *q, struct place *under,
    const char *path);

/* A new row; the caller fills in the envelope. */
struct found *adopt_add(struct adopt *a, const struct old_queue *q, struct place *place,
    const char *file, const char *second);
void adopt_add_rcpt(struct found *f, const char *address);

/* Takes the last row back: it is no message; why: "" or the reason, which is shown with the name of
 * the file. */
void adopt_drop(struct adopt *a, const char *why);

/* A file that is mail, and is not taken over: why, shown with its name. */
void adopt_leave(struct adopt *a, const struct place *place, const char *file, const char *why);

/* A folder while it is looked through: the context of what adopt_each calls. */
struct scan {
	struct adopt *adopt;
	const struct old_queue *queue;
	struct place *place;
};

/* Calls each for every plain file of a folder that begins with prefix, and each_folder (may be
   NULL) for every folder in it; a name with control characters, or that begins with a dot, is no
   old queue's. */
void adopt_each(const struct place *place, const char *prefix,
    void (*each)(void *context, const char *name),
    void (*each_folder)(void *context, const char *name), void *context);

/* Opens a plain file of the folder; -1 with errno: EMLINK when it has a name elsewhere, by which
 * somebody could have brought a file of others here. */
int adopt_open(const struct place *place, const char *name, int flags);

/* What errno says when that failed. */
const char *adopt_unread(void);

/* A whole file of the folder, at most ADOPT_MESSAGE_LIMIT_BYTES; false with errno. */
bool adopt_slurp(const struct place *place, const char *name, struct buffer *to);

/* An address without the angle brackets around it; free it. */
char *adopt_bare(const char *address);

void adopt_free(struct adopt *a);
#endif
