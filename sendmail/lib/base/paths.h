/* Where things are.  Fixed at build time; a process that holds no rights beyond its caller's may be
   pointed elsewhere by FIRSTHOP_SPOOL, FIRSTHOP_CONFIG, FIRSTHOP_LIBEXEC and FIRSTHOP_RUN (tests,
   containers). Set-id programs never look at these variables. */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H
#include <stdbool.h>

const char *paths_spool(void);   /* /var/spool/firsthop */
const char *paths_config(void);  /* the file firsthop.conf */
const char *paths_libexec(void); /* folder of runner and relay */
const char *paths_run(void);     /* folder of the pid file */

const char *paths_mail(void);             /* folder of mailboxes, /var/mail; FIRSTHOP_MAIL */
const char *paths_home(const char *home); /* a user's home; FIRSTHOP_HOME in its place */

/* Folder of message catalogues (base/language.h); FIRSTHOP_LANGUAGES. */
const char *paths_languages(void);

/* Socket of the log daemon, FIRSTHOP_LOG; "" = where the system has it. */
const char *paths_log(void);

/* In front of the system's own files when "relayconf check" looks at them: FIRSTHOP_ROOT of a
 * private spool, else "". */
const char *paths_root(void);

/* True when the spool was named by the environment: a private spool. */
bool paths_private(void);
#endif
