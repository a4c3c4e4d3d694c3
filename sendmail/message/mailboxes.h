/* Address fields (From, To, ...) rewritten in place: names, comments, groups and order stay; addresses are edited, raw 8-bit names become
   encoded words (RFC 2047 5), and the field is folded behind commas when it was changed and is long. */
#ifndef MESSAGE_MAILBOXES_H
#define MESSAGE_MAILBOXES_H
#include "message/header.h"

/* Gets an address without blanks and comments; returns the one that takes its place (malloc'd), or NULL to leave it. */
typedef char *mailbox_edit(void *context, const char *address);

/* Appends the field.  A list that cannot be read is appended as it is.  ascii: an address that is not ASCII becomes an empty group that has it in its
   name, "=?utf-8?...?= :;" (RFC 6857 3.1.8): to be read, not to be answered; only within a group, which cannot hold another one, it stays.
   True when something was changed. */
bool mailboxes_put(const struct header_field *f, mailbox_edit *edit, void *context, bool ascii, struct buffer *out);

/* True when an address of the field has a byte above 0x7f: only SMTPUTF8 can carry it. */
bool mailboxes_need_utf8(const struct header_field *f);
#endif
