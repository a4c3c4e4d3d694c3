/* The story of a message in a report to its sender. */
#ifndef RUNNER_NOTIFY_TRANSCRIPT_H
#define RUNNER_NOTIFY_TRANSCRIPT_H
#include "runner/attempt/message.h"

/* Every attempt with its steps and outcomes: from the journal, and from the lines of m that are
   still to be written.  Of very many attempts the first and the last ones.  Nothing when the
   message was never tried. */
void transcript_put(const struct queue *queue, const struct config *config, const struct message *m,
    struct buffer *out);

#define TRANSCRIPT_HEAD_COLUMNS 10

/* "meaning   some words", wrapped at 76 columns, the later lines under the first word.  head "":
   under an earlier one; NULL: a paragraph from the first column.  A full-width character has two
   columns, and lines may end between two of them. */
void transcript_wrap(struct buffer *out, const char *head, const char *words);

/* The line "to  <ADDRESS>". */
void transcript_to(struct buffer *out, const char *address);
#endif
