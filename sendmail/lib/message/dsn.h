/* What RFC 3461 and RFC 6533 say in words: NOTIFY, ORCPT, xtext, and the names of addresses in
 * reports. */
#ifndef MESSAGE_DSN_H
#define MESSAGE_DSN_H
#include "base/mem.h"
#include <stdbool.h>

#define DSN_ORCPT_MAX 500 /* characters (RFC 3461 4.2) */

/* True for a value of NOTIFY: "never", or a list of "success", "failure", "delay", in any case. */
bool dsn_notify_ok(const char *list);

/* True if a sender who said notify ("" = nothing) wants a report of that kind, "SUCCESS", "FAILURE"
 * or "DELAY": without a word, failure and delay. */
bool dsn_wants(const char *notify, const char *kind);

/* True for a value of ORCPT, "type;xtext"; one of type utf-8 may hold UTF-8. */
bool dsn_orcpt_ok(const char *value);

/* Decodes xtext (RFC 3461 4) in place; false when it is none, or means a control character. */
bool dsn_xtext_decode(char *value);
void dsn_put_xtext(struct buffer *out, const char *value);

/* An address as ORCPT: "rfc822;xtext", or "utf-8;..." when it is not ASCII.  Free it. */
char *dsn_orcpt_of(const char *address);

/* A good ORCPT for the wire: what is not ASCII in it as \x{HEX} (RFC 6533 3), which every server
 * with DSN can read. */
void dsn_put_orcpt(struct buffer *out, const char *orcpt);

/* As fields of a report have them, "rfc822; address", in ASCII: of a good ORCPT, and of an
   address. */
void dsn_put_original(struct buffer *out, const char *orcpt);
void dsn_put_final(struct buffer *out, const char *address);
#endif
