/* Notes of a report. */
#include "runner/notify/report_notes.h"
#include "base/clock.h"
#include "spool/journal.h"
#include <string.h>

/* Beyond that a kill at the wrong moment repeats the report. */
#define NOTES_LIMIT_BYTES (4 << 20)

void report_notes_put(struct buffer *notes, const char *id, const struct buffer *lines)
{
	if (notes->length + lines->length > NOTES_LIMIT_BYTES)
		return;
	for (size_t at = 0, length; at < lines->length; at += length) {
		const char *end = memchr(lines->data + at, '\n', lines->length - at);
		length = end != NULL ? (size_t)(end - lines->data) + 1 - at : lines->length - at;
		buffer_printf(notes, "%s ", id);
		buffer_add(notes, lines->data + at, length);
	}
}

void report_notes_put_all(struct message **list, int count, enum report_kind kind,
    struct buffer *notes)
{
	for (int i = 0; i < count; i++) {
		struct buffer word = {0};
		journal_put_word(&word, clock_wall_s(), kind == REPORT_DELAY ? "warned" : "done");
		report_notes_put(notes, list[i]->id,
		    kind == REPORT_FAILURE && list[i]->failed_lines.length > 0 ? &list[i]->failed_lines
		                                                               : &word);
		buffer_free(&word);
	}
}
