/* Settings in environment variables: FIRSTHOP_SECTION_KEY is the key of that section, in capitals.
 *
 *   FIRSTHOP_QUEUE_EXPIRE_AFTER_H           [queue] expire_after_h
 *   FIRSTHOP_SMARTHOST_HOST                 [smarthost main] host
 *   FIRSTHOP_SMARTHOST_BACKUP_HOST          [smarthost backup] host
 *   FIRSTHOP_SMARTHOST_PASSWORD             its password, which is written into a file
 *   any of them with _FILE at its end       the value is the text of that file
 *   FIRSTHOP_CONF                           lines of firsthop.conf, for all other sections
 *   FIRSTHOP_ALIASES                        lines of the aliases
 *
 * An empty value is as none.  FIRSTHOP_SPOOL and the others that programs read are no settings. */
#ifndef ENVIRONMENT_VARIABLES_H
#define ENVIRONMENT_VARIABLES_H
#include "base/buffer.h"
#include "base/text.h"

#define SETTINGS_MAX 128

struct setting {
	char variable[160]; /* its name */
	char section[16], named[64], key[64];
	struct buffer value; /* ended by a NUL that does not count */
	bool secret;         /* a password: of section and named; key is password_file */
};

struct settings {
	struct setting list[SETTINGS_MAX];
	int count;
	struct buffer conf, aliases; /* empty: none */
};

/* Reads them from environment, a list as environ is: sorted by section, name (main first) and key.
   aliases_path: what [host] aliases is when FIRSTHOP_ALIASES is there; kept until variables_free.
   EX_OK, or another code after a sentence in problem: EX_USAGE no such key, EX_NOINPUT a file that
   cannot be read, EX_DATAERR a value of more than one line.  Free with variables_free. */
int variables_read(struct settings *s, char *const environment[], const char *aliases_path,
    struct text *problem);

/* Wipes and frees. */
void variables_free(struct settings *s);
#endif
