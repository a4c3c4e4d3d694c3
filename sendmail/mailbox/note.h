/* A note beside a mailbox, there while a message is being appended: .firsthop-mbox.USER.  A process
   that is killed, or a power cut, leaves a part of the message at the mailbox's end; the message
   itself waits in the queue and comes again.  Who appends next finds the note and takes the part
   away.

   It says "firsthop-mbox DEVICE INODE LENGTH" of the mailbox as it was, and then how the message
   begins.  Only what begins so, at that place in that file, and has nothing of another program
   after it, is taken away; when somebody has changed the mailbox since, it stays as it is. The
   note is durable before the first byte is written, and durably gone before anybody hears that
   the message is delivered. */
#ifndef MAILBOX_NOTE_H
#define MAILBOX_NOTE_H
#include "base/mem.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct note {
	int folder;
	char name[100];
	int64_t promised_at; /* what note_obey found: the length of the mailbox at the interrupted
	                        delivery; -1: there was none */
	int fd; /* -1: the folder is closed to us, or the name is somebody else's: there is none, and a
	           part would stay */
};

/* Opens or makes the note.  False with errno: nothing may be appended now. */
bool note_open(struct note *n, int folder, const char *user);

/* Does what a note of an earlier process asks for, to the mailbox that is open and locked; *st is
   its state, then and after.  answer gets words for people if there was something to do.  False
   with errno: the mailbox cannot be put right, and nothing may be appended. */
bool note_obey(struct note *n, int mailbox, struct stat *st, struct text *answer);

/* Writes the note, durable: a message that begins with start comes to the end of the mailbox. False
 * with errno. */
bool note_write(struct note *n, const struct stat *st, const struct buffer *start);

/* Cuts a mailbox back to a length, durably.  False with errno. */
bool note_cut(int mailbox, off_t length);

/* Takes the note away, durably.  False with errno. */
bool note_remove(struct note *n);
#endif
