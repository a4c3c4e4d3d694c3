/* Lines for the journals of the messages that a report is about.  They are notes in the report's
   own file, so that one that is there is never written again, even when this runner is killed. */
#ifndef RUNNER_NOTIFY_REPORT_NOTES_H
#define RUNNER_NOTIFY_REPORT_NOTES_H
#include "runner/notify/bounce.h"

/* Adds journal lines of a message to the notes of a report. */
void report_notes_put(struct buffer *notes, const char *id, const struct buffer *lines);

/* What the journals say once the report is there: who is late, who has failed, or that nothing is
   left but the report. */
void report_notes_put_all(struct message **list, int count, enum report_kind kind,
    struct buffer *notes);
#endif
