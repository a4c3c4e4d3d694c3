/* MIME (RFC 2045) for what mail(1) sends: a text, and files. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H
#include "base/mem.h"
#include <stdbool.h>

/* What a text needs to cross any server.  MIME_8BIT is for parts that may not be encoded. */
enum mime_encoding { MIME_7BIT, MIME_8BIT, MIME_QUOTED, MIME_BASE64 };

/* 7bit for plain ASCII with short lines; quoted-printable for text with some other bytes; base64 for the rest.
   type: the content type that was given, or NULL.  RFC 2045 6.4: multipart and message are never encoded. */
enum mime_encoding mime_choose(const char *type, const char *bytes, size_t length);

/* "us-ascii", "utf-8", "iso-8859-1" for a text. */
const char *mime_charset(const char *bytes, size_t length);

/* Appends "Content-Type" and "Content-Transfer-Encoding" fields.  type NULL: text/plain, or, for bytes with a NUL,
   an attachment.  A text type without a charset gets one, where the text is not ASCII. */
void mime_put_fields(struct buffer *out, const char *type, const char *bytes, size_t length, enum mime_encoding e);

/* Appends the encoded bytes, ended by LF. */
void mime_put_body(struct buffer *out, const char *bytes, size_t length, enum mime_encoding e);

/* Appends a whole part for a file: its fields with its name, and its bytes in base64. */
void mime_put_file(struct buffer *out, const char *path, const char *bytes, size_t length);

/* CRLF becomes LF, in place, unless there is a NUL (then it is no text); returns the new length. */
size_t mime_line_ends(char *bytes, size_t length);
#endif
