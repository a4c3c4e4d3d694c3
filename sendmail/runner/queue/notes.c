/* Notes that wait for the disk. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/queue/idmap.h"
#include "runner/queue/notes.h"
#include "spool/id.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FULL_MS 10000

struct note {
	uint64_t id;
	struct buffer lines;
};

static void keep(struct notes *n, uint64_t id, const struct buffer *lines)
{
	struct note *note = idmap_find(&n->kept, id);
	if (note == NULL) {
		note = mem_alloc(sizeof *note);
		note->id = id;
		idmap_add(&n->kept, note);
	}
	buffer_add(&note->lines, lines->data, lines->length);
}

bool notes_append(struct notes *n, const struct queue *q, const char *id,
    const struct buffer *lines, bool sync)
{
	uint64_t packed = id_pack(id);
	if (notes_flush(n, q, packed) && journal_append(q, id, lines, sync))
		return true;
	int error = errno;
	log_line(LOG_CRIT, "%s: the journal cannot be written (%s): the message waits for that", id,
	    strerror(error));
	n->full_until_ms = clock_mono_ms() + FULL_MS;
	keep(n, packed, lines);
	errno = error;
	return false;
}

bool notes_flush(struct notes *n, const struct queue *q, uint64_t id)
{
	char name[ID_SIZE];
	struct note *note = idmap_find(&n->kept, id);
	if (note == NULL)
		return true;
	id_unpack(id, name);
	if (!journal_append(q, name, &note->lines, true))
		return false;
	notes_drop(n, id);
	return true;
}

void notes_flush_all(struct notes *n, const struct queue *q)
{
	struct note *note;
	uint32_t at = 0;
	while ((note = idmap_next(&n->kept, &at)) != NULL) {
		if (!notes_flush(n, q, note->id))
			return;
		at--; /* what followed may be there now */
	}
}

bool notes_pending(const struct notes *n, uint64_t id)
{
	return idmap_find(&n->kept, id) != NULL;
}

bool notes_any_pending(const struct notes *n)
{
	return n->kept.count > 0;
}

void notes_drop(struct notes *n, uint64_t id)
{
	struct note *note = idmap_find(&n->kept, id);
	if (note == NULL)
		return;
	idmap_remove(&n->kept, note);
	buffer_free(&note->lines);
	free(note);
}

void notes_free(struct notes *n)
{
	struct note *note;
	uint32_t at = 0;
	while ((note = idmap_next(&n->kept, &at)) != NULL) {
		buffer_free(&note->lines);
		free(note);
	}
	idmap_free(&n->kept);
}
