/* What programs that play a process that was taken over have in common. */
#ifndef FAKE_EVILPARTS_H
#define FAKE_EVILPARTS_H

/* Finds the folder of this program: the runner hands nothing on but descriptors. */
void evil_find_folder(void);

/* The path of a file in that folder; until the next call. */
const char *evil_beside(const char *name);

/* The word in the file "evil" there: what it is to do; "" when there is none. */
const char *evil_word(void);

/* A message with 100 descriptors, again and again until the socket has accepted times of them, or
   no more. */
void evil_send_descriptors(int fd, const char *words, int times);

/* Everything against the processes whose numbers are in "evil.others" (evilkill.h); what came of it
   goes to "evil.results". */
void evil_murder(void);
#endif
