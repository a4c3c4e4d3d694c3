/* The file of logins: lines NAME:HASH or NAME:HASH:USER. */
#ifndef SMTPD_LOGINS_H
#define SMTPD_LOGINS_H
#include <stdbool.h>
#include <sys/types.h>

#define LOGINS_WORD_MAX 255 /* bytes of a name, and of a password */

/* True when the password is that of name.  Slow, as crypt(3) is meant to be. */
bool logins_match(const char *file, const char *name, const char *password);

/* The local user of a name; otherwise, when the line names none, the one given.  -1: there is
   no such user, or it is root. */
uid_t logins_user(const char *file, const char *name, uid_t otherwise);
#endif
