/* Writing a digest. */
#include "message/digest.h"
#include "base/clock.h"
#include "base/encoded_word.h"
#include "base/language.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 500 /* of the table */

static struct digest_row *find_row(struct digest *d, const char *subject, int64_t came_s)
{
	size_t at = lookup_find(&d->subjects, subject);
	if (at != LOOKUP_NONE)
		return &d->rows[at];
	d->rows = mem_grow(d->rows, d->row_count, sizeof *d->rows);
	struct digest_row *row = &d->rows[d->row_count++];
	*row = (struct digest_row){.subject = mem_copy(subject), .first_s = came_s, .last_s = came_s};
	lookup_add(&d->subjects, row->subject);
	return row;
}

void digest_add(struct digest *d, int64_t came_s, const char *subject, const char *bytes,
    size_t length)
{
	struct digest_row *row = find_row(d, subject, came_s);
	row->count++;
	row->first_s = came_s < row->first_s ? came_s : row->first_s;
	row->last_s = came_s > row->last_s ? came_s : row->last_s;
	d->message_count++;
	/* The type is the one by default in a digest; readers that do not know that see it. */
	buffer_printf(&d->parts, "\n--%s-m\nContent-Type: message/rfc822\n\n", d->boundary);
	buffer_add(&d->parts, bytes, length);
}

static const char *name_of(const struct digest_row *row)
{
	return *row->subject != '\0' ? row->subject : TR("(no subject)");
}

static void put_subject(const struct digest *d, struct buffer *out)
{
	struct text words;
	char bytes[700];
	text_init(&words, bytes, sizeof bytes);
	text_printf(&words,
	    d->row_count == 1 ? TR("%d messages: %s") : TR("%d messages: %s, and others"),
	    d->message_count, name_of(&d->rows[0]));
	buffer_puts(out, "Subject: ");
	encoded_word_put(out, words.data, strlen("Subject: "));
	buffer_puts(out, "\n");
}

static void put_row(const struct digest_row *row, struct buffer *out)
{
	TEXT(first, 40);
	TEXT(last, 40);
	clock_put_local(&first, row->first_s);
	clock_put_local(&last, row->last_s);
	buffer_printf(out, "%-19s  %-19s  %5d  %s\n", first.data, row->count > 1 ? last.data : "",
	    row->count, name_of(row));
}

static void put_table(const struct digest *d, struct buffer *out)
{
	buffer_printf(out,
	    TR("%d messages came in a short time, and were gathered. Each of them is attached, "
	       "whole.\n\n"),
	    d->message_count);
	buffer_puts(out, TR("first                last                 count  subject\n"));
	for (int i = 0; i < d->row_count && i < ROWS_MAX; i++)
		put_row(&d->rows[i], out);
	if (d->row_count > ROWS_MAX)
		buffer_printf(out, TR("and %d other subjects\n"), d->row_count - ROWS_MAX);
}

void digest_put(const struct digest *d, int64_t date_s, const char *fields, struct buffer *out)
{
	struct buffer table = {0};
	TEXT(date, 64);
	clock_put_rfc5322(&date, date_s);
	put_table(d, &table);
	bool ascii = !text_has_8bit(table.data, table.length);
	buffer_printf(out, "Date: %s\n%s", date.data, fields);
	put_subject(d, out);
	buffer_printf(out,
	    "Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
	    "boundary=\"%s\"\n\n--%s\nContent-Type: text/plain; charset=%s\n"
	    "Content-Transfer-Encoding: %s\n\n",
	    d->boundary, d->boundary, ascii ? "us-ascii" : "utf-8", ascii ? "7bit" : "8bit");
	buffer_add(out, table.data, table.length);
	buffer_printf(out, "\n--%s\nContent-Type: multipart/digest; boundary=\"%s-m\"\n", d->boundary,
	    d->boundary);
	buffer_add(out, d->parts.data, d->parts.length);
	buffer_printf(out, "\n--%s-m--\n\n--%s--\n", d->boundary, d->boundary);
	buffer_free(&table);
}

void digest_free(struct digest *d)
{
	for (int i = 0; i < d->row_count; i++)
		free(d->rows[i].subject);
	free(d->rows);
	buffer_free(&d->parts);
	lookup_free(&d->subjects);
}
