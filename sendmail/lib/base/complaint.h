/* What went wrong, for the person who called. */
#ifndef BASE_COMPLAINT_H
#define BASE_COMPLAINT_H

/* "PROGRAM: " and a sentence in the reader's language (base/language.h) on standard error, one
   line; on a terminal broken between words.  The format is the English sentence; man/languages
   has the others. */
void complaint_say(const char *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* At the end of a program: what it printed may not have been written, to a full disk or a closed
   standard output.  Says so, and returns EX_IOERR; else the code. */
int complaint_of_output(const char *program, int code);
#endif
