/* What goes over submit.sock: pieces of a message, each after its length, and one line back.
   Over smtpd.sock one line comes first, who sends, and then messages, one after the other, each
   with its answer, until one is refused or the caller goes. */
#ifndef SPOOL_SUBMIT_LINE_H
#define SPOOL_SUBMIT_LINE_H
#include "base/protocol.h"
#include "diagnosis/diag.h"
#include "base/text.h"
#include "spool/id.h"
#include <stdbool.h>
#include <sys/types.h>

#define SUBMIT_SIZE_BYTES 9 /* a length: 8 hexadecimal digits and an LF */

/* The length before a piece; an empty one ends the message. */
void submit_size_put(char bytes[SUBMIT_SIZE_BYTES + 1], size_t length);

/* False when it is none, or above the limit. */
bool submit_size_parse(const char bytes[SUBMIT_SIZE_BYTES], size_t limit_bytes, size_t *length);

/* Who sends the messages of a connection of smtpd's. */
enum submit_for_verb { SUBMIT_FOR };
extern const struct protocol submit_introduced;

#define SUBMIT_FOR_LIMIT_BYTES 300

struct submit_for {
	uid_t uid;
	char
	    via[120]; /* "smtp", "lmtp", with the address of another machine or container in brackets */
};

void submit_for_put(struct buffer *out, const struct submit_for *f);

/* Understands a line without its LF. */
bool submit_for_parse(struct submit_for *f, const char *line);

enum submit_answer_verb { SUBMIT_OK, SUBMIT_NO };
extern const struct protocol submit_answered;

struct submit_answer {
	int code;         /* of sysexits.h; EX_OK: it is on disk */
	char id[ID_SIZE]; /* then its name there */
	char key[40];     /* else of the catalogue, as a word */
	const char *text; /* and words, in the line */
};

void submit_answer_put_ok(struct buffer *out, const char *id);
void submit_answer_put_no(struct buffer *out, int code, const struct diagnosis *d);

/* Understands a line without its LF; false when it is no answer. */
bool submit_answer_parse(struct submit_answer *a, const char *line);
#endif
