/* Entries, all of them by id. */
#include "base/log.h"
#include "runner/path.h"
#include "runner/quota.h"
#include "runner/watcher.h"
#include <stdlib.h>

struct entry *runner_entry(struct runner *r, uint64_t id)
{
	struct entry *e = mem_alloc(sizeof *e);
	e->id = id;
	e->uid = SCHEDULE_NOBODY;
	idmap_add(&r->entries, e);
	return e;
}

struct entry *runner_find(const struct runner *r, uint64_t id)
{
	return idmap_find(&r->entries, id);
}

static void free_entry(struct entry *e)
{
	quota_forget(e);
	watch_done(e);
	free(e->avoid);
	free(e->done);
	free(e);
}

void runner_forget(struct runner *r, struct entry *e)
{
	notes_drop(&r->notes, e->id);
	idmap_remove(&r->entries, e);
	free_entry(e);
}

void runner_free_entries(struct runner *r)
{
	struct entry *e;
	uint32_t at = 0;
	while ((e = idmap_next(&r->entries, &at)) != NULL)
		free_entry(e);
	idmap_free(&r->entries);
	notes_free(&r->notes);
}

uint32_t runner_waiting(const struct runner *r)
{
	uint32_t count = r->owed;
	for (int i = 0; i < r->path_count; i++)
		count += r->paths[i]->schedule.count;
	return count;
}
