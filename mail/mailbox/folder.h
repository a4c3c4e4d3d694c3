/* A mailbox that is open: an mbox file or a maildir, as a list of messages with their state. */
#ifndef MAIL_FOLDER_H
#define MAIL_FOLDER_H
#include "base/mem.h"
#include "base/text.h"
#include "mail/mailbox/mbox.h"
#include <stdbool.h>

enum folder_kind { FOLDER_MBOX, FOLDER_MAILDIR };

enum {
	MESSAGE_READ = 1, /* at any time */
	MESSAGE_OLD = 2,  /* was there in an earlier session */
	MESSAGE_DELETED = 4,
	MESSAGE_SAVED = 8,    /* by save or write */
	MESSAGE_HELD = 16,    /* stays: hold, preserve */
	MESSAGE_MBOX = 32,    /* goes to the file mbox: command mbox */
	MESSAGE_TOUCHED = 64, /* a command of this session has dealt with it */
	MESSAGE_ANSWERED = 128,
};

struct message {
	unsigned flags, flags_in_file;
	struct mbox_item item; /* mbox: where it is */
	char *name;            /* maildir: "cur/..." */
	struct buffer
	    own; /* maildir: its bytes, once they were needed; mbox: what an editor made of it */
	bool edited;
};

struct folder {
	char *path; /* absolute */
	enum folder_kind kind;
	bool system; /* a user's incoming mail: what was read goes to mbox at the end */
	bool read_only;
	struct buffer bytes; /* of an mbox: as it was read */
	struct message *items;
	int count;
	int dot;           /* the current message, from 0; -1 when there is none */
	char *last_search; /* what "/" alone looks for; NULL = nothing was looked for yet */
};

/* Parts of a message; pointers until the folder changes.  from_line is empty in a maildir. */
struct folder_view {
	const char *from_line, *header, *body;
	size_t from_length, header_length, body_length;
};

/* Opens a mailbox, after finishing what a killed session left.  NULL with why, and errno (ENOENT:
 * there is no such thing). */
struct folder *folder_open(const char *path, struct text *why);

/* Adds messages that have come since; their number, -1 with why. */
int folder_look_again(struct folder *f, struct text *why);
void folder_view(struct folder *f, int place, struct folder_view *v);

/* Bytes of the whole message without its "From " line: header and body. */
void folder_bytes(struct folder *f, int place, const char **bytes, size_t *length);

/* Sender as the "From " line or the header names it: the address alone; free it. */
char *folder_sender(struct folder *f, int place);

/* A command has dealt with a message: it is read, and moves to mbox at the end. */
void folder_touch(struct folder *f, int place);

/* Puts other text in place of a message's: header and body. */
void folder_edit(struct folder *f, int place, const char *bytes, size_t length);
void folder_close(struct folder *f);
#endif
