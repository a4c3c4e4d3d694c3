/* One walk through the structure of a message, for both passes. */
#include "message/body_conform.h"
#include "base/text.h"
#include "base/header.h"
#include "message/header_conform.h"
#include "base/quoted_printable.h"
#include "message/wire.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 30
#define HEADER_LIMIT_BYTES (64u << 10)
#define BOUNDARY_LINE_BYTES 200

enum mode { MODE_COPY, MODE_QUOTE, MODE_MEND, MODE_WRAP };

struct body_conform {
	struct body_plan *plan;
	bool to_7bit, writing, in_header;
	char boundaries[DEPTH_MAX][72];
	int depth;
	int part; /* number of the entity whose body this is */
	bool own; /* the bytes are that entity's own: not preamble or epilogue */
	enum mode mode;
	struct quoted_printable quoted;
	struct buffer line; /* start of a line that may be a boundary */
	bool line_start;
	struct buffer header; /* of the part that begins */
	size_t column;        /* first pass */
	int utf8_left;        /* continuation bytes that must follow */
};

/* Finding what a part holds. */
static void note(struct body_conform *r, const char *bytes, size_t length)
{
	unsigned char facts = 0;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c == '\n')
			r->column = 0;
		else if (++r->column > WIRE_LINE_LIMIT_BYTES || c == '\0' || c == '\r')
			facts |= BODY_ODD;
		if (c >= 0x80)
			facts |= BODY_8BIT;
		bool follows = (c & 0xc0) == 0x80;
		if (follows != (r->utf8_left > 0))
			facts |= BODY_NOT_UTF8;
		if (follows)
			r->utf8_left -= r->utf8_left > 0;
		else
			r->utf8_left = c >= 0xc2 && c < 0xe0   ? 1
			               : (c & 0xf0) == 0xe0    ? 2
			               : c >= 0xf0 && c < 0xf5 ? 3
			                                       : 0;
		if (c == 0xc0 || c == 0xc1 || c >= 0xf5)
			facts |= BODY_NOT_UTF8;
	}
	r->plan->parts[r->part] |= facts;
	r->plan->all |= facts;
}

static void put_body(struct body_conform *r, const char *bytes, size_t length, struct buffer *out)
{
	if (!r->writing) {
		if (r->own)
			note(r, bytes, length);
		return;
	}
	switch (r->own ? r->mode : MODE_COPY) {
	case MODE_QUOTE: quoted_printable_put(&r->quoted, bytes, length, out); break;
	case MODE_MEND: quoted_printable_fix(&r->quoted, bytes, length, out); break;
	case MODE_WRAP: quoted_printable_wrap_base64(&r->quoted, bytes, length, out); break;
	default: buffer_add(out, bytes, length); break;
	}
}

static bool needs_change(const struct body_plan *plan, int part, bool to_7bit)
{
	unsigned char facts = part < plan->count ? plan->parts[part] : 0;
	return (facts & BODY_ODD) != 0 || (to_7bit && (facts & BODY_8BIT) != 0);
}

/* The body of an entity begins. */
static void enter(struct body_conform *r, const struct entity *e, int part)
{
	static const enum mode modes[] = {MODE_QUOTE, MODE_WRAP, MODE_MEND, MODE_COPY, MODE_COPY,
	    MODE_COPY};
	r->part = part;
	r->quoted = (struct quoted_printable){0};
	r->column = 0;
	r->utf8_left = 0;
	r->own = true;
	r->in_header = false;
	r->mode = r->writing && needs_change(r->plan, part, r->to_7bit) ? modes[e->kind] : MODE_COPY;
	if (e->kind == ENTITY_MULTIPART && r->depth < DEPTH_MAX) {
		memcpy(r->boundaries[r->depth++], e->boundary, sizeof e->boundary);
		r->own = false;
	} else if (e->kind == ENTITY_MESSAGE) {
		r->in_header = true;
		r->own = false;
	}
}

static int add_part(struct body_conform *r)
{
	struct body_plan *plan = r->plan;
	if (r->writing)
		return r->part + 1;
	plan->parts = mem_grow(plan->parts, plan->count, 1);
	plan->parts[plan->count++] = 0;
	return plan->count - 1;
}

/* What the entity's own field has to say now: NULL = it stays. */
static const char *new_encoding(const struct entity *e, const struct body_plan *plan, int part,
    bool to_7bit)
{
	bool holder = e->kind == ENTITY_MULTIPART || e->kind == ENTITY_MESSAGE;
	if (holder)
		return to_7bit && e->says_8bit ? "7bit" : NULL;
	if (e->kind != ENTITY_TEXT)
		return NULL;
	unsigned char facts = part < plan->count ? plan->parts[part] : 0;
	return needs_change(plan, part, to_7bit) ? "quoted-printable"
	       : !e->odd_encoding                ? NULL
	       : (facts & BODY_8BIT) != 0        ? "8bit"
	                                         : "7bit";
}

const char *body_conform_encoding(const struct entity *top, const struct body_plan *plan,
    bool to_7bit)
{
	const char *encoding = new_encoding(top, plan, 0, to_7bit);
	bool plain =
	    top->kind != ENTITY_BASE64 && top->kind != ENTITY_QUOTED && top->kind != ENTITY_SEALED;
	if (encoding == NULL && plain && !to_7bit && !top->says_8bit && (plan->all & BODY_8BIT) != 0)
		encoding = "8bit";
	return encoding != NULL ? encoding : "";
}

/* The header of a part is whole; ends: the blank line after it, if there is one. */
static void end_header(struct body_conform *r, const char *ends, struct buffer *out)
{
	struct entity e;
	struct header_field f;
	const char *block = r->header.length > 0 ? r->header.data : "";
	int part = add_part(r);
	entity_read(&e, block, r->header.length);
	/* 8-bit text may be in no header, whatever the body may hold. */
	if (!r->writing && (e.odd_encoding || text_has_8bit(block, r->header.length) ||
	                       memchr(block, 0x1b, r->header.length) != NULL))
		r->plan->all |= BODY_HEADER;
	const char *encoding = r->writing ? new_encoding(&e, r->plan, part, r->to_7bit) : NULL;
	for (size_t at = 0; r->writing && header_next(block, r->header.length, &at, &f);) {
		if (encoding != NULL && header_is(&f, "Content-Transfer-Encoding"))
			continue;
		header_conform_put(&f, e.charset, out);
	}
	if (encoding != NULL)
		buffer_printf(out, "Content-Transfer-Encoding: %s\n", encoding);
	if (r->writing)
		buffer_puts(out, *ends == '\0' && encoding != NULL ? "\n" : ends);
	r->header.length = 0;
	enter(r, &e, part);
}

/* "--boundary" or "--boundary--" of an open multipart: its number, or -1. */
static int find_boundary(const struct body_conform *r, const char *line, size_t length, bool *last)
{
	while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL)
		length--;
	for (int i = r->depth - 1; i >= 0 && length > 2 && line[0] == '-' && line[1] == '-'; i--) {
		size_t n = strlen(r->boundaries[i]);
		*last = length == n + 4 && line[length - 1] == '-' && line[length - 2] == '-';
		if ((length == n + 2 || *last) && memcmp(line + 2, r->boundaries[i], n) == 0)
			return i;
	}
	return -1;
}

/* A whole line, or as much of one as decides what it is. */
static void take_line(struct body_conform *r, const char *line, size_t length, struct buffer *out)
{
	bool last = false;
	int boundary = r->depth > 0 ? find_boundary(r, line, length, &last) : -1;
	if (boundary < 0) {
		put_body(r, line, length, out);
		return;
	}
	if (r->in_header)
		end_header(r, "", out);
	if (r->writing && r->mode == MODE_QUOTE)
		quoted_printable_end(&r->quoted, out);
	if (r->writing)
		buffer_add(out, line, length);
	r->depth = boundary + !last;
	r->own = false;
	r->in_header = !last;
	r->mode = MODE_COPY;
}

/* A line of a part's header, with its LF if it has one. */
static void take_header_line(struct body_conform *r, const char *line, size_t length,
    struct buffer *out)
{
	bool last;
	size_t value = 0;
	if (r->depth > 0 && find_boundary(r, line, length, &last) >= 0) {
		take_line(r, line, length, out);
		return;
	}
	while (value < length && line[value] != ':' && (unsigned char)line[value] > 0x20 &&
	       (unsigned char)line[value] < 0x7f)
		value++;
	bool field = value > 0 && value < length && (line[value] == ':' || line[value] == ' ');
	bool follows = r->header.length > 0 && (*line == ' ' || *line == '\t');
	if (length == 1 && *line == '\n') {
		end_header(r, "\n", out);
	} else if ((field || follows) && r->header.length < HEADER_LIMIT_BYTES) {
		buffer_add(&r->header, line, length);
	} else {
		/* No blank line before the text: as mail readers do, it is taken for text. */
		end_header(r, "", out);
		take_line(r, line, length, out);
	}
}

static void decide(struct body_conform *r, struct buffer *out)
{
	struct buffer line = r->line;
	r->line = (struct buffer){0};
	if (r->in_header)
		take_header_line(r, line.data, line.length, out);
	else
		take_line(r, line.data, line.length, out);
	buffer_free(&line);
}

struct body_conform *body_conform_start(const struct entity *top, struct body_plan *plan,
    bool to_7bit, bool writing)
{
	struct body_conform *r = mem_alloc(sizeof *r);
	*r = (struct body_conform){.plan = plan,
	    .to_7bit = to_7bit,
	    .writing = writing,
	    .line_start = true,
	    .part = -1};
	enter(r, top, add_part(r));
	return r;
}

void body_conform_put(struct body_conform *r, const char *bytes, size_t length, struct buffer *out)
{
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t n = end != NULL ? (size_t)(end - bytes) + 1 : length;
		bool wanted = r->line_start && (r->in_header || r->depth > 0);
		if (wanted) {
			buffer_add(&r->line, bytes, n);
			/* Header lines are read whole; a line of the body only as far as a boundary could
			 * reach. */
			bool decided = end != NULL || r->line.length > (r->in_header ? HEADER_LIMIT_BYTES
			                                                             : BOUNDARY_LINE_BYTES);
			if (decided)
				decide(r, out);
			r->line_start = !decided || end != NULL;
		} else {
			put_body(r, bytes, n, out);
			r->line_start = end != NULL;
		}
		bytes += n;
		length -= n;
	}
}

void body_conform_free(struct body_conform *r)
{
	if (r == NULL)
		return;
	buffer_free(&r->line);
	buffer_free(&r->header);
	free(r);
}

void body_conform_end(struct body_conform *r, struct buffer *out)
{
	if (r->line.length > 0)
		decide(r, out);
	if (r->in_header && r->header.length > 0)
		end_header(r, "", out);
	if (r->writing && r->own && r->mode == MODE_QUOTE)
		quoted_printable_end(&r->quoted, out);
	body_conform_free(r);
}
