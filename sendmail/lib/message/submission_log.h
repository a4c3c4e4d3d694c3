/* The log lines of a message that was queued, in the words of Postfix's pickup(8) and qmgr(8). */
#ifndef MESSAGE_SUBMISSION_LOG_H
#define MESSAGE_SUBMISSION_LOG_H
#include "message/envelope.h"

/* "ID: uid= from=<> login= program= tag= via=" and the line of submission_log_queued; as JSON one
   object, "submit".  via: the way in, "" = drop/. */
void submission_log(const struct envelope *e, const char *id, long long uid, const char *via);

/* "ID: from=<>, size=, nrcpt= (queue active)", for a message that no user handed in; nothing as
 * JSON. */
void submission_log_queued(const char *id, const char *sender, long long bytes, size_t recipients);
#endif
