/* A spool of its own for targets that need one, in memory where the system has that, and the queue
 * in it: made anew for each run. */
#ifndef TESTS_FUZZ_SPOOL_H
#define TESTS_FUZZ_SPOOL_H
#include "base/fdio.h"
#include "config/config.h"
#include "message/envelope.h"
#include "runner/delivery/configure.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/session/sessions.h"
#include "runner/session/worker.h"
#include "tests/fuzz/fuzz.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char fuzz_spool[64];

/* The socket of a runner stays. */
static inline void fuzz_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, "control") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

static inline const char *fuzz_path(const char *name)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", fuzz_spool, name);
	return path;
}

static void fuzz_remove_spool(void)
{
	unlink(fuzz_path("mqueue/control"));
	fuzz_empty(fuzz_path("mqueue"));
	fuzz_empty(fuzz_path("drop"));
	rmdir(fuzz_path("mqueue"));
	rmdir(fuzz_path("drop"));
	fuzz_empty(fuzz_spool);
	rmdir(fuzz_spool);
}

static inline void fuzz_put_file(const char *name, const char *bytes, size_t length)
{
	int fd = open(fuzz_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	MUST(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

static inline void fuzz_make_spool(void)
{
	static const char conf[] =
	    "[host]\nname = mon1.example.org\n[smarthost main]\nhost = 127.0.0.1\ntls = "
	    "off\n[smarthost backup]\nhost = 127.0.0.2\ntls = off\n";
	snprintf(fuzz_spool, sizeof fuzz_spool, "%s/firsthop-fuzz-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(mkdtemp(fuzz_spool) != NULL && mkdir(fuzz_path("drop"), 0700) == 0 &&
	     mkdir(fuzz_path("mqueue"), 0700) == 0);
	atexit(fuzz_remove_spool);
	fuzz_put_file("firsthop.conf", conf, strlen(conf));
	setenv("FIRSTHOP_CONFIG", fuzz_path("firsthop.conf"), 1);
	setenv("FIRSTHOP_SPOOL", fuzz_spool, 1);
}

/* A message of uid in a folder; its recipients are words. */
static inline void fuzz_put_message(const char *folder, const char *id, int uid, const char *sender,
    const char *rcpts, const char *notify)
{
	static const char text[] = "Subject: x\n\nx\n";
	struct envelope e;
	struct buffer file = {0};
	size_t content_at;
	char name[60], *words = mem_copy(rcpts), *rest = words, *word;
	envelope_init(&e);
	e.uid = uid;
	e.content = (struct content){.bytes = sizeof text - 1, .lines = 3, .longest_line = 10};
	free(e.sender);
	e.sender = mem_copy(sender);
	free(e.notify);
	e.notify = mem_copy(notify);
	while ((word = strsep(&rest, " ")) != NULL)
		envelope_add_recipient(&e, word);
	envelope_write(&e, &file, &content_at);
	buffer_puts(&file, text);
	snprintf(name, sizeof name, "%s/%s", folder, id);
	fuzz_put_file(name, file.data, file.length);
	buffer_free(&file);
	envelope_free(&e);
	free(words);
}

/* Of a file in mqueue/; -1: there is none. */
static inline long fuzz_size(const char *name)
{
	struct stat st;
	char path[60];
	snprintf(path, sizeof path, "mqueue/%s", name);
	return stat(fuzz_path(path), &st) == 0 ? (long)st.st_size : -1;
}

/* Nothing is lost and nothing is there twice: each message in mqueue/ has one place in a schedule,
 * or is owed a report. */
static void fuzz_count_message(void *context, enum queue_kind kind, const char *id)
{
	const struct runner *r = ((void **)context)[0];
	uint32_t *left = ((void **)context)[1], places = 0;
	if (kind != QUEUE_MESSAGE)
		return;
	for (int i = 0; i < r->nexthops.count; i++) {
		for (uint32_t k = 0; k < r->nexthops.list[i]->schedule.count; k++)
			places += r->nexthops.list[i]->schedule.heap[k]->id == id_pack(id);
	}
	MUST(places <= 1);
	(*left)--;
}

/* in_work: messages that a relay has. */
static inline void fuzz_must_be_whole(struct runner *r, uint32_t in_work)
{
	uint32_t left = entry_count(r) + in_work;
	MUST(queue_scan(r->queue.mqueue_fd, fuzz_count_message, (void *[]){r, &left}));
	MUST(left == 0);
}

/* No line in it but those that a runner writes; returns the number of outcomes. */
static inline int fuzz_must_be_journal(const struct runner *r, const char *id)
{
	static const char *const verbs[] = {" attempt n=", " step text=", " rcpt address=",
	    " relayed address=", " wait s="};
	static const char *const words[] = {" owed", " done", " reported", " warned"};
	struct buffer text = {0};
	char name[60], *rest, *line;
	int outcomes = 0;
	snprintf(name, sizeof name, "%s.log", id);
	if (!fdio_slurp_at(r->queue.mqueue_fd, name, &text, 1 << 22))
		return 0;
	rest = (char *)(uintptr_t)buffer_string(&text);
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		const char *verb = line + strspn(line, "0123456789");
		bool known = false;
		for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
			known = known || text_starts(verb, verbs[i]);
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			known = known || strcmp(verb, words[i]) == 0;
		MUST(known && verb > line && !text_has_control(line));
		outcomes += text_starts(verb, " rcpt ");
	}
	buffer_free(&text);
	return outcomes;
}

/* A runner whose configuration is read, with what lies in the spool. */
static inline void fuzz_start_runner(struct runner *r)
{
	struct diagnosis d = {0};
	*r = (struct runner){.lifetime = LIFETIME_STAY, .lock_fd = -1, .trigger_fd = -1};
	MUST(queue_open(&r->queue, fuzz_spool, true, &d));
	sessions_start(r);
	nexthop_start(&r->nexthops, &r->config, &r->counters);
	config_defaults(&r->config);
	configure_read(r);
	MUST(r->config_good);
}

/* Forgets all mail, and the files with it. */
static inline void fuzz_empty_runner(struct runner *r)
{
	notify_free(r);
	r->owed = 0;
	entry_free_all(&r->entries, &r->notes);
	nexthop_free_all(&r->nexthops);
	nexthop_start(&r->nexthops, &r->config, &r->counters);
	quota_free(r);
	r->sessions->count = 0;
	r->counters = (struct counters){0};
	fuzz_empty(fuzz_path("drop"));
	fuzz_empty(fuzz_path("mqueue"));
}
#endif
