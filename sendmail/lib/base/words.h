/* The words of a command line, in front of the standard input of a program of ours that another one
   starts.  Every user of the machine sees the command line of every process, and who writes to whom
   is nobody's business.  The system's limit for the length of a command line does not count here.

     BYTES LF       of all that follows as words, in decimal
     word NUL ...   what would stand behind the program's name
     ...            what the standard input would be */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H
#include "base/mem.h"
#include <stdbool.h>

/* The only word on the command line then. */
#define WORDS_OPTION "--words"

void words_pack(struct buffer *out, const char *const words[], int count);

/* Puts the words that standard input begins with in the place of main's, when these ask for it.
   They stay until the program ends.  False: what is there is cut or has no such form. */
bool words_read(int *argc, char ***argv);
#endif
