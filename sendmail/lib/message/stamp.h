/* Completes a header from facts and policy.  Deterministic: the same spool file and configuration
   give the same bytes at every attempt, so that a second try sends the same Message-ID and Date. */
#ifndef MESSAGE_STAMP_H
#define MESSAGE_STAMP_H
#include "message/envelope.h"

enum stamp_from { STAMP_FROM_KEEP, STAMP_FROM_QUALIFY, STAMP_FROM_REPLACE };

enum stamp_original { STAMP_ORIGINAL_NO, STAMP_ORIGINAL_REPLY_TO, STAMP_ORIGINAL_X };
/* What our Received field says: all; no uid, login and program; or there is none, unless the
 * message has come by another server already, so that a circle is still counted. */
enum stamp_received {
	STAMP_RECEIVED_UNSAID, /* as FULL */
	STAMP_RECEIVED_FULL,
	STAMP_RECEIVED_SHORT,
	STAMP_RECEIVED_NONE
};
/* From; Sender, Reply-To and the like; To, Cc and the like; From as it is kept in another field:
 * only completed */
enum stamp_role { STAMP_FROM, STAMP_SENDER, STAMP_RECIPIENT, STAMP_KEPT };

struct stamp_policy {
	const char *host;   /* for Received and Message-ID */
	const char *domain; /* of the report's own From */
	enum stamp_original keep_original;
	enum stamp_received received;
	/* What an address becomes (malloc'd). */
	char *(*address)(const void *context, enum stamp_role role, const char *address);
	const void *context;
	bool ascii;          /* addresses that are not ASCII are only shown (message/mailboxes.h): the
	                        server lacks SMTPUTF8 */
	const char *charset; /* of 8-bit text in the header; NULL or "" = not known */
	struct buffer *said; /* gets a sentence for each repair of an address field
	                        (message/mailboxes.h); NULL: nobody asks */
	/* How the body is declared, "" = as the message says; see content labels in
	   message/body_conform.h. */
	const char *type, *encoding;
};

/* Writes to out: a Received line (by policy), then the block with Bcc gone and with missing Date,
   From, Message-ID added (and "To: undisclosed-recipients:;" when no To, Cc or Bcc was there),
   addresses as the policy makes them: display names and comments stay. Fields come out legal
   (message/header_conform.h).  Return-Path, Content-Length, and Date, From and Message-ID with
   nothing in them are removed.  sender is the envelope sender after policy (for a missing From,
   beside fullname). */
void stamp_header(const struct envelope *e, const char *id, const char *sender,
    const struct stamp_policy *policy, const char *block, size_t length, struct buffer *out);
#endif
