/* A message that is not taken, where nobody would read standard error (error modes m, w and e;
   cron): its text must not be lost.  A process beside this one, with the rights of the caller
   alone, gets a copy of the input; it mails the text back with the reason, or saves it in
   dead.letter.  It is started before this program confines itself, and ends without a trace when
   the message is taken. */
#ifndef SUBMIT_DEADLETTER_H
#define SUBMIT_DEADLETTER_H
#include "diagnosis/diag.h"
#include "submit/options.h"
#include "submit/startup.h"

/* Starts it when the error mode asks for that. */
void deadletter_start(const struct options *o, const struct caller *c);

/* Standard input, as it is read. */
void deadletter_copy(const char *bytes, size_t length);

/* The message was taken. */
void deadletter_forget(void);

/* It was not: reads the rest of the input and sees that the text is kept.  code: why, as
   sysexits.h.  words gets what was done, for people, empty when nothing was asked for.  Returns the
   exit status that follows: 0 only in mode e, for a message that was mailed back. */
int deadletter_keep(const struct diagnosis *why, int code, struct text *words);

/* It was taken, but not for all of its recipients: in the modes m, w and e a report is mailed, and
 * words say so.  Returns the exit status. */
int deadletter_report(const struct diagnosis *why, int code, struct text *words);

/* For deadletter.c: the other process.  Reads the text from text_fd, "HOW REASON" (0: save it; 1:
   mail it, or save it; 2: mail it, it was taken in part) and an end from verdict_fd, and answers
   with words there, "mailed " before them when it was mailed. */
void deadletter_helper_run(const struct options *o, const struct caller *c, int text_fd,
    int verdict_fd) __attribute__((noreturn));
#endif
