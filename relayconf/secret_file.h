/* A file with a password: root and the runner may read it, nobody else. */
#ifndef RELAYCONF_SECRET_FILE_H
#define RELAYCONF_SECRET_FILE_H
#include "base/mem.h"
#include "diagnosis/diag.h"

/* Writes the password as the file's one line, whole or not at all.  As root it belongs to root and
   the group firsthop (0640), else to the caller alone.  False with d. */
bool secret_file_write(const char *path, const struct buffer *password, struct diagnosis *d);
#endif
