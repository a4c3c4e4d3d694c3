/* The caller's end of submit.sock and smtpd.sock: pieces out, the answer in (spool/submit_line.h).
   The descriptor blocks. */
#ifndef SPOOL_SUBMIT_TALK_H
#define SPOOL_SUBMIT_TALK_H
#include "spool/submit_line.h"

/* A piece of a message, in parts that are not too long; nothing for length 0.  False with errno. */
bool submit_talk_send(int fd, const char *bytes, size_t length);

/* The head of a message has to be one piece; an empty one ends the message. */
bool submit_talk_send_whole(int fd, const char *bytes, size_t length);

/* EX_OK: the message is on disk, and id is its name.  Else a code with why: the runner's, or
   EX_IOERR when it gave no answer. */
int submit_talk_answer(int fd, char id[ID_SIZE], struct diagnosis *why);
#endif
