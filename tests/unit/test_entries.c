/* objects: runner */
/* libs: -linih -lidn2 -Wl,--wrap=clock_mono_ms */
/* The table of entries by id, notes that wait for the disk, and what a message is when it is
   read. */
#include "base/clock.h"
#include "base/log.h"
#include "runner/attempt/message.h"
#include "runner/queue/entry.h"
#include "runner/queue/idmap.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t now_ms = 1000;
int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return now_ms;
}

struct thing {
	uint64_t id;
	bool there;
};

/* A thousand steps of adding and removing leave exactly what is there, however the ids lie. */
static void a_table_finds_what_is_in_it(void **state)
{
	static struct thing things[500];
	struct idmap m = {0};
	uint32_t seed = 7, count = 0;
	(void)state;
	for (uint32_t i = 0; i < 500; i++)
		things[i].id = ((uint64_t)(i % 7) << 32) + (i / 7) * 64;
	for (int step = 0; step < 100000; step++) {
		seed = seed * 1664525u + 1013904223u;
		struct thing *t = &things[(seed >> 8) % 500];
		if (t->there)
			idmap_remove(&m, t);
		else
			idmap_add(&m, t);
		t->there = !t->there;
		count += t->there ? 1 : UINT32_MAX;
		assert_int_equal(m.count, count);
		if (step % 1000 != 0)
			continue;
		for (uint32_t i = 0; i < 500; i++)
			assert_ptr_equal(idmap_find(&m, things[i].id), things[i].there ? &things[i] : NULL);
	}
	uint32_t at = 0, seen = 0;
	while (idmap_next(&m, &at) != NULL)
		seen++;
	assert_int_equal(seen, count);
	idmap_free(&m);
}

static char folder[] = "/tmp/firsthop.XXXXXX";
static struct runner r = {.config_good = true, .lock_fd = -1, .trigger_fd = -1};

static void start(void)
{
	char path[60];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/mqueue", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	r.queue.mqueue_fd = open(path, O_RDONLY | O_DIRECTORY);
	r.queue.drop_fd = -1;
	r.queue.owner = getuid();
	config_defaults(&r.config);
	log_start("test", 0);
}

static void put(const char *name, const char *text)
{
	int fd = openat(r.queue.mqueue_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static long size_of(const char *name)
{
	struct stat st;
	return fstatat(r.queue.mqueue_fd, name, &st, 0) == 0 ? (long)st.st_size : -1;
}

#define ID "65000000.00000001"
#define HEAD                                                                             \
	"firsthop-spool: 1\ncontent: bytes=0 lines=0 longest=0 8bit=0 nul=0 cr=0\ncreated: " \
	"1\nsender: me@example.org\nrecipient: a@example.org\nrecipient: b@example.org\nflags: \n\n"

/* A journal that cannot be written (a folder has its name): the lines are kept in their order, and
 * written once it can; a message is not read before. */
static void notes_wait_for_the_disk(void **state)
{
	struct buffer lines = {0};
	struct message *m;
	struct entry *e;
	TEXT(why, 400);
	(void)state;
	put(ID, HEAD);
	e = entry_new(&r.entries, id_pack(ID));
	assert_int_equal(mkdirat(r.queue.mqueue_fd, ID ".log", 0700), 0);
	buffer_puts(&lines, "1700000000 warned\n");
	assert_false(notes_append(&r.notes, &r.queue, ID, &lines, true));
	assert_true(r.notes.full_until_ms > now_ms);
	assert_true(notes_pending(&r.notes, e->id) && notes_any_pending(&r.notes));
	assert_int_equal(message_read(&r, e, MESSAGE_OPEN, &m, &why), MESSAGE_LATER);
	notes_flush_all(&r.notes, &r.queue);
	assert_true(notes_pending(&r.notes, e->id));
	assert_int_equal(unlinkat(r.queue.mqueue_fd, ID ".log", AT_REMOVEDIR), 0);
	lines.length = 0;
	buffer_puts(&lines, "1700000001 reported\n");
	assert_true(notes_append(&r.notes, &r.queue, ID, &lines, true));
	assert_false(notes_any_pending(&r.notes));
	assert_int_equal(size_of(ID ".log"), (long)strlen("1700000000 warned\n1700000001 reported\n"));
	buffer_free(&lines);
	unlinkat(r.queue.mqueue_fd, ID ".log", 0);
	entry_free_all(&r.entries, &r.notes);
}

/* Whatever a message is, reading it changes neither its entry nor its files. */
static void reading_changes_nothing(void **state)
{
	static const struct {
		const char *file, *journal;
		enum message_found found;
		int rcpts;
	} rows[] = {
	    {HEAD, NULL, MESSAGE_READY, 2},
	    {HEAD, "1700000000 rcpt address=a@example.org verdict=sent stage=DOT\n", MESSAGE_READY, 1},
	    {HEAD,
	        "1700000000 attempt n=1\n1700000000 rcpt address=a@example.org verdict=deferred "
	        "stage=DOT\n1700000000 rcpt address=b@example.org verdict=deferred stage=DOT\n",
	        MESSAGE_READY, 2},
	    {HEAD,
	        "1700000000 attempt n=1\n1700000000 rcpt address=a@example.org verdict=failed "
	        "stage=RCPT\n1700000000 owed\n",
	        MESSAGE_OWED, 0},
	    {HEAD,
	        "1700000000 rcpt address=a@example.org verdict=sent stage=DOT\n1700000000 relayed "
	        "address=a@example.org\n",
	        MESSAGE_RELAYED, 1},
	    {"no message\n", NULL, MESSAGE_DAMAGED, 0},
	    {HEAD "behind", NULL, MESSAGE_DAMAGED, 0},
	    {NULL, NULL, MESSAGE_GONE, 0},
	};
	(void)state;
	r.config.max_recipients = 100;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct entry *e = entry_new(&r.entries, id_pack(ID)), before;
		struct message *m;
		TEXT(why, 400);
		unlinkat(r.queue.mqueue_fd, ID, 0);
		unlinkat(r.queue.mqueue_fd, ID ".log", 0);
		if (rows[i].file != NULL)
			put(ID, rows[i].file);
		if (rows[i].journal != NULL)
			put(ID ".log", rows[i].journal);
		before = *e;
		long file = size_of(ID), journal = size_of(ID ".log");
		assert_int_equal(message_read(&r, e, MESSAGE_OPEN, &m, &why), rows[i].found);
		assert_memory_equal(&before, e, sizeof before);
		assert_int_equal(size_of(ID), file);
		assert_int_equal(size_of(ID ".log"), journal);
		assert_int_equal(m != NULL ? m->rcpt_count : 0, rows[i].rcpts);
		if (m != NULL)
			message_free(m);
		entry_forget(&r.notes, &r.entries, e);
	}
	/* More recipients than a message may have. */
	r.config.max_recipients = 1;
	put(ID, HEAD);
	struct message *m;
	TEXT(why, 400);
	struct entry *e = entry_new(&r.entries, id_pack(ID));
	assert_int_equal(message_read(&r, e, MESSAGE_OPEN, &m, &why), MESSAGE_REFUSED);
	assert_int_equal(m->rcpt_count, 2);
	message_free(m);
	entry_free_all(&r.entries, &r.notes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_table_finds_what_is_in_it),
	    TEST(notes_wait_for_the_disk), TEST(reading_changes_nothing)};
	start();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(r.queue.mqueue_fd);
	unit_remove(folder);
	config_free(&r.config);
	return failed;
}
