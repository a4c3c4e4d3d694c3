/* Completes a header from facts and policy.  Deterministic: the same spool file and configuration give the same bytes at
   every attempt, so that a second try sends the same Message-ID and Date. */
#ifndef MESSAGE_STAMP_H
#define MESSAGE_STAMP_H
#include "message/envelope.h"

enum stamp_from { STAMP_FROM_KEEP, STAMP_FROM_QUALIFY, STAMP_FROM_REPLACE };

struct stamp_policy {
	const char *host;          /* for Received and Message-ID */
	const char *domain;        /* completes bare addresses */
	enum stamp_from from;      /* what happens to the From field's addresses */
	const char *from_address;  /* with STAMP_FROM_REPLACE */
};

/* Writes to out: a Received line, then the block with Bcc gone and with missing Date, From, Message-ID added
   (and "To: undisclosed-recipients:;" when no To, Cc or Bcc was there), From completed by policy: display names and comments stay.
   Return-Path and Content-Length fields are removed.  sender is the envelope sender after policy (for a missing From, beside fullname). */
void stamp_header(const struct envelope *e, const char *id, const char *sender, const struct stamp_policy *policy,
                  const char *block, size_t length, struct buffer *out);
#endif
