/* Entries, all of them by id. */
#include "base/log.h"
#include "runner/queue/entry.h"
#include "runner/queue/idmap.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/notes.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/queue/watcher.h"
#include <stdlib.h>

struct entry *entry_new(struct idmap *entries, uint64_t id)
{
	struct entry *e = mem_alloc(sizeof *e);
	e->id = id;
	e->uid = SCHEDULE_NOBODY;
	idmap_add(entries, e);
	return e;
}

struct entry *entry_find(const struct idmap *entries, uint64_t id)
{
	return idmap_find(entries, id);
}

static void free_entry(struct entry *e)
{
	quota_forget(e);
	watcher_done(e);
	tried_free(&e->tried);
	free(e);
}

void entry_forget(struct notes *notes, struct idmap *entries, struct entry *e)
{
	notes_drop(notes, e->id);
	idmap_remove(entries, e);
	free_entry(e);
}

void entry_free_all(struct idmap *entries, struct notes *notes)
{
	struct entry *e;
	uint32_t at = 0;
	while ((e = idmap_next(entries, &at)) != NULL)
		free_entry(e);
	idmap_free(entries);
	notes_free(notes);
}

uint32_t entry_count(const struct runner *r)
{
	uint32_t count = r->owed;
	for (int i = 0; i < r->nexthops.count; i++)
		count += r->nexthops.list[i]->schedule.count;
	return count;
}
