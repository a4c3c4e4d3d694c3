/* The forms of mailboxes, for all programs that write some: mbox (with ">From ", mboxrd), and the
 * names of files in a maildir. */
#ifndef BASE_MAILBOX_FORM_H
#define BASE_MAILBOX_FORM_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

/* Appends the "From " line of a message; MAILER-DAEMON for a sender that is empty, NULL, or of
 * several words. */
void mailbox_form_start(struct buffer *out, const char *sender, int64_t wall_s);

/* Appends whole lines of text, with an arrow before those that begin with "From ", or with arrows
   and that.  at_end: the rest, too, with a line end.  Returns how many bytes of it are done. */
size_t mailbox_form_lines(struct buffer *out, const char *text, size_t length, bool at_end);

/* A name that no other message has: time, process, chance, host. */
void mailbox_form_file(char *name, size_t size);
#endif
