/* Rendering. */
#include "mail/format/render.h"
#include "base/header.h"
#include "base/text.h"
#include "base/charset.h"
#include "mail/format/field.h"
#include "mail/format/html.h"
#include "mail/format/screen.h"
#include <string.h>

#define BODY_LIMIT_BYTES ((size_t)64 << 20) /* of text that is shown of one message */

bool render_shows(const struct render_fields *fields, const char *name, size_t length)
{
	char *copy = mem_copy_n(name, length);
	bool shows = true;
	if (fields->retained != NULL && fields->retained->count > 0)
		shows = string_list_find(fields->retained, copy) >= 0;
	else if (fields->ignored != NULL)
		shows = string_list_find(fields->ignored, copy) < 0;
	mem_free(&copy);
	return shows;
}

void render_header(struct buffer *out, const char *header, size_t length,
    const struct render_fields *fields)
{
	struct header_field f;
	for (size_t at = 0; header_next(header, length, &at, &f);) {
		if (!render_shows(fields, f.start, f.name_length))
			continue;
		struct buffer line = {0};
		char *name = mem_copy_n(f.start, f.name_length),
		     *value = field_text(f.start, f.length, name);
		buffer_printf(&line, "%s: %s", name, value);
		screen_clean(out, line.data, line.length);
		buffer_puts(out, "\n");
		buffer_free(&line);
		mem_free(&name);
		mem_free(&value);
	}
}

static bool is_inside(const struct mime_parts *parts, int place, int outer)
{
	while (place > outer)
		place = parts->items[place].parent;
	return place == outer;
}

static bool has_children(const struct mime_parts *parts, int place)
{
	return place + 1 < parts->count && parts->items[place + 1].parent == place;
}

/* Of alternatives: plain text, else HTML, else the first that there is. */
static int best_child(const struct mime_parts *parts, int place)
{
	static const char *const wanted[] = {"text/plain", "text/html", "text/", ""};
	for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++) {
		for (int i = place + 1; i < parts->count && is_inside(parts, i, place); i++) {
			if (!text_starts(parts->items[i].type, wanted[w]) ||
			    (has_children(parts, i) && *wanted[w] != '\0'))
				continue;
			while (parts->items[i].parent != place)
				i = parts->items[i].parent;
			return i;
		}
	}
	return -1;
}

/* Another alternative is shown in place of this part. */
static bool is_passed_over(const struct mime_parts *parts, int place)
{
	for (int child = place, outer = parts->items[place].parent; outer >= 0;
	     child = outer, outer = parts->items[outer].parent) {
		if (strcmp(parts->items[outer].type, "multipart/alternative") == 0 &&
		    best_child(parts, outer) != child)
			return true;
	}
	return false;
}

static bool is_shown_as_text(const struct mime_parts *parts, int place)
{
	const struct mime_part *p = &parts->items[place];
	return !has_children(parts, place) && !p->attachment &&
	       (text_starts(p->type, "text/plain") || text_starts(p->type, "text/html") ||
	           (text_starts(p->type, "text/") && p->name == NULL) ||
	           strcmp(p->type, "message/delivery-status") == 0);
}

bool render_is_attachment(const struct mime_parts *parts, int place)
{
	const struct mime_part *p = &parts->items[place];
	if (has_children(parts, place) || mimeparse_is_multipart(p) || is_passed_over(parts, place))
		return strcmp(p->type, "message/rfc822") == 0 && place > 0;
	return !is_shown_as_text(parts, place);
}

bool render_is_named_text(const struct mime_parts *parts, int place)
{
	return parts->items[place].name != NULL && is_shown_as_text(parts, place) &&
	       !is_passed_over(parts, place);
}

/* The text of a part as UTF-8. */
static void put_part_text(struct buffer *out, const struct mime_part *p)
{
	struct buffer raw = {0}, text = {0};
	mimeparse_decode(&raw, p);
	const char *bytes = raw.length > 0 ? raw.data : "", *charset = p->charset;
	if (charset == NULL || text_equal_ci(charset, "us-ascii"))
		charset = charset_is_iso2022jp(bytes, raw.length) ? "ISO-2022-JP" : NULL;
	charset_to_utf8(&text, charset, bytes,
	    raw.length < BODY_LIMIT_BYTES ? raw.length : BODY_LIMIT_BYTES);
	if (strcmp(p->type, "text/html") == 0)
		html_to_text(out, text.length > 0 ? text.data : "", text.length);
	else
		buffer_add(out, text.data, text.length);
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_puts(out, "\n");
	buffer_free(&raw);
	buffer_free(&text);
}

static void put_attachment_line(struct buffer *out, const struct mime_part *p, int number)
{
	struct buffer line = {0}, bytes = {0};
	mimeparse_decode(&bytes, p);
	buffer_printf(&line, "[attachment %d: ", number);
	if (p->name != NULL) {
		screen_fit(&line, p->name, 60, 0);
		buffer_puts(&line, ", ");
	}
	screen_fit(&line, p->type, 60, 0);
	if (bytes.length < 10000)
		buffer_printf(&line, ", %zu bytes; \"detach\" saves it]\n", bytes.length);
	else
		buffer_printf(&line, ", %zu kB; \"detach\" saves it]\n", bytes.length / 1000);
	buffer_add(out, line.data, line.length);
	buffer_free(&line);
	buffer_free(&bytes);
}

static const struct string_list *inner_fields(void)
{
	static char *items[] = {(char *)"From", (char *)"To", (char *)"Cc", (char *)"Date",
	    (char *)"Subject", NULL};
	static const struct string_list inner = {items, 5};
	return &inner;
}

static void render_parts(struct buffer *out, const struct mime_parts *parts, bool screen)
{
	int number = 0;
	for (int i = 0; i < parts->count; i++) {
		const struct mime_part *p = &parts->items[i];
		if (is_passed_over(parts, i))
			continue;
		if (i > 0 && out->length > 0 && p->parent >= 0 && !mimeparse_is_multipart(p) &&
		    strcmp(parts->items[p->parent].type, "message/rfc822") != 0)
			buffer_puts(out, "\n");
		if (is_shown_as_text(parts, i)) {
			struct buffer text = {0};
			put_part_text(&text, p);
			if (screen)
				screen_clean(out, text.data, text.length);
			else
				buffer_add(out, text.data, text.length);
			buffer_free(&text);
			continue;
		}
		number += render_is_attachment(parts, i);
		if (strcmp(p->type, "message/rfc822") == 0 && has_children(parts, i)) {
			const struct render_fields fields = {.retained = inner_fields()};
			buffer_puts(out, "-------- a message inside this one --------\n");
			render_header(out, parts->items[i + 1].header, parts->items[i + 1].header_length,
			    &fields);
			buffer_puts(out, "\n");
		} else if (screen && render_is_attachment(parts, i)) {
			put_attachment_line(out, p, number);
		}
	}
	if (parts->cut && screen)
		buffer_puts(out, "\n[there are more parts in this message than are shown]\n");
}

void render_body(struct buffer *out, const char *bytes, size_t length)
{
	struct mime_parts parts;
	struct buffer body = {0};
	mimeparse(&parts, bytes, length);
	render_parts(&body, &parts, true);
	buffer_add(out, body.data, body.length);
	mimeparse_free(&parts);
	buffer_free(&body);
}

void render_text(struct buffer *out, const char *bytes, size_t length)
{
	struct mime_parts parts;
	struct buffer body = {0};
	mimeparse(&parts, bytes, length);
	render_parts(&body, &parts, false);
	buffer_add(out, body.data, body.length);
	mimeparse_free(&parts);
	buffer_free(&body);
}
