/* Finding the parts.  Each level reads its own bytes once, so the work is at most depth times
 * length. */
#include "mail/format/mimeparse.h"
#include "base/text.h"
#include "base/base64.h"
#include "base/quoted_printable.h"
#include "mail/format/field.h"
#include <string.h>

#define DEPTH_LIMIT 12
#define PARTS_LIMIT 300
#define BOUNDARY_LIMIT 200

static void small_letters(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

static char *parameter(const char *value, const char *name)
{
	struct buffer out = {0};
	char *copy = NULL;
	if (field_parameter(&out, value, name) && out.length > 0)
		copy = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return copy;
}

static void read_transfer(struct mime_part *p)
{
	struct buffer value = {0};
	if (field_find(&value, p->header, p->header_length, "Content-Transfer-Encoding")) {
		const char *text = buffer_string(&value);
		p->transfer = text_starts_ci(text, "base64")             ? TRANSFER_BASE64
		              : text_starts_ci(text, "quoted-printable") ? TRANSFER_QUOTED
		                                                         : TRANSFER_NONE;
	}
	buffer_free(&value);
}

/* The fields of a part; its boundary, if it has one, is returned (free it). */
static char *read_fields(struct mime_part *p, const char *usual_type)
{
	struct buffer type = {0}, disposition = {0};
	char *boundary = NULL;
	text_copy(p->type, sizeof p->type, usual_type);
	if (field_find(&type, p->header, p->header_length, "Content-Type")) {
		const char *value = buffer_string(&type);
		size_t n = strcspn(value, "; (");
		if (n < sizeof p->type && memchr(value, '/', n) != NULL) {
			memcpy(p->type, value, n);
			p->type[n] = '\0';
			small_letters(p->type);
		}
		p->charset = parameter(value, "charset");
		p->name = parameter(value, "name");
		boundary = parameter(value, "boundary");
	}
	if (field_find(&disposition, p->header, p->header_length, "Content-Disposition")) {
		const char *value = buffer_string(&disposition);
		char *name = parameter(value, "filename");
		p->attachment = text_starts_ci(value, "attachment");
		if (name != NULL) {
			mem_free(&p->name);
			p->name = name;
		}
	}
	read_transfer(p);
	buffer_free(&type);
	buffer_free(&disposition);
	return boundary;
}

static int add_part(struct mime_parts *parts, const char *bytes, size_t length, int parent)
{
	size_t header = field_header_length(bytes, length);
	parts->items = mem_resize(parts->items, (size_t)parts->count + 1, sizeof *parts->items);
	parts->items[parts->count] = (struct mime_part){.header = bytes,
	    .header_length = header,
	    .body = bytes + header,
	    .body_length = length - header,
	    .parent = parent};
	return parts->count++;
}

/* Is the line a border: 1, the last border: 2, neither: 0. */
static int border_kind(const char *line, size_t length, const char *boundary, size_t n)
{
	if (length < n + 2 || line[0] != '-' || line[1] != '-' || memcmp(line + 2, boundary, n) != 0)
		return 0;
	if (length >= n + 4 && line[n + 2] == '-' && line[n + 3] == '-')
		return 2;
	for (size_t i = n + 2; i < length; i++) {
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r' && line[i] != '\n')
			return 0;
	}
	return 1;
}

static void parse(struct mime_parts *parts, const char *bytes, size_t length, int parent, int depth,
    const char *usual_type);

/* Without the line end that belongs to the border. */
static void parse_between(struct mime_parts *parts, const char *bytes, size_t length, int parent,
    int depth, const char *usual_type)
{
	if (length > 0 && bytes[length - 1] == '\n')
		length--;
	if (length > 0 && bytes[length - 1] == '\r')
		length--;
	parse(parts, bytes, length, parent, depth, usual_type);
}

static void split(struct mime_parts *parts, int place, const char *boundary, int depth)
{
	const char *bytes = parts->items[place].body,
	           *usual = strcmp(parts->items[place].type, "multipart/digest") == 0 ? "message/rfc822"
	                                                                              : "text/plain";
	size_t length = parts->items[place].body_length, n = strlen(boundary), from = 0;
	bool inside = false;
	for (size_t at = 0; at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t width = end != NULL ? (size_t)(end - bytes) + 1 - at : length - at;
		int kind = border_kind(bytes + at, width, boundary, n);
		if (kind != 0 && inside)
			parse_between(parts, bytes + from, at - from, place, depth, usual);
		if (kind == 2)
			return;
		if (kind == 1) {
			inside = true;
			from = at + width;
		}
		at += width;
	}
	if (inside)
		parse(parts, bytes + from, length - from, place, depth, usual);
}

static void parse(struct mime_parts *parts, const char *bytes, size_t length, int parent, int depth,
    const char *usual_type)
{
	if (parts->count >= PARTS_LIMIT) {
		parts->cut = true;
		return;
	}
	int place = add_part(parts, bytes, length, parent);
	struct mime_part p = parts->items[place];
	char *boundary = read_fields(&p, usual_type);
	parts->items[place] = p;
	bool message = strcmp(p.type, "message/rfc822") == 0 && p.transfer == TRANSFER_NONE;
	bool multipart =
	    mimeparse_is_multipart(&p) && boundary != NULL && strlen(boundary) < BOUNDARY_LIMIT;
	if ((message || multipart) && depth >= DEPTH_LIMIT)
		parts->cut = true;
	else if (message)
		parse(parts, p.body, p.body_length, place, depth + 1, "text/plain");
	else if (multipart)
		split(parts, place, boundary, depth + 1);
	mem_free(&boundary);
}

bool mimeparse_is_multipart(const struct mime_part *p)
{
	return text_starts(p->type, "multipart/");
}

void mimeparse(struct mime_parts *parts, const char *bytes, size_t length)
{
	*parts = (struct mime_parts){0};
	parse(parts, bytes, length, -1, 0, "text/plain");
}

void mimeparse_decode(struct buffer *out, const struct mime_part *p)
{
	if (p->transfer == TRANSFER_BASE64)
		base64_decode_mail(out, p->body, p->body_length);
	else if (p->transfer == TRANSFER_QUOTED)
		quoted_printable_decode(out, p->body, p->body_length);
	else
		buffer_add(out, p->body, p->body_length);
}

void mimeparse_free(struct mime_parts *parts)
{
	for (int i = 0; i < parts->count; i++) {
		mem_free(&parts->items[i].charset);
		mem_free(&parts->items[i].name);
	}
	mem_free(&parts->items);
	parts->count = 0;
}
