/* SMTP and LMTP as a server speaks them (RFC 5321, 2033, 2920, 1870, 6152, 6531, 3461, 2034): the
   one dialogue of sendmail -bs and smtpd.  Commands are read, checked and answered here; who calls,
   what they may do, and what becomes of a message is for the functions of struct dialogue_use. */
#ifndef DIALOGUE_SMTP_DIALOGUE_H
#define DIALOGUE_SMTP_DIALOGUE_H
#include "dialogue/esmtp.h"
#include "dialogue/line_ends.h"
#include "dialogue/smtp_data.h"
#include "message/envelope.h"

struct dialogue;

/* Appends the next bytes of the message to out; *at_end with the last.  EX_OK, or a code with
   why. */
typedef int dialogue_source(struct dialogue *d, struct buffer *out, bool *at_end,
    struct diagnosis *why);

/* A command beside those of the table in smtp_dialogue.c, or before one: false leaves it to
   that. */
struct dialogue_command {
	const char *verb;
	bool (*obey)(struct dialogue *d, char *rest);
};

struct dialogue_use {
	const char *host; /* in the greeting */
	const char *who;  /* in the answer to EHLO: "accepts mail from WHO" */
	bool lmtp;        /* LHLO, and a reply for each recipient */
	long long size_limit_bytes;
	const struct dialogue_command *more; /* ends with a verb NULL; NULL: none */
	/* Adds keywords to the answer to EHLO: each with dialogue_offer.  NULL: none. */
	void (*offer)(struct dialogue *d);
	/* At most size bytes; 0 or -1: the input is over.  */
	ssize_t (*read)(void *context, char *bytes, size_t size);
	/* All of it; false ends the dialogue. */
	bool (*write)(void *context, const char *bytes, size_t length);
	/* May this sender be used now, may a message have so many recipients?  EX_OK or true, else why.
	 */
	int (*check_sender)(void *context, const char *sender, struct diagnosis *why);
	bool (*check_count)(void *context, size_t count, struct diagnosis *why);
	/* Stores the message, which it reads with dialogue_read up to its end.  EX_OK only when it is
	   on disk, id is its name then; else why. */
	int (*take)(void *context, struct dialogue *d, const char **id, struct diagnosis *why);
	/* A command (of those that are known, else "UNKNOWN") was answered 4xx or 5xx, with these
	   words: for a log.  NULL: nobody asks. */
	void (*rejected)(void *context, const char *verb, const char *reply);
	/* A message, or a sender, was refused: for a log. */
	void (*refused)(void *context, const struct diagnosis *why, int code);
};

struct dialogue {
	const struct dialogue_use *use;
	void *context;
	struct buffer in;  /* read */
	size_t used;       /* of in, from its start: a pipeline is not moved for each of its lines */
	struct buffer out; /* answered, not sent yet */
	bool in_mail;      /* a transaction is open: */
	struct envelope envelope;
	struct esmtp esmtp;
	size_t accepted; /* recipients, those that came twice as well */
	struct smtp_data data;
	struct line_ends lines;
	dialogue_source *read_message;
	bool ended;        /* all of the message was read */
	bool answered;     /* its source has answered for it already */
	char verb[12];     /* of the command at hand */
	unsigned commands; /* so many lines were read */
	bool bare_lf;      /* the last command ended so */
	bool over;
	int errors, code;
};

/* What was read, and not used yet; so many bytes of it are used now. */
const char *dialogue_rest(const struct dialogue *d, size_t *length);
void dialogue_use(struct dialogue *d, size_t bytes);

/* Serves until QUIT, the end of input, or too many errors.  EX_OK also when messages were refused
   (the replies said so); EX_DATAERR when the input broke off within a message. */
int dialogue_serve(struct dialogue *d);

/* Before that, or instead: a line that is sent with what follows it. */
void dialogue_reply(struct dialogue *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void dialogue_offer(struct dialogue *d, const char *keyword);

/* Sends what was answered. */
bool dialogue_flush(struct dialogue *d);

/* Reads more into in, after what was answered is sent; 0 or -1 as read does. */
ssize_t dialogue_fill(struct dialogue *d);

/* Appends the next bytes of the message, line ends made LF, to out; *at_end: they are the last.
   EX_OK, or a code with why. */
int dialogue_read(struct dialogue *d, struct buffer *out, bool *at_end, struct diagnosis *why);

/* The next command without its end, to be freed; NULL at the end of input.  *wrong: what makes the
   line none. */
char *dialogue_next_line(struct dialogue *d, const char **wrong);

/* True when a transaction with a recipient is open; else it has answered so. */
bool dialogue_has_recipient(struct dialogue *d);

/* The message of the open transaction comes, by read: it is stored, and answered. */
void dialogue_take(struct dialogue *d, dialogue_source *read);

/* Forgets the transaction; that, and all that is held. */
void dialogue_forget(struct dialogue *d);
void dialogue_free(struct dialogue *d);
#endif
