/* mbox.  A "From " line counts at the beginning and after an empty line, if a date is in it:
 * text of people begins so, too. */
#include "mail/mailbox/mbox.h"
#include "mail/format/field.h"
#include "base/mailbox_form.h"
#include "base/text.h"
#include <string.h>

#define FROM_LINE_LIMIT 400

static bool has_month(const char *line)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char word[6] = "  ";
	for (int i = 0; i < 12; i++) {
		memcpy(word + 1, months + (size_t)i * 3, 3);
		word[4] = ' ';
		if (text_find_ci(line, word) != NULL)
			return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* True if a "From " line with a date begins here. */
static bool is_from_line(const char *bytes, size_t length)
{
	char line[FROM_LINE_LIMIT + 1];
	if (length < 5 || memcmp(bytes, "From ", 5) != 0)
		return false;
	const char *end = memchr(bytes, '\n', length > FROM_LINE_LIMIT ? FROM_LINE_LIMIT : length);
	if (end == NULL || memchr(bytes, '\0', (size_t)(end - bytes)) != NULL)
		return false;
	memcpy(line, bytes, (size_t)(end - bytes));
	line[end - bytes] = '\0';
	for (const char *at = strchr(line, ':'); at != NULL; at = strchr(at + 1, ':')) {
		if (is_digit(at[-1]) && is_digit(at[1]) && is_digit(at[2]))
			return has_month(line);
	}
	return false;
}

static size_t line_length(const char *bytes, size_t length)
{
	const char *end = memchr(bytes, '\n', length);
	return end != NULL ? (size_t)(end - bytes) + 1 : length;
}

/* True for a field of this name at the beginning of a line. */
static bool is_field(const char *line, size_t length, const char *name)
{
	size_t n = strlen(name);
	if (length <= n || line[n] != ':')
		return false;
	char start[16];
	memcpy(start, line, n);
	start[n] = '\0';
	return text_equal_ci(start, name);
}

static void read_status(const char *bytes, struct mbox_item *item)
{
	for (size_t at = item->header; at < item->body;) {
		size_t n = line_length(bytes + at, item->body - at);
		if (is_field(bytes + at, n, "Status")) {
			item->read = item->read || memchr(bytes + at + 7, 'R', n - 7) != NULL;
			item->old = item->old || memchr(bytes + at + 7, 'O', n - 7) != NULL;
		}
		at += n;
	}
}

static void finish_item(const char *bytes, struct mbox_item *item, size_t end)
{
	item->length = end - item->start;
	item->header = item->start + line_length(bytes + item->start, item->length);
	item->body = item->header + field_header_length(bytes + item->header, end - item->header);
	read_status(bytes, item);
}

int mbox_parse(const char *bytes, size_t length, struct mbox_item **items, size_t *lead)
{
	int count = 0, room = 0;
	bool blank = true; /* the line before was empty, or there is none */
	*items = NULL;
	*lead = 0;
	for (size_t at = 0; at < length;) {
		size_t n = line_length(bytes + at, length - at);
		if (blank && is_from_line(bytes + at, length - at)) {
			if (count > 0)
				finish_item(bytes, &(*items)[count - 1], at);
			else
				*lead = at;
			if (count == room)
				*items = mem_resize(*items, (size_t)(room = room * 2 + 16), sizeof **items);
			(*items)[count++] = (struct mbox_item){.start = at};
		}
		blank = n == 1 || (n == 2 && bytes[at] == '\r');
		at += n;
	}
	if (count > 0)
		finish_item(bytes, &(*items)[count - 1], length);
	else
		*lead = length;
	return count;
}

void mbox_put(struct buffer *out, const char *sender, int64_t wall_s, const char *message,
    size_t length)
{
	size_t at = 0;
	if (is_from_line(message, length)) {
		at = line_length(message, length);
		buffer_add(out, message, at);
	} else {
		mailbox_form_start(out, sender, wall_s);
	}
	mailbox_form_lines(out, message + at, length - at, true);
	buffer_puts(out, "\n");
}

void mbox_put_status(struct buffer *out, const char *mailbox, const struct mbox_item *item,
    bool read, bool old)
{
	size_t end = item->body, at = item->header;
	/* The empty line goes after the new field. */
	bool ended = end > at && mailbox[end - 1] == '\n' &&
	             (end - at == 1 || mailbox[end - 2] == '\n' || mailbox[end - 2] == '\r');
	size_t blank = ended ? (end - at >= 2 && mailbox[end - 2] == '\r' ? 2 : 1) : 0;
	buffer_add(out, mailbox + item->start, item->header - item->start);
	for (size_t n; at < end - blank; at += n) {
		n = line_length(mailbox + at, end - blank - at);
		if (!is_field(mailbox + at, n, "Status"))
			buffer_add(out, mailbox + at, n);
	}
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_puts(out, "\n");
	if (read || old)
		buffer_printf(out, "Status: %s%s\n", read ? "R" : "", old ? "O" : "");
	buffer_add(out, mailbox + end - blank, blank);
	buffer_add(out, mailbox + item->body, item->start + item->length - item->body);
}
