/* A list of ids. */
#include "base/mem.h"
#include "runner/queue/idlist.h"
#include "spool/id.h"
#include <stdlib.h>
#include <string.h>

void idlist_add_packed(struct idlist *f, uint64_t id)
{
	if (f->count == f->size) {
		f->size = f->size ? 2 * f->size : 256;
		f->ids = mem_resize(f->ids, f->size, sizeof *f->ids);
	}
	f->ids[f->count++] = id;
}

void idlist_add(struct idlist *f, const char *id)
{
	idlist_add_packed(f, id_pack(id));
}

static int by_number(const void *left, const void *right)
{
	uint64_t a, b;
	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return (a > b) - (a < b);
}

void idlist_sort(struct idlist *f)
{
	if (f->count > 1)
		qsort(f->ids, f->count, sizeof *f->ids, by_number);
}

bool idlist_has(const struct idlist *f, uint64_t id)
{
	return f->count > 0 && bsearch(&id, f->ids, f->count, sizeof id, by_number) != NULL;
}

void idlist_free(struct idlist *f)
{
	free(f->ids);
	*f = (struct idlist){0};
}
