/* Changing a list of header fields.  Bounded, so that nobody makes it long work: some hundred
   thousand fields at most, and a thousand changes. */
#include "filter/header_edits.h"
#include "base/header.h"
#include <string.h>
#include <strings.h>

#define CHANGES_MAX 1000
#define BYTES_MAX (1u << 20)
#define NAME_MAX_BYTES 900 /* with its colon, less than a line may have (RFC 5322 2.1.1) */

static void put(struct header_edits *e, size_t at, const struct edited_field *field)
{
	if (e->count == e->size) {
		e->size = e->size > 0 ? 2 * e->size : 64;
		e->fields = mem_resize(e->fields, e->size, sizeof *e->fields);
	}
	memmove(&e->fields[at + 1], &e->fields[at], (e->count - at) * sizeof *e->fields);
	e->fields[at] = *field;
	e->count++;
}

void edits_begin(struct header_edits *e, const char *header, size_t length)
{
	struct header_field f;
	size_t at = 0;
	while (header_next(header, length, &at, &f)) {
		struct edited_field one = {.text = f.start,
		    .name_length = f.name_length,
		    .length = f.length};
		put(e, e->count, &one);
	}
}

static bool name_ok(const char *name)
{
	size_t length = 0;
	while (name[length] > ' ' && name[length] < '\x7f' && name[length] != ':')
		length++;
	return length > 0 && length <= NAME_MAX_BYTES && name[length] == '\0';
}

static bool is_blank(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
			return false;
	}
	return true;
}

/* One line of a value: none of its bytes may end it. */
static void put_line(struct buffer *out, const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = line[i];
		if (c == '\r' && i + 1 == length)
			continue;
		buffer_add(out, (unsigned char)c < ' ' && c != '\t' ? " " : &c, 1);
	}
}

/* Each further line begins with a blank, and none is only that. */
static void put_value(struct buffer *out, const char *value)
{
	bool first = true;
	while (first || *value != '\0') {
		size_t length = strcspn(value, "\n");
		if (first || !is_blank(value, length)) {
			if (!first)
				buffer_puts(out, *value == ' ' || *value == '\t' ? "\n" : "\n\t");
			put_line(out, value, length);
		}
		first = false;
		value += length + (value[length] == '\n');
	}
}

static const char *make(struct header_edits *e, struct edited_field *field, const char *name,
    const char *value)
{
	struct buffer b = {0};
	if (++e->changes > CHANGES_MAX)
		return "it changes the header more than 1000 times";
	if (!name_ok(name))
		return "it gives a header field a name that none can have";
	e->bytes += strlen(name) + strlen(value);
	if (e->bytes > BYTES_MAX)
		return "it adds more than 1 MiB to the header";
	buffer_puts(&b, name);
	buffer_puts(&b, e->verbatim || *value == '\0' ? ":" : ": ");
	put_value(&b, value);
	buffer_puts(&b, "\n");
	*field = (struct edited_field){.text = b.data,
	    .own = b.data,
	    .length = b.length,
	    .name_length = strlen(name)};
	return NULL;
}

const char *edits_insert(struct header_edits *e, uint32_t index, const char *name,
    const char *value)
{
	struct edited_field field;
	const char *problem = make(e, &field, name, value);
	size_t at = 0;
	if (problem != NULL)
		return problem;
	/* What was removed has no place in the count. */
	for (uint32_t i = 0; at < e->count && (i < index || e->fields[at].text == NULL); at++)
		i += e->fields[at].text != NULL;
	put(e, at, &field);
	return NULL;
}

const char *edits_add(struct header_edits *e, const char *name, const char *value)
{
	return edits_insert(e, UINT32_MAX, name, value);
}

static struct edited_field *find(struct header_edits *e, uint32_t index, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < e->count; i++) {
		struct edited_field *f = &e->fields[i];
		if (f->text != NULL && f->name_length == length &&
		    strncasecmp(f->text, name, length) == 0 && index-- <= 1)
			return f;
	}
	return NULL;
}

static void drop(struct edited_field *f)
{
	mem_free(&f->own);
	f->text = NULL;
	f->length = f->name_length = 0;
}

const char *edits_change(struct header_edits *e, uint32_t index, const char *name,
    const char *value)
{
	struct edited_field field, *old = find(e, index, name);
	if (old == NULL)
		return *value != '\0'               ? edits_add(e, name, value)
		       : ++e->changes > CHANGES_MAX ? "it changes the header more than 1000 times"
		                                    : NULL;
	const char *problem = make(e, &field, name, value);
	if (problem != NULL)
		return problem;
	drop(old);
	if (*value != '\0')
		*old = field;
	else
		mem_free(&field.own);
	return NULL;
}

void edits_write(const struct header_edits *e, struct buffer *out)
{
	for (size_t i = 0; i < e->count; i++)
		buffer_add(out, e->fields[i].text, e->fields[i].length);
}

void edits_free(struct header_edits *e)
{
	for (size_t i = 0; i < e->count; i++)
		mem_free(&e->fields[i].own);
	mem_free(&e->fields);
	e->count = e->size = 0;
}
