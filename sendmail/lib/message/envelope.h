/* The envelope as the spool keeps it: facts about one submission, never policy.
   Form (firsthop-spool(5)): a first line "firsthop-spool: 1", then "key: value" lines, a blank
   line, the message. */
#ifndef MESSAGE_ENVELOPE_H
#define MESSAGE_ENVELOPE_H
#include "diagnosis/diag.h"
#include "base/lookup.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ENVELOPE_VERSION 1
#define ENVELOPE_HEAD_LIMIT_BYTES (16u << 20) /* of the lines above the message */
#define ENVELOPE_MESSAGE_LIMIT_BYTES (1ll << 30)
#define ENVELOPE_RCPTS_DEFAULT 10000 /* of a message, where nothing else is configured */
#define ENVELOPE_RCPTS_MAX 100000    /* that may be configured */

/* What was counted while the message was stored. */
struct content {
	int64_t bytes; /* of the message, with LF line ends */
	int64_t lines;
	int64_t longest_line; /* in bytes, without the LF */
	bool has_8bit, has_nul, has_bare_cr;
};

/* What was asked for one recipient (RFC 3461 4.1, 4.2), in -bs; NULL = nothing. */
struct envelope_asked {
	char *notify, *orcpt;
};

struct envelope {
	struct content content;
	int64_t created_us; /* wall time, microseconds */
	int64_t uid; /* who submitted: from a "uid:" line, -1 when there is none; readers put the owner
	                of the file here */
	char *program;     /* caller's program name, "" when unknown */
	char *login;       /* login name of the caller */
	char *fullname;    /* -F or NAME or the gecos field; "" when unknown */
	char *sender;      /* as given; "" is the null sender <> */
	char **recipients; /* as given, not qualified, no duplicates */
	size_t recipient_count;
	struct lookup known;          /* those that envelope_add_recipient added */
	struct envelope_asked *asked; /* for the first asked_count recipients */
	size_t asked_count, asked_size;
	char *flags; /* words: "bounce", "watched", "from-given" (sender came from -f) ...; "" when none
	              */
	char *body;  /* -B: "", "7BIT" or "8BITMIME" */
	char *notify, *ret, *envid; /* -N, -R, -V; "" when not given */
	char *tag;                  /* -L; "" when not given */
	struct buffer repaired;     /* sentences, "; " between them: what was changed in sender and
	                               recipients so that it could go; not for programs */
	struct buffer notes; /* of a report: lines "ID LINE\n", each what ID.log says from now on */
	bool borrowed;       /* by envelope_look: strings are not its own */
	int64_t
	    message_at; /* offset of the first byte of the message in the file; set by envelope_read */
};

/* Sets every string to "" and uid to -1. */
void envelope_init(struct envelope *e);
void envelope_free(struct envelope *e);

/* Adds a recipient unless it is there already; false when it was. */
bool envelope_add_recipient(struct envelope *e, const char *address);

/* True if flags has this word. */
bool envelope_has_flag(const struct envelope *e, const char *word);

/* Notes what is asked for the last recipient; "" = nothing. */
void envelope_ask(struct envelope *e, const char *notify, const char *orcpt);

/* NOTIFY of a recipient: its own or else that of -N; and its ORCPT.  "" when there is none. */
const char *envelope_notify(const struct envelope *e, size_t rcpt);
const char *envelope_orcpt(const struct envelope *e, size_t rcpt);

/* Writes the head, with the blank line that ends it.  *content_at gets the offset of the content
   line's value, whose width is fixed so that envelope_write_content can write it again in place.
   Values hold no control bytes (the caller has refused them); if one does, the line is left out. */
void envelope_write(const struct envelope *e, struct buffer *out, size_t *content_at);

/* The fixed-width value of the content line. */
void envelope_write_content(const struct content *c, struct buffer *out);

/* Reads the head of a spool file from its start; the descriptor is left at message_at.
   Fails, with key "spool-damaged" or "spool-version", on anything that envelope_write would not
   have written; unknown keys are passed over.  The file is as untrusted as the network. */
bool envelope_read(struct envelope *e, int fd, struct diagnosis *d);

/* The same for one who only looks, at many: e is not initialised before, its strings are in head
   (which is read anew, and kept as long as e is used), and where the descriptor is does not
   matter. */
bool envelope_look(struct envelope *e, int fd, struct buffer *head, struct diagnosis *d);

/* The same of a head that is in the buffer already. */
bool envelope_look_again(struct envelope *e, struct buffer *head, struct diagnosis *d);

/* The same as envelope_read from bytes (complete head); for tests and fuzzing. */
bool envelope_parse(struct envelope *e, const char *bytes, size_t length, struct diagnosis *d);

#define ENVELOPE_LISTED_MAX 100

/* What a list of the queue shows of a message, as one line of fields: id, uid, bytes, created_us,
   login, sender, program, rcpts (their number) and rcpt0, rcpt1 ... (at most ENVELOPE_LISTED_MAX of
   them). */
void envelope_put_listing(const struct envelope *e, struct buffer *line, const char *id);
#endif
