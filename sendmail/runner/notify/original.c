/* What a report gives back. */
#include "base/encoded_word.h"
#include "base/fdio.h"
#include "base/header.h"
#include "message/entity.h"
#include "runner/notify/original.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COPY_LIMIT_BYTES 65536
#define TEXT_LIMIT_BYTES \
	(50 << 10) /* of a message that is returned whole; of a longer one its header is */
#define FULL_LIMIT_BYTES \
	(256 << 10) /* the same for one whose sender asked for it, or that is a report itself */

void original_subject(const struct buffer *header, struct text *subject)
{
	struct header_field f;
	struct entity e;
	struct buffer plain = {0};
	const char *block = header->length > 0 ? header->data : "";
	if (!header_find(block, header->length, "Subject", &f))
		return;
	entity_read(&e, block, header->length);
	char *value = header_value(&f);
	/* As a folded one is often written. */
	for (char *tab = value; (tab = strchr(tab, '\t')) != NULL;)
		*tab = ' ';
	encoded_word_decode(&plain, value, e.charset);
	text_escape(subject, buffer_string(&plain), strlen(buffer_string(&plain)));
	free(value);
	buffer_free(&plain);
}

void original_header(const struct message *m, struct buffer *out)
{
	static char bytes[COPY_LIMIT_BYTES];
	ssize_t n = fdio_read_at(m->fd, bytes, sizeof bytes, m->envelope.message_at);
	if (n <= 0 || bytes[0] == '\n')
		return;
	size_t length = (size_t)n;
	for (size_t i = 0; i + 1 < length; i++) {
		if (bytes[i] == '\n' && bytes[i + 1] == '\n') {
			length = i + 1;
			break;
		}
	}
	buffer_add(out, bytes, length);
}

/* The text comes back, too: this report is the last place where it is.  -R hdrs forgoes that; a
   warning needs only the header, and of what goes only over TLS no more is sent (RFC 8689 5).  A
   report that is itself returned is about another message, so it may be longer, as one may with -R
   full (RFC 3461 4.3). */
static bool returns_all(const struct message *m, bool header_only)
{
	bool asked = strcasecmp(m->envelope.ret, "FULL") == 0;
	/* What is in a digest is nowhere else. */
	if (!header_only && envelope_has_flag(&m->envelope, "digest"))
		return true;
	if (header_only || strcasecmp(m->envelope.ret, "HDRS") == 0 ||
	    envelope_has_flag(&m->envelope, "requiretls"))
		return false;
	return m->envelope.content.bytes <=
	       (m->sender[0] == '\0' || asked ? FULL_LIMIT_BYTES : TEXT_LIMIT_BYTES);
}

void original_put(const struct message *m, bool header_only, const struct buffer *header,
    const char *border, struct buffer *out)
{
	char bytes[16384];
	ssize_t n;
	int64_t at = m->envelope.message_at;
	bool all = returns_all(m, header_only);
	buffer_printf(out, "\n--%s\nContent-Type: %s\n\n", border,
	    all ? "message/rfc822" : "text/rfc822-headers");
	if (!all)
		buffer_add(out, header->data, header->length);
	while (all && (n = fdio_read_at(m->fd, bytes, sizeof bytes, at)) > 0) {
		buffer_add(out, bytes, (size_t)n);
		at += n;
	}
}
