/* MIME (RFC 2045) for what mail(1) sends: encodings, and the fields of a text. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H
#include "base/mem.h"
#include <stdbool.h>

/* What a text needs to cross any server.  MIME_8BIT is for parts that may not be encoded.
   MIME_EXACT is quoted-printable with encoded line ends, for text whose lines end otherwise than in
   LF: readers would give them the ends of their system. */
enum mime_encoding { MIME_7BIT, MIME_8BIT, MIME_QUOTED, MIME_BASE64, MIME_EXACT };

/* 7bit for plain ASCII with short lines; quoted-printable for text with some other bytes; base64
   for the rest. type: the content type that was given, or NULL.  RFC 2045 6.4: multipart and
   message are never encoded. */
enum mime_encoding mime_choose(const char *type, const char *bytes, size_t length);

/* False for a multipart or message type; NULL is text. */
bool mime_may_be_encoded(const char *type);

/* "us-ascii", "iso-2022-jp", "utf-8", or the charset of the locale, for a text. */
const char *mime_charset(const char *bytes, size_t length);

/* Appends "Content-Type" and "Content-Transfer-Encoding" fields.  type NULL: text/plain, or, for
   bytes with a NUL, an attachment.  A text type without a charset gets one, where the text is not
   ASCII: the given one, or, for NULL, what the text looks like. */
void mime_put_fields(struct buffer *out, const char *type, const char *given, const char *bytes,
    size_t length, enum mime_encoding e);

/* Appends the encoded bytes, which decode to just these: no line end is added, and in a part the
   one before the border is the border's (RFC 2046 5.1.1). */
void mime_put_body(struct buffer *out, const char *bytes, size_t length, enum mime_encoding e);

/* The word for Content-Transfer-Encoding: "7bit", "base64" ...; not to be freed. */
const char *mime_encoding_name(enum mime_encoding e);

/* CRLF becomes LF, in place, unless there is a NUL (then it is no text); returns the new length. */
size_t mime_line_ends(char *bytes, size_t length);
#endif
