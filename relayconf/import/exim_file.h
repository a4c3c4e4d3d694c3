/* Exim's own configuration, taken apart: main settings, and the options of each router, transport
   and authenticator.  Macros are put in their places, .ifdef and .include are followed. */
#ifndef IMPORT_EXIM_FILE_H
#define IMPORT_EXIM_FILE_H
#include "relayconf/import/import.h"

enum exim_section {
	EXIM_MAIN,
	EXIM_ROUTERS,
	EXIM_TRANSPORTS,
	EXIM_AUTHENTICATORS,
	EXIM_REWRITE,
	EXIM_RETRY,
	EXIM_OTHER
};

struct exim_option {
	enum exim_section section;
	int instance; /* counts the routers and so on from 1; 0 in the other sections */
	char *name;   /* of the instance; "" in the other sections */
	char *key, *value;
	char *file;
	int line;
	bool used;
};

struct exim_file {
	struct exim_option *options;
	int count, instances;
};

/* False with errno when the file cannot be read. */
bool exim_file_read(struct exim_file *f, struct import *im, const char *path);
void exim_file_free(struct exim_file *f);

/* The option of an instance, which counts as used then; NULL. */
const struct exim_option *exim_file_take(struct exim_file *f, int instance, const char *key);
/* The same of the main section. */
const struct exim_option *exim_file_take_main(struct exim_file *f, const char *key);
/* The first option of the instance with that name in a section; its number, or 0. */
int exim_file_find(const struct exim_file *f, enum exim_section section, const char *name);

/* The next item of a list "a : b : c", or "<; a ; b", in place, a doubled separator within it as
   one; NULL at the end.  *list is moved on. */
char *exim_file_item(char **list, char *separator);
#endif
