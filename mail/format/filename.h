/* Names of files that strangers choose: of attachments, and of the senders of messages. */
#ifndef MAIL_FILENAME_H
#define MAIL_FILENAME_H
#include "base/mem.h"

/* Appends a name that is safe in any folder and for a shell: the last part after a slash, without
   control characters, quotes and wildcards, not hidden.  Nothing is appended when nothing is left
   of it. */
void filename_put_safe(struct buffer *out, const char *name);

/* Creates a file in folder that was not there, under the name or one like it: with "-1", "-2"...
   before its extension when it is taken, cut before its extension when it is too long for the file
   system, in ASCII when that has no other characters.  A descriptor, with the path in path (free
   it); -1 with errno. */
int filename_create(const char *folder, const char *name, struct buffer *path);
#endif
