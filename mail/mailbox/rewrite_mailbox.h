/* Changing a mailbox in place, so that a killed session, a power cut or a full disk loses nothing.

   In place, because the folder of system mailboxes is not ours to rename in, and because a program
   that waits for the lock of the old file would write into nothing.  A journal beside the mailbox
   (or in the home, or TMPDIR) holds the old and the new bytes until the change is on disk; the next
   session that finds it finishes the change.  Mail that was appended meanwhile is kept. */
#ifndef MAIL_REWRITE_MAILBOX_H
#define MAIL_REWRITE_MAILBOX_H
#include "base/mem.h"
#include "base/text.h"
#include <stdint.h>

/* Mailboxes are held in memory: 4 GiB, or 1 GiB where a process has no more than 4. */
#define MAILBOX_LIMIT_BYTES ((size_t)(SIZE_MAX > UINT32_MAX ? 1ull << 32 : 1ull << 30))

enum rewrite_result {
	REWRITE_DONE,
	REWRITE_KEPT,  /* the mailbox is as it was */
	REWRITE_BROKEN /* half done; the journal is kept and the next session goes on */
};

/* Makes the file, open for writing and locked, whose bytes are old_bytes, hold new_bytes.  why says
 * what went wrong. */
enum rewrite_result rewrite_mailbox(int fd, const char *path, const struct buffer *old_bytes,
    const struct buffer *new_bytes, struct text *why);

/* Finishes what a killed session has left, in the locked file.  True unless that failed (why). */
bool rewrite_mailbox_recover(int fd, const char *path, struct text *why);

/* A journal, as read: pointers into its bytes. */
struct rewrite_journal {
	size_t start; /* of the change, in the mailbox */
	const char *old_part, *new_part;
	size_t old_length, new_length;
};

enum rewrite_mailbox_plan {
	PLAN_NOTHING, /* the change has not begun, or is complete */
	PLAN_WRITE,   /* out is what the mailbox should hold */
	PLAN_FOREIGN  /* another program has changed it since */
};
/* Pure: from a journal and the mailbox as it is to the mailbox as it should be. */
enum rewrite_mailbox_plan rewrite_mailbox_plan(const struct rewrite_journal *j, const char *now,
    size_t length, struct buffer *out);
#endif
