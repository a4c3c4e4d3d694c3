/* Adding to the end of a file, whole or not at all. */
#ifndef MAIL_APPEND_H
#define MAIL_APPEND_H
#include <stdbool.h>
#include <stddef.h>

/* How the bytes join what is there. */
enum append_kind {
	APPEND_TEXT, /* as they are */
	APPEND_MBOX  /* messages in mbox form: after an empty line; the file is locked meanwhile */
};

/* Appends, with the file created (mode 0600) when it is not there, and synced.  Only regular files
   and devices are written to.  False with errno; the file is then as it was. */
bool append_file(const char *path, enum append_kind kind, const char *bytes, size_t length);
#endif
