/* Following one message from its submission to the end of its first attempt: started by sendmail
   (submit/watch.h) before it has taken the message, with a socket as standard input.  Lines from
   there: "id ID" (it is about to be stored), then "go known|started|nobody"; nothing of that: it
   was not taken. One byte goes back when the runner knows who waits. */
#ifndef MAILQ_WATCH_CLIENT_H
#define MAILQ_WATCH_CLIENT_H
#include <stdbool.h>

/* talk: says what happens on standard output, as "mailq why" does, with the dialogue; log: writes
   the same to descriptor 3; neither: nothing is said.  Ends with the attempt, when there is none,
   with its caller, or after a while; exit status 0 in any case, since the message is safe. */
int watch_run(bool talk, bool log);
#endif
