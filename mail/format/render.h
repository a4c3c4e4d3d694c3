/* A message as a person reads it: pure functions from its bytes to UTF-8 that a terminal may
   see. */
#ifndef MAIL_RENDER_H
#define MAIL_RENDER_H
#include "mail/format/mimeparse.h"
#include "mail/format/string_list.h"

/* Which header fields are seen: all (both NULL), those of retained, or all but those of ignored. */
struct render_fields {
	const struct string_list *ignored, *retained;
};
bool render_shows(const struct render_fields *fields, const char *name, size_t length);
void render_header(struct buffer *out, const char *header, size_t length,
    const struct render_fields *fields);

/* Texts, the best of alternatives, and a line for each attachment. */
void render_body(struct buffer *out, const char *bytes, size_t length);

/* The same as UTF-8 for further use: only texts, nothing made harmless. */
void render_text(struct buffer *out, const char *bytes, size_t length);

/* True for a part that render_body names as an attachment. */
bool render_is_attachment(const struct mime_parts *parts, int place);

/* True for a part that render_body shows as text, and that has the name of a file. */
bool render_is_named_text(const struct mime_parts *parts, int place);
#endif
