/* Waiting for the first attempt: -v shows it, -X writes it to a file, -odi only waits.  A "mailq
   --watch" beside this program does it, because it may ask the runner and this one may not; it is
   started before this program confines itself, and given the identifier before the message can be
   seen, so that it misses nothing. */
#ifndef SUBMIT_FOLLOW_H
#define SUBMIT_FOLLOW_H
#include "spool/follow_line.h"
#include "submit/options.h"

/* Opens the file of -X with the rights of the caller, who must sit at a terminal: the option comes
   through programs that hand on options of strangers (mail() of PHP), and must not become a way to
   write files there.  EX_OK, or a code after a message. */
int follow_open_log(const struct options *o);

/* Starts it, when the options ask for that.  A failure is no matter: the message is taken all the
 * same. */
void follow_start(const struct options *o);

/* The message is about to be stored as id. */
void follow_announce(const char *id);

/* It is stored.  Returns when the watching is over; false when nobody could watch. */
bool follow_stored(const char *id, enum follow_runner runner);
#endif
