/* Address fields (From, To, ...) made legal, with their addresses edited.  A field that is legal
   stays as it is, byte by byte, but for the addresses that change; any other one is written anew:
   names quoted or encoded (RFC 2047 5), commas between the members, addresses as RFC 5322 3.4 has
   them. */
#ifndef MESSAGE_MAILBOXES_H
#define MESSAGE_MAILBOXES_H
#include "message/address.h"
#include "base/header.h"

/* Gets an address without blanks and comments; returns the one that takes its place (malloc'd). */
typedef char *mailbox_edit(void *context, const char *address);

struct mailboxes_policy {
	enum address_use use;
	mailbox_edit *edit; /* NULL: addresses stay */
	void *context;
	/* The address for words of authors that have none ("From: Cacti System Monitor"); NULL: such a
	 * field goes. */
	const char *fallback;
	bool single; /* one mailbox at most: Sender */
	/* The server lacks SMTPUTF8.  Recipients' addresses that are not ASCII become an empty group
	   with the address in its name, "=?utf-8?...?= :;" (RFC 6857 3.1.8): to be read, not to be
	   answered; of authors they are read in the name, and the address is fallback, if that is
	   ASCII. */
	bool ascii;
	const char *charset; /* of 8-bit names; NULL: not known */
	struct buffer *said; /* gets a sentence for each repair, "; " between them; NULL: nobody asks */
};

/* Appends the field; returns the number of its mailboxes and groups, 0 when none is left and
   nothing was appended. A recipient that cannot be read becomes an empty group with what was
   written in its name; an author that cannot be read goes when another one can. */
int mailboxes_put(const struct header_field *f, const struct mailboxes_policy *policy,
    struct buffer *out);

/* True when an address of the field has a byte above 0x7f: only SMTPUTF8 can carry it. */
bool mailboxes_need_utf8(const struct header_field *f);
#endif
