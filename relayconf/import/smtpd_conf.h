/* OpenSMTPD's smtpd.conf, taken apart into statements of words: macros are put in their places,
   included files are followed. */
#ifndef IMPORT_SMTPD_CONF_H
#define IMPORT_SMTPD_CONF_H
#include "relayconf/import/import.h"

#define STATEMENT_WORDS_MAX 200

struct statement {
	char *words[STATEMENT_WORDS_MAX]; /* without quotes; "{", "}", "," and "=" are words */
	int count;
	char *file;
	int line;
	bool used;
};

struct smtpd_conf {
	struct statement *statements;
	int count;
};

/* False with errno when the file cannot be read. */
bool smtpd_conf_read(struct smtpd_conf *c, struct import *im, const char *path);
void smtpd_conf_free(struct smtpd_conf *c);

/* The place of a word in a statement, from a place on; 0 when it is not there. */
int smtpd_conf_find(const struct statement *s, int from, const char *word);

/* The pairs of a table, "<name>": inline or of its file; a list has keys alone. Calls pair for
   each; false when there is no such table, or it is in a database.  *line: 0 for an inline one. */
typedef void smtpd_pair(void *context, const char *key, const char *value, const char *file,
    int line);
bool smtpd_conf_table(struct smtpd_conf *c, struct import *im, const char *name, smtpd_pair *pair,
    void *context);

/* The file of a table of kind file; NULL. */
const char *smtpd_conf_table_file(struct smtpd_conf *c, const char *name);
#endif
