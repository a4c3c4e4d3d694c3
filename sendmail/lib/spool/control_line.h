/* The lines on mqueue/control: what mailq, and sendmail -q, ask of the runner, and what a watcher
   is answered (runner/listen). */
#ifndef SPOOL_CONTROL_LINE_H
#define SPOOL_CONTROL_LINE_H
#include "base/protocol.h"
#include "spool/id.h"
#include <stdbool.h>

enum control_verb {
	CONTROL_HOLD,
	CONTROL_RELEASE,
	CONTROL_RETRY,
	CONTROL_REMOVE,
	CONTROL_SHOW,   /* NAME: ID or ID.dead; what a list shows of it */
	CONTROL_FORGET, /* the failures of all smarthosts */
	CONTROL_WORK,   /* which messages are with a relay */
	CONTROL_NOTED,  /* drop/flush.N: is that wish for a queue run seen? */
	CONTROL_WATCH,  /* the client becomes a watcher (runner/listen/watch_listen.h) */
	CONTROL_LOOK    /* of a watcher: the message must be there by now */
};
extern const struct protocol control_asked;

struct control_line {
	enum control_verb verb;
	char name[ID_SIZE + 8]; /* as the row has it: ID, NAME or FLUSH; "" */
	bool talk;              /* of a watcher: wants to know what happens, not only the end */
};

/* Understands a line without its LF; false for none of the table, and for a name that is none. */
bool control_line_parse(struct control_line *l, const char *line);
void control_line_put(struct buffer *out, enum control_verb verb, const char *name);
void control_line_put_watch(struct buffer *out, const char *id, bool talk);

enum control_answer {
	CONTROL_OK,
	CONTROL_OK_FIELDS, /* to show: message/envelope.h, and active=; to work: ids=, with commas */
	CONTROL_NO,
	CONTROL_OVER,
	CONTROL_STORY /* to a watcher: a line as it is in a journal, or "TIME say text=" */
};
extern const struct protocol control_answered;

/* How the watching of a message ended. */
enum control_end {
	CONTROL_END_DONE,  /* delivered or returned */
	CONTROL_END_WAITS, /* its attempt is over */
	CONTROL_END_HELD,
	CONTROL_END_CLOSED, /* its servers are not asked now */
	CONTROL_END_GONE,   /* it is not in the queue */
	CONTROL_ENDS        /* a word of a later version */
};

/* Which answer it is, and what follows it: fields, the reason, the word of an end. */
enum control_answer control_answer_parse(const char *line, const char **behind);
void control_answer_put(struct buffer *out, enum control_answer answer, const char *behind);
const char *control_end_word(enum control_end end);
enum control_end control_end_find(const char *word);
#endif
