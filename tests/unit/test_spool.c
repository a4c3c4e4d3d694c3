/* libs: -Wl,--wrap=fdio_sync,--wrap=flock,--wrap=linkat,--wrap=compat_rename_is_one_step,--wrap=disk_space_look */
/* The spool on a real folder: what is adopted, what is not, and what a journal says. */
#include "base/text.h"
#include "jobs/ledger.h"
#include "message/envelope.h"
#include "spool/drop.h"
#include "spool/health.h"
#include "spool/compact.h"
#include "spool/journal.h"
#include "spool/runner_lock.h"
#include "spool/trigger.h"
#include "spool/pickup.h"
#include "spool/disk_reserve.h"
#include "spool/disk_space.h"
#include "tests/unit/unit.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool __real_fdio_sync(int fd);
bool __wrap_fdio_sync(int fd);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __real_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
bool __wrap_compat_rename_is_one_step(int folder_fd);
bool __real_disk_space_look(struct disk_space *r, int fd);
bool __wrap_disk_space_look(struct disk_space *r, int fd);
static int fails_at, fails_with; /* which sync from now fails (0: none), and how */
static int lock_error, link_error;
static bool renames_in_one_step = true;
static int remove_before_lock; /* how often a runner with a clock that is ahead comes between
                                  creating and locking a file */
static void remove_temps(void);
static const struct disk_space *room_so_far; /* what is left on the disk; NULL: as it is */

bool __wrap_fdio_sync(int fd)
{
	if (fails_at == 0 || --fails_at > 0)
		return __real_fdio_sync(fd);
	errno = fails_with;
	return false;
}

int __wrap_flock(int fd, int operation)
{
	if (remove_before_lock > 0 && remove_before_lock-- > 0)
		remove_temps();
	errno = lock_error;
	return lock_error != 0 ? -1 : __real_flock(fd, operation);
}

int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	errno = link_error;
	return link_error != 0 ? -1 : __real_linkat(from_fd, from, to_fd, to, flags);
}

bool __wrap_compat_rename_is_one_step(int folder_fd)
{
	(void)folder_fd;
	return renames_in_one_step;
}

bool __wrap_disk_space_look(struct disk_space *r, int fd)
{
	if (room_so_far == NULL)
		return __real_disk_space_look(r, fd);
	*r = *room_so_far;
	return true;
}

static char spool[] = "/tmp/firsthop-spool-XXXXXX";
static struct queue queue;

static int setup(void **state)
{
	char path[100];
	struct diagnosis d = {0};
	(void)state;
	if (mkdtemp(spool) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/drop", spool);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/mqueue", spool);
	mkdir(path, 0700);
	return queue_open(&queue, spool, true, &d) ? 0 : 1;
}

static int teardown(void **state)
{
	(void)state;
	queue_close(&queue);
	return unit_remove(spool);
}

static void put_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0 && write(fd, "x\n", 2) == 2);
	close(fd);
}

static bool is_there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void ids_are_strict(void **state)
{
	char id[ID_SIZE], back[ID_SIZE];
	(void)state;
	id_make(id, 0x67437000);
	assert_true(id_valid(id));
	assert_memory_equal(id, "67437000.", 9);
	id_unpack(id_pack(id), back);
	assert_string_equal(id, back);
	const char *bad[] = {"", "67437000", "67437000.0000000", "67437000.000000000",
	    "67437000-00000000", "6743700g.00000000", "../67437.00000000", "67437000.0000000A"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(id_valid(bad[i]));
	assert_true(id_with_suffix("67437000.00000000.log", ".log", id));
	assert_false(id_with_suffix("67437000.00000000.logx", ".log", id));
}

static void a_submission_is_whole_or_nothing(void **state)
{
	struct drop d;
	struct diagnosis why = {0};
	(void)state;
	assert_true(drop_open(&d, spool, &why));
	assert_true(drop_create(&d, 1000, &why));
	assert_true(is_there(queue.drop_fd, d.temp));
	drop_abandon(&d);
	assert_false(is_there(queue.drop_fd, d.temp));
	assert_true(drop_create(&d, 1000, &why));
	assert_true(drop_commit(&d, &why));
	assert_true(is_there(queue.drop_fd, d.id) && !is_there(queue.drop_fd, d.temp));
	assert_int_equal(pickup_take(&queue, d.id, &why), PICKUP_NEW);
	assert_true(is_there(queue.mqueue_fd, d.id) && is_there(queue.drop_fd, d.id));
	assert_int_equal(pickup_take(&queue, d.id, &why), PICKUP_KNOWN);
	assert_true(pickup_settle(&queue, &why));
	assert_true(is_there(queue.mqueue_fd, d.id) && !is_there(queue.drop_fd, d.id));
	assert_true(queue_remove(&queue, d.id));
	close(d.dir_fd);
	assert_false(drop_open(&d, "/nonexistent", &why));
	assert_string_equal(diag_key(&why), "spool-missing");
}

static int files_in_drop(void)
{
	int count = 0;
	struct dirent *entry;
	DIR *folder = fdopendir(openat(queue.drop_fd, ".", O_RDONLY | O_DIRECTORY));
	while ((entry = readdir(folder)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

/* A disk that fails at either sync: no, with the reason, and nothing that a runner could take
   up. */
static void what_was_refused_is_not_there(void **state)
{
	static const struct {
		int error;
		const char *key;
	} rows[] = {{ENOSPC, "spool-full"}, {EDQUOT, "spool-full"}, {EIO, "spool-write"},
	    {EFBIG, "spool-too-big"}};
	struct drop d;
	struct diagnosis why = {0};
	int before = files_in_drop();
	(void)state;
	assert_true(drop_open(&d, spool, &why));
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		assert_true(drop_create(&d, 1000, &why));
		assert_true(drop_write(&d, "x\n", 2, &why));
		fails_at = 1 + (int)(i % 2);
		fails_with = rows[i / 2].error;
		assert_false(drop_commit(&d, &why));
		assert_string_equal(diag_key(&why), rows[i / 2].key);
		assert_non_null(strstr(why.text, i % 2 ? "fsync of drop/" : "write the message to disk"));
		assert_int_equal(files_in_drop(), before);
		if (i % 2)
			close(d.fd);
	}
	lock_error = ENOLCK;
	assert_false(drop_create(&d, 1000, &why));
	lock_error = 0;
	assert_int_equal(files_in_drop(), before);
	close(d.dir_fd);
}

/* The last of the disk is the runner's: no new file, and no end to one that grows into it. */
static void the_reserve_is_not_for_new_mail(void **state)
{
	static const struct disk_space few_bytes = {1 << 20, 16 << 20, 1000, 10, 1 << 30, 9999},
	                               few_files = {1 << 30, 16 << 20, 9, 10, 1 << 30, 9999},
	                               enough = {1 << 30, 16 << 20, 1000, 10, 1 << 30, 9999};
	static char piece[1 << 20];
	struct drop d;
	struct diagnosis why = {0};
	bool written = true;
	(void)state;
	assert_true(drop_open(&d, spool, &why));
	room_so_far = &few_bytes;
	assert_false(drop_create(&d, 1000, &why));
	assert_string_equal(diag_key(&why), "spool-full");
	assert_non_null(strstr(why.text, "1024 KiB are left"));
	room_so_far = &few_files;
	assert_false(drop_create(&d, 1000, &why));
	assert_non_null(strstr(why.text, "9 files are left"));
	room_so_far = &enough;
	assert_true(drop_create(&d, 1000, &why));
	room_so_far = &few_bytes;
	why = (struct diagnosis){0};
	for (int i = 0; i < 64 && written; i++)
		written = drop_write(&d, piece, sizeof piece, &why);
	room_so_far = NULL;
	assert_false(written);
	assert_string_equal(diag_key(&why), "spool-full");
	drop_abandon(&d);
	close(d.dir_fd);
}

static void only_plain_files_are_adopted(void **state)
{
	struct diagnosis why = {0};
	(void)state;
	put_file(queue.drop_fd, "00000001.00000000");
	assert_int_equal(linkat(queue.drop_fd, "00000001.00000000", queue.drop_fd, "hard", 0), 0);
	assert_int_equal(pickup_take(&queue, "00000001.00000000", &why), PICKUP_REFUSED);
	assert_true(is_there(queue.mqueue_fd, "00000001.00000000.dead"));
	assert_true(pickup_settle(&queue, &why));
	assert_false(is_there(queue.drop_fd, "00000001.00000000"));
	assert_int_equal(symlinkat("/etc/passwd", queue.drop_fd, "00000002.00000000"), 0);
	assert_int_equal(pickup_take(&queue, "00000002.00000000", &why), PICKUP_REFUSED);
	assert_false(is_there(queue.mqueue_fd, "00000002.00000000"));
	assert_int_equal(mkfifoat(queue.drop_fd, "00000003.00000000", 0600), 0);
	assert_int_equal(pickup_take(&queue, "00000003.00000000", &why), PICKUP_REFUSED);
	put_file(queue.drop_fd, "00000004.00000000");
	put_file(queue.mqueue_fd, "00000004.00000000");
	assert_int_equal(pickup_take(&queue, "00000004.00000000", &why), PICKUP_REFUSED);
	assert_true(is_there(queue.drop_fd, "00000004.00000000"));
	assert_int_equal(pickup_take(&queue, "00000005.00000000", &why), PICKUP_REFUSED);
}

static void put_created(int folder, const char *name, const char *created)
{
	char bytes[300];
	int length = snprintf(bytes, sizeof bytes,
	    "firsthop-spool: 1\ncontent: bytes=5 lines=1 longest=4 8bit=0 nul=0 cr=0\n%ssender: a\n"
	    "recipient: b\n\nbody\n",
	    created);
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_int_equal(write(fd, bytes, (size_t)length), length);
	close(fd);
}

static void put_message(int folder, const char *name)
{
	put_created(folder, name, "");
}

/* A power cut can leave the first name beside a copy (or what a filter made of it). */
static void a_copy_is_no_second_message(void **state)
{
	struct diagnosis why = {0};
	(void)state;
	put_created(queue.drop_fd, "00000016.00000000", "created: 1796109716499074\n");
	put_created(queue.mqueue_fd, "00000016.00000000", "created: 1796109716499074\n");
	assert_int_equal(pickup_take(&queue, "00000016.00000000", &why), PICKUP_KNOWN);
	assert_true(pickup_settle(&queue, &why));
	assert_false(is_there(queue.drop_fd, "00000016.00000000"));
	assert_true(is_there(queue.mqueue_fd, "00000016.00000000"));
	put_created(queue.drop_fd, "00000017.00000000", "created: 1796109716499074\n");
	put_created(queue.mqueue_fd, "00000017.00000000", "created: 1796109716499075\n");
	assert_int_equal(pickup_take(&queue, "00000017.00000000", &why), PICKUP_REFUSED);
	assert_true(is_there(queue.drop_fd, "00000017.00000000"));
	put_message(queue.drop_fd, "00000018.00000000");
	put_message(queue.mqueue_fd, "00000018.00000000");
	assert_int_equal(pickup_take(&queue, "00000018.00000000", &why), PICKUP_REFUSED);
	for (int i = 6; i <= 8; i++) {
		char id[ID_SIZE];
		snprintf(id, sizeof id, "0000001%d.00000000", i);
		unlinkat(queue.drop_fd, id, 0);
		unlinkat(queue.mqueue_fd, id, 0);
	}
}

/* A sync that fails leaves both names; the next one ends it, and so does a removal. */
static void the_first_name_goes_last(void **state)
{
	static const char *const id = "00000007.00000000", *const other = "00000008.00000000",
	                         *const dead = "00000009.00000000";
	struct diagnosis why = {0};
	(void)state;
	put_message(queue.drop_fd, id);
	put_message(queue.drop_fd, other);
	assert_int_equal(pickup_take(&queue, id, &why), PICKUP_NEW);
	assert_int_equal(pickup_take(&queue, other, &why), PICKUP_NEW);
	fails_at = 1;
	fails_with = EIO;
	assert_false(pickup_settle(&queue, &why));
	assert_non_null(strstr(why.text, "keeps its name in drop/"));
	assert_true(is_there(queue.drop_fd, id) && is_there(queue.mqueue_fd, id));
	assert_true(queue_remove(&queue, other));
	assert_false(is_there(queue.drop_fd, other) || is_there(queue.mqueue_fd, other));
	assert_true(pickup_settle(&queue, &why));
	assert_false(is_there(queue.drop_fd, id));
	/* What an earlier runner left: it is no new message, also when it was set aside since. */
	assert_int_equal(linkat(queue.mqueue_fd, id, queue.drop_fd, id, 0), 0);
	assert_int_equal(pickup_take(&queue, id, &why), PICKUP_KNOWN);
	put_message(queue.drop_fd, dead);
	assert_int_equal(linkat(queue.drop_fd, dead, queue.mqueue_fd, "00000009.00000000.dead", 0), 0);
	assert_int_equal(pickup_take(&queue, dead, &why), PICKUP_KNOWN);
	assert_true(pickup_settle(&queue, &why));
	assert_false(is_there(queue.drop_fd, id) || is_there(queue.drop_fd, dead));
	assert_true(
	    is_there(queue.mqueue_fd, id) && is_there(queue.mqueue_fd, "00000009.00000000.dead"));
	queue_remove(&queue, id);
	unlinkat(queue.mqueue_fd, "00000009.00000000.dead", 0);
}

/* Linux lets nobody link to a file that belongs to somebody else (protected_hardlinks). */
static void without_links_a_file_is_renamed_or_copied(void **state)
{
	static const char *const id = "0000000a.00000000";
	struct diagnosis why = {0};
	struct envelope e;
	(void)state;
	for (int one_step = 0; one_step < 2; one_step++) {
		put_message(queue.drop_fd, id);
		link_error = EPERM;
		renames_in_one_step = one_step;
		assert_int_equal(pickup_take(&queue, id, &why), PICKUP_NEW);
		link_error = 0;
		assert_int_equal(is_there(queue.drop_fd, id), !one_step);
		assert_true(pickup_settle(&queue, &why));
		assert_false(is_there(queue.drop_fd, id));
		int fd = queue_message(&queue, id, NULL, NULL);
		char body[8] = "";
		envelope_init(&e);
		assert_true(envelope_read(&e, fd, &why));
		assert_int_equal(read(fd, body, sizeof body), 5);
		assert_string_equal(body, "body\n");
		assert_int_equal(e.uid, one_step ? -1 : (int64_t)getuid());
		envelope_free(&e);
		close(fd);
		queue_remove(&queue, id);
	}
	renames_in_one_step = true;
}

static void old_temporary_files_go(void **state)
{
	struct drop d;
	struct diagnosis why = {0};
	(void)state;
	put_file(queue.drop_fd, "t.00000006.00000000");
	queue_remove_temp(&queue, "00000006.00000000", 3600);
	assert_true(is_there(queue.drop_fd, "t.00000006.00000000"));
	queue_remove_temp(&queue, "00000006.00000000", -1);
	assert_false(is_there(queue.drop_fd, "t.00000006.00000000"));
	assert_true(drop_open(&d, spool, &why) && drop_create(&d, 1000, &why));
	queue_remove_temp(&queue, d.id, -1);
	assert_true(is_there(queue.drop_fd, d.temp)); /* its writer lives */
	drop_abandon(&d);
	close(d.dir_fd);
}

/* As that runner does. */
static void remove_temps(void)
{
	DIR *folder = fdopendir(dup(queue.drop_fd));
	const struct dirent *file;
	int before = remove_before_lock;
	remove_before_lock = 0;
	assert_non_null(folder);
	rewinddir(folder);
	while ((file = readdir(folder)) != NULL) {
		if (strncmp(file->d_name, "t.", 2) == 0)
			queue_remove_temp(&queue, file->d_name + 2, -1);
	}
	closedir(folder);
	remove_before_lock = before;
}

static void a_clock_that_is_ahead_takes_no_file(void **state)
{
	struct drop d;
	struct diagnosis why = {0};
	(void)state;
	assert_true(drop_open(&d, spool, &why));
	remove_before_lock = 3;
	assert_true(drop_create(&d, 1000, &why));
	assert_int_equal(remove_before_lock, 0);
	assert_true(is_there(queue.drop_fd, d.temp));
	assert_true(drop_write(&d, "x", 1, &why) && drop_commit(&d, &why));
	assert_true(is_there(queue.drop_fd, d.id));
	unlinkat(queue.drop_fd, d.id, 0);
	/* Whose every file goes has a reason to give, and leaves none after. */
	remove_before_lock = 1000;
	assert_false(drop_create(&d, 1000, &why));
	remove_before_lock = 0;
	assert_string_equal(diag_key(&why), "spool-write");
	assert_false(is_there(queue.drop_fd, d.temp));
	close(d.dir_fd);
}

static void journal_folds(void **state)
{
	struct journal j;
	struct buffer lines = {0};
	struct diagnosis sent = {.verdict = VERDICT_SENT}, waits = {.verdict = VERDICT_DEFERRED,
	                                                       .stage = STAGE_RCPT,
	                                                       .peer_address = "192.0.2.1",
	                                                       .text = "450 \"later\" x=y"};
	(void)state;
	journal_put_attempt(&lines, 100, 1);
	journal_put_step(&lines, 100, "a step");
	journal_put_rcpt(&lines, 100, "a@b.c", false, &waits);
	journal_put_rcpt(&lines, 100, "d@e.f", false, &sent);
	journal_put_wait(&lines, 100, 60);
	assert_true(journal_append(&queue, "00000007.00000000", &lines, true));
	lines.length = 0;
	buffer_puts(&lines, "200 rcpt address=a@b.c verdict=se");
	assert_true(journal_append(&queue, "00000007.00000000", &lines, false));
	assert_true(journal_read(&j, queue.mqueue_fd, "00000007.00000000"));
	assert_int_equal(j.attempts, 1);
	assert_int_equal(j.until_s, 160);
	assert_false(journal_settled(&j, "a@b.c")); /* the torn line does not count */
	assert_true(journal_settled(&j, "d@e.f"));
	struct diagnosis last;
	journal_last(journal_find(&j, "a@b.c"), &last);
	assert_string_equal(last.text, waits.text);
	assert_string_equal(last.peer_address, "192.0.2.1");
	journal_free(&j);
	lines.length = 0;
	journal_put_rcpt(&lines, 300, "a@b.c", false, &sent);
	journal_put_rcpt(&lines, 301, "a@b.c", false, &waits);
	journal_put_word(&lines, 302, "warned");
	journal_put_word(&lines, 302, "done");
	assert_true(journal_append(&queue, "00000007.00000000", &lines, true));
	assert_true(journal_read(&j, queue.mqueue_fd, "00000007.00000000"));
	assert_true(journal_settled(&j, "a@b.c")); /* delivered stays delivered */
	assert_true(j.done && j.warned);
	journal_free(&j);
	buffer_free(&lines);
}

/* Who has it, and of whom the sender is still to hear. */
static void journal_knows_what_is_to_be_told(void **state)
{
	struct journal j;
	struct buffer lines = {0};
	struct diagnosis sent = {.verdict = VERDICT_SENT};
	(void)state;
	journal_put_rcpt(&lines, 100, "a@b.c", false, &sent);
	journal_put_relayed(&lines, 100, "a@b.c");
	journal_put_rcpt(&lines, 100, "d@e.f", false, &sent);
	journal_parse(&j, lines.data, lines.length);
	assert_true(
	    j.relayed && journal_find(&j, "a@b.c")->relayed && !journal_find(&j, "d@e.f")->relayed);
	journal_free(&j);
	journal_put_word(&lines, 101, "reported");
	journal_parse(&j, lines.data, lines.length);
	assert_false(j.relayed || journal_find(&j, "a@b.c")->relayed);
	assert_true(journal_settled(&j, "a@b.c"));
	journal_free(&j);
	buffer_free(&lines);
}

static void a_ledger_is_read_as_it_was_written(void **state)
{
	struct buffer lines = {0};
	struct ledger_line l;
	struct diagnosis sent = {.verdict = VERDICT_SENT,
	    .stage = STAGE_END_OF_DATA,
	    .reply_code = 250,
	    .text = "250 taken \"x\" id=1"};
	struct diagnosis unknown = {.verdict = VERDICT_DEFERRED, .key = REASON_OUTCOME_UNKNOWN},
	                 waits = {.verdict = VERDICT_DEFERRED, .key = REASON_GREYLISTED};
	(void)state;
	assert_true(ledger_wants(&sent) && ledger_wants(&unknown) && !ledger_wants(&waits));
	ledger_put(&lines, 1800000000, "00000007.00000000", "\"odd .\nid=x\"@example.org", true, &sent);
	char *line = mem_copy_n(lines.data, lines.length - 1);
	assert_true(ledger_parse(line, &l));
	assert_string_equal(l.id, "00000007.00000000");
	assert_int_equal(l.at_s, 1800000000);
	assert_string_equal(l.address, "\"odd .\nid=x\"@example.org");
	assert_true(l.relayed && l.d.reply_code == 250);
	assert_string_equal(l.d.text, sent.text);
	/* Cut anywhere, it is none. */
	for (size_t n = strlen(line); n-- > 0;) {
		line[n] = '\0';
		assert_false(ledger_parse(line, &l));
	}
	free(line);
	assert_false(ledger_parse("outcome id=00000007.00000000 address=a@b.c verdict=failed .", &l));
	assert_false(
	    ledger_parse("outcome id=00000007.00000000 address=a@b.c verdict=deferred key=greylisted .",
	        &l));
	assert_false(ledger_parse("outcome id=00000007.00000000 address= verdict=sent .", &l));
	assert_false(ledger_parse("outcome address=a@b.c verdict=sent .", &l));
	assert_true(ledger_parse("outcome id=00000007.00000000 address=a@b.c verdict=sent .", &l));
	buffer_free(&lines);
}

/* Two folds that say the same; of what nobody asks for again (in which attempt it was) they need
 * not. */
static void same_fold(const struct journal *a, const struct journal *b)
{
	assert_int_equal(a->attempts, b->attempts);
	assert_int_equal(a->until_s, b->until_s);
	assert_int_equal(a->wait_s, b->wait_s);
	assert_int_equal(a->warned, b->warned);
	assert_int_equal(a->held, b->held);
	assert_true(!a->held || a->held_by == b->held_by);
	assert_int_equal(a->revived, b->revived);
	assert_int_equal(a->rcpt_count, b->rcpt_count);
	for (size_t i = 0; i < a->rcpt_count; i++) {
		const struct journal_rcpt *other = journal_find(b, a->rcpts[i].address);
		assert_non_null(other);
		struct diagnosis before, after;
		journal_last(&a->rcpts[i], &before);
		journal_last(other, &after);
		assert_memory_equal(&before, &after, sizeof after);
		assert_int_equal(a->rcpts[i].relayed, other->relayed);
		assert_int_equal(a->rcpts[i].attempt == a->attempts, other->attempt == b->attempts);
	}
}

static void put_attempt(struct buffer *lines, int attempt, int rcpts)
{
	struct diagnosis waits = {0}, sent = {0}, failed = {0};
	diag_set(&waits, VERDICT_DEFERRED, STAGE_RCPT, REASON_OTHER, "450 busy, attempt %d", attempt);
	diag_name(&waits, "of-a-later-version");
	diag_set(&sent, VERDICT_SENT, STAGE_END_OF_DATA, REASON_NONE, "250 ok");
	diag_set(&failed, VERDICT_FAILED, STAGE_RCPT, REASON_RECIPIENT_UNKNOWN, "550 nobody");
	journal_put_attempt(lines, 1000 * attempt, attempt);
	journal_put_step(lines, 1000 * attempt, "192.0.2.1: session ready");
	for (int i = 0; i < rcpts; i++) {
		char address[40];
		snprintf(address, sizeof address, "user%d@example.org", i);
		/* Every now and then one is through, and not every one is asked about each time. */
		if ((i + attempt) % 3 != 0 || i % 100 < attempt)
			continue;
		journal_put_rcpt(lines, 1000 * attempt, address, false,
		    i % 100 == attempt       ? &sent
		    : i % 100 == attempt + 1 ? &failed
		                             : &waits);
		if (i % 200 == attempt)
			journal_put_relayed(lines, 1000 * attempt, address);
	}
	if (attempt == 7)
		journal_put_word(lines, 1000 * attempt, "warned");
	if (attempt == 9)
		journal_put_word(lines, 1000 * attempt, "revived by=0");
	if (attempt == 11 || attempt == 20)
		journal_put_word(lines, 1000 * attempt, attempt == 11 ? "held by=5" : "held by=6");
	if (attempt == 19)
		journal_put_word(lines, 1000 * attempt, "released by=0");
	journal_put_wait(lines, 1000 * attempt, 600 + attempt);
}

static void journal_stays_short(void **state)
{
	const char *id = "0000000c.00000000";
	struct journal whole, shorter;
	struct buffer all = {0};
	struct stat st;
	off_t longest = 0;
	int written_again = 0;
	(void)state;
	for (int attempt = 1; attempt <= 25; attempt++) {
		struct buffer lines = {0};
		put_attempt(&lines, attempt, 4000);
		buffer_add(&all, lines.data, lines.length);
		assert_true(journal_append(&queue, id, &lines, true));
		buffer_free(&lines);
		assert_int_equal(fstatat(queue.mqueue_fd, "0000000c.00000000.log", &st, 0), 0);
		off_t before = st.st_size;
		longest = before > longest ? before : longest;
		compact_journal(&queue, id);
		assert_int_equal(fstatat(queue.mqueue_fd, "0000000c.00000000.log", &st, 0), 0);
		written_again += st.st_size < before;
		assert_true(st.st_size == before || st.st_size <= before / 2);
		journal_parse(&whole, all.data, all.length);
		assert_true(journal_read(&shorter, queue.mqueue_fd, id));
		same_fold(&whole, &shorter);
		same_fold(&shorter, &whole);
		journal_free(&whole);
		journal_free(&shorter);
	}
	assert_true(written_again > 1);
	assert_true(longest < (off_t)all.length / 2);
	/* Nothing of it lies about. */
	assert_int_equal(faccessat(queue.mqueue_fd, "t.0000000c.00000000", F_OK, 0), -1);
	buffer_free(&all);
}

/* A sender may hold and release their message without end. */
static void journal_of_holds_stays_short(void **state)
{
	const char *id = "0000000d.00000000";
	struct journal j;
	struct stat st;
	(void)state;
	for (int i = 0; i < 100; i++) {
		struct buffer lines = {0};
		for (int k = 0; k < 1000; k++)
			journal_put_word(&lines, 100, k % 2 == 0 ? "released by=1000" : "held by=1000");
		assert_true(journal_append(&queue, id, &lines, false));
		buffer_free(&lines);
		compact_journal(&queue, id);
	}
	assert_int_equal(fstatat(queue.mqueue_fd, "0000000d.00000000.log", &st, 0), 0);
	assert_true(st.st_size <= COMPACT_FROM_BYTES);
	assert_true(journal_read(&j, queue.mqueue_fd, id));
	assert_true(j.held && j.held_by == 1000 && j.attempts == 0 && j.rcpt_count == 0);
	journal_free(&j);
}

static void journal_bears_nonsense(void **state)
{
	const char *bad =
	    "\n\n \nx\n12\n12 \n12 rcpt\n12 rcpt address=\n12 attempt n=x\n-1 wait s=a "
	    "until=b\n99999999999999999999999 done\n12 rcpt address=a verdict=zzz stage=\"\n";
	struct journal j;
	(void)state;
	for (size_t n = 0; n <= strlen(bad); n++) {
		journal_parse(&j, bad, n);
		journal_free(&j);
	}
	assert_true(journal_read(&j, queue.mqueue_fd, "0000000f.00000000"));
	assert_int_equal(j.attempts, 0);
}

static void ten_thousand_recipients(void **state)
{
	struct journal j;
	struct buffer lines = {0};
	struct diagnosis sent = {.verdict = VERDICT_SENT};
	char address[40];
	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 10000; i++) {
			snprintf(address, sizeof address, "u%d@example.org", i);
			journal_put_rcpt(&lines, 100, address, false, &sent);
		}
	}
	journal_parse(&j, lines.data, lines.length);
	assert_int_equal(j.rcpt_count, 10000);
	for (int i = 0; i < 10000; i++) {
		snprintf(address, sizeof address, "u%d@example.org", i);
		assert_true(journal_settled(&j, address));
	}
	journal_free(&j);
	buffer_free(&lines);
}

/* Only a full disk takes it, and only once. */
static void the_reserve_is_spent_once(void **state)
{
	struct stat st;
	(void)state;
	disk_reserve_keep(&queue);
	assert_int_equal(fstatat(queue.mqueue_fd, "reserve", &st, 0), 0);
	assert_int_equal(st.st_size, RESERVE_FILE_BYTES);
	assert_true(st.st_blocks * 512 >= RESERVE_FILE_BYTES);
	errno = EIO;
	assert_false(disk_reserve_spend(&queue));
	errno = EDQUOT;
	assert_true(disk_reserve_spend(&queue));
	assert_int_equal(errno, EDQUOT);
	assert_false(disk_reserve_spend(&queue));
	assert_int_not_equal(fstatat(queue.mqueue_fd, "reserve", &st, 0), 0);
}

static void health_comes_back(void **state)
{
	struct health h[2] = {{.since_s = 10,
	                          .next_s = 20,
	                          .why = {.verdict = VERDICT_DEFERRED,
	                              .stage = STAGE_TLS,
	                              .text = "no \"good\""}},
	    {.path = "main,backup", .next_s = 30}};
	struct health back[4];
	(void)state;
	assert_int_equal(health_read(&queue, back, 4), 0);
	health_write(&queue, h, 2);
	assert_int_equal(health_read(&queue, back, 4), 2);
	assert_int_equal(back[0].next_s, 20);
	assert_string_equal(back[0].path, "");
	assert_string_equal(back[0].why.text, h[0].why.text);
	assert_string_equal(back[1].path, "main,backup");
	assert_int_equal(health_read(&queue, back, 1), 1);
	health_write(&queue, NULL, 0);
	assert_int_equal(health_read(&queue, back, 4), 0);
}

static void one_runner_and_its_trigger(void **state)
{
	(void)state;
	assert_int_equal(trigger_wake(spool), WAKE_NOBODY);
	int lock = runner_lock_take(queue.mqueue_fd);
	assert_true(lock >= 0);
	assert_int_equal(runner_lock_take(queue.mqueue_fd), -1);
	int trigger = trigger_open(spool);
	assert_true(trigger >= 0);
	assert_false(trigger_drain(trigger));
	for (int i = 0; i < 100000; i++) {
		if (trigger_wake(spool) != WAKE_DONE) /* also when the pipe is full */
			fail_msg("wakeup %d", i);
	}
	assert_true(trigger_drain(trigger));
	close(trigger);
	close(lock);
	assert_int_equal(trigger_wake(spool), WAKE_NOBODY);
}

/* A count that no runner wrote is no number to go on from. */
static void attempts_are_bounded(void **state)
{
	static const char *const texts[] = {"1 attempt n=2147483647\n2 attempt\n",
	    "1 attempt n=4294967297\n", "1 attempt n=-1\n", "1 attempt n=99999999999999999999\n"};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct journal j;
		journal_parse(&j, texts[i], strlen(texts[i]));
		assert_in_range(j.attempts, 1, 2);
		journal_free(&j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(ids_are_strict),
	    TEST(a_submission_is_whole_or_nothing),
	    TEST(what_was_refused_is_not_there),
	    TEST(the_reserve_is_not_for_new_mail),
	    TEST(only_plain_files_are_adopted),
	    TEST(a_copy_is_no_second_message),
	    TEST(the_first_name_goes_last),
	    TEST(without_links_a_file_is_renamed_or_copied),
	    TEST(old_temporary_files_go),
	    TEST(a_clock_that_is_ahead_takes_no_file),
	    TEST(journal_folds),
	    TEST(journal_knows_what_is_to_be_told),
	    TEST(a_ledger_is_read_as_it_was_written),
	    TEST(journal_stays_short),
	    TEST(journal_of_holds_stays_short),
	    TEST(journal_bears_nonsense),
	    TEST(attempts_are_bounded),
	    TEST(ten_thousand_recipients),
	    TEST(the_reserve_is_spent_once),
	    TEST(health_comes_back),
	    TEST(one_runner_and_its_trigger),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
