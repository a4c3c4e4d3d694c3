/* The settings of another mail program, said as firsthop.conf says them.  A reader for each program
   fills a struct import: settings, passwords, and a note on each line that could not be carried
   over.  What comes out is checked by the code that reads firsthop.conf. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H
#include "base/mem.h"
#include "base/text.h"
#include <stdbool.h>

struct setting {
	char *section, *name; /* name of a smarthost or route, "" for other sections */
	char *key, *value;
};

struct secret {
	char *smarthost, *password;
	char *origin; /* FILE:LINE */
};

struct import {
	const char *root; /* is before every path that is read; "" usually */
	struct setting *settings;
	int setting_count;
	struct secret *secrets;
	int secret_count;
	struct buffer notes;   /* "FILE:LINE: words -- why" lines */
	struct buffer sources; /* names of the files that were read, LF-ended */
};

/* Sets a key; an empty value is passed over, a later one takes the place of an earlier one.  Values
 * are made fit for one line. */
void import_set(struct import *im, const char *section, const char *name, const char *key,
    const char *value);

/* The value that was set, or NULL. */
const char *import_get(const struct import *im, const char *section, const char *name,
    const char *key);

/* A line that could not be carried over as it was, and why. */
void import_note(struct import *im, const char *file, int line, const char *words, const char *why);

/* A password of a smarthost; goes to a file of its own.  A later one takes the place of an earlier
 * one. */
void import_secret(struct import *im, const char *smarthost, const char *password, const char *file,
    int line);

/* host, port and lookup of a smarthost from "host", "[host]", "host:port", "[host]:port"; brackets:
   no MX lookup. mx_without_brackets: what a bare name means in that program. */
void import_server(struct import *im, const char *smarthost, const char *server,
    bool mx_without_brackets);

/* tls = verify and tls_fingerprint of a smarthost, from a list with commas, blanks or bars between;
   false when they are not all of SHA-256. */
bool import_fingerprints(struct import *im, const char *smarthost, const char *list);

/* proxy of a smarthost, a SOCKS5 server; port "": the usual one. */
void import_socks(struct import *im, const char *smarthost, const char *host, const char *port);

/* The next smarthost that has that key; *at is 0 at first.  NULL: there is no more.  Free it. */
char *import_next(const struct import *im, const char *key, int *at);

/* The first word of a small file, such as /etc/mailname; "" when it cannot be read. */
void import_word(struct import *im, const char *path, char *word, size_t size);

/* A name that may be in [smarthost NAME]: dots become "-", what cannot be there is left out;
 * "server" when nothing is left. */
void import_name(const char *from, char *name, size_t size);

void import_free(struct import *im);

/* --- the readers: each returns false when the file cannot be read (errno says why) --- */
bool import_dma(struct import *im, const char *path);
bool import_ssmtp(struct import *im, const char *path);
bool import_msmtp(struct import *im, const char *path);
bool import_nullmailer(struct import *im, const char *path); /* the folder */
bool import_sendmail(struct import *im,
    const char *path); /* sendmail.cf, submit.cf or the .mc file */
bool import_postfix(struct import *im, const char *path);
bool import_exim(struct import *im, const char *path); /* also Debian's update-exim4.conf.conf */
bool import_exim_debian(struct import *im, const char *path);
bool import_opensmtpd(struct import *im, const char *path);
#endif
