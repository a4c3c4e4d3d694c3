/* The mail server's side of the milter protocol for one message: bytes in, bytes out.  The message
   is shown as one from this machine (127.0.0.1), as Postfix shows mail that did not come by SMTP.
   What the milter does to header and body is done where changes = yes; envelope sender and
   recipients stay. */
#ifndef FILTER_MILTER_H
#define FILTER_MILTER_H
#include "filter/header_edits.h"
#include "filter/milter_wire.h"
#include "filter/filter_orders.h"
#include "filter/verdict.h"

enum milter_stage {
	MILTER_OPTIONS,
	MILTER_CONNECT,
	MILTER_HELO,
	MILTER_MAIL,
	MILTER_RCPT,
	MILTER_DATA,
	MILTER_HEADER,
	MILTER_EOH,
	MILTER_BODY,
	MILTER_END,
	MILTER_DONE
};

struct milter {
	const struct filter_orders *orders;
	const char *hostname; /* of this machine, as in EHLO */
	const char *header;
	size_t header_length;
	struct opinion *opinion;

	struct buffer in, out;   /* out: to be sent, and then emptied by the caller */
	enum milter_stage stage; /* of what is sent next, or was sent and is not answered */
	bool waits;              /* for an answer */
	bool wants_body;         /* milter_body is called next */
	uint32_t version, steps; /* as agreed */
	size_t rcpt_at, field_at;
	const char *rcpt; /* the last one sent */
	bool probing;     /* only asked whether it is there */
	long packets;
	bool body_cr; /* the last byte sent was a CR */

	struct header_edits edits;
	bool edited;        /* edits has the header */
	struct buffer body; /* the new one */
	bool body_new;      /* though it may be empty */
};

/* Zeros, but for the first five members, before. */
void milter_begin(struct milter *m);

/* Bytes from the milter. */
void milter_receive(struct milter *m, const char *bytes, size_t length);

/* The next bytes of the body, LF line ends, at most 32,000; length 0: its end. */
void milter_body(struct milter *m, const char *bytes, size_t length);

/* The connection is gone; why: "" when it was closed. */
void milter_ended(struct milter *m, const char *why);

void milter_free(struct milter *m);
#endif
