/* relayconf adopt: shows what lies in old queues, asks, and hands each message to sendmail as if it
 * had just come. */
#include "relayconf/adopt/adopt.h"
#include "base/language.h"
#include "base/complaint.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/words.h"
#include "base/paths.h"
#include "relayconf/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define AGE_COLUMNS 12

static const struct old_queue *const queues[] = {&adopt_sendmail, &adopt_dma, &adopt_nullmailer,
    &adopt_postfix};

static void scan_all(struct adopt *a, const char *root)
{
	char folder[2048];
	for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++) {
		for (int k = 0; queues[i]->folders[k] != NULL; k++) {
			snprintf(folder, sizeof folder, "%s%s", root, queues[i]->folders[k]);
			queues[i]->scan(a, queues[i], folder);
		}
	}
}

static int by_age(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	return x->arrived_s < y->arrived_s ? -1 : x->arrived_s > y->arrived_s;
}

static void put_address(struct text *t, const char *address)
{
	text_put(t, *address != '\0' ? "" : "<>");
	text_escape(t, address, strlen(address));
}

static void show(const struct adopt *a)
{
	for (int i = 0; i < a->count; i++) {
		const struct found *f = &a->list[i];
		TEXT(age, 40);
		TEXT(from, 400);
		TEXT(to, 400);
		TEXT(who, 900);
		clock_put_span(&age, clock_wall_s() - f->arrived_s);
		put_address(&from, f->sender);
		put_address(&to, f->rcpt_count > 0 ? f->rcpts[0] : "");
		if (f->rcpt_count > 1)
			text_printf(&to, TR(" and %d more"), f->rcpt_count - 1);
		text_printf(&who, TR("%s to %s"), from.data, to.data);
		output_to(stdout, "%-10s  %s%*s  %8lld %s  %s\n            %s/%s\n", f->queue->program,
		    age.data, AGE_COLUMNS - terminal_columns(age.data, age.length), "",
		    (long long)f->size_bytes, TR("bytes"), who.data, f->place->folder, f->files[0]);
	}
}

static bool agreed(int count)
{
	char answer[16] = "";
	if (!isatty(STDIN_FILENO)) {
		output_to(stdout, "\n");
		terminal_wrap(stdout, TR("Nothing was changed.  \"relayconf adopt --yes\" moves it here."),
		    0, 0);
		return false;
	}
	TEXT(words, 400);
	text_printf(&words,
	    TR("Messages to move here: %d. Each is handed to sendmail, then its files are moved to "
	       "\"adopted\"."),
	    count);
	output_to(stdout, "\n");
	terminal_wrap(stdout, words.data, 0, 0);
	output_to(stdout, TR("Move them? [y/N] "));
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static void become_sendmail(int from_fd)
{
	char path[1100];
	const char *words[] = {"sendmail", WORDS_OPTION, NULL};
	snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
	dup2(from_fd, STDIN_FILENO);
	execv(path, (char **)(uintptr_t)words);
	complaint_say("relayconf", "%s: %s", path, strerror(errno));
	_exit(EX_OSERR);
}

static bool write_words(const struct found *f, int fd)
{
	struct buffer packed = {0};
	int count = 4;
	const char **words = mem_alloc(((size_t)f->rcpt_count + 4) * sizeof *words);
	words[0] = "-i", words[1] = "-f", words[2] = f->sender, words[3] = "--";
	for (int i = 0; i < f->rcpt_count; i++)
		words[count++] = f->rcpts[i];
	words_pack(&packed, words, count);
	bool good = fdio_write(fd, packed.data, packed.length);
	buffer_free(&packed);
	mem_free(&words);
	return good;
}

/* The exit status of sendmail; 0: the message is on disk. */
static int submit(const struct found *f, const struct buffer *message)
{
	FILE *temp = tmpfile();
	int status = -1;
	if (temp == NULL || !write_words(f, fileno(temp)) ||
	    !fdio_write(fileno(temp), message->data, message->length) ||
	    lseek(fileno(temp), 0, SEEK_SET) != 0) {
		complaint_say("relayconf", "no temporary file can be written: %s", strerror(errno));
	} else {
		pid_t pid = fork();
		if (pid == 0)
			become_sendmail(fileno(temp));
		if (pid > 0)
			waitpid(pid, &status, 0);
	}
	if (temp != NULL)
		fclose(temp);
	return status;
}

/* The folder for what was taken over: made now, or one that is there and belongs to root or to the
   queue's own user.  Not by a link: root moves files there that somebody else has written. */
static int open_aside(const struct place *p)
{
	struct stat own, st;
	if (mkdirat(p->beside_fd, "adopted", 0700) != 0 && errno != EEXIST)
		return -1;
	int fd = openat(p->beside_fd, "adopted", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (fstat(fd, &st) == 0 && fstat(p->fd, &own) == 0 &&
	                  (st.st_uid == geteuid() || st.st_uid == own.st_uid)))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* Its files go where the old program does not look; they are kept until the administrator removes
 * them. */
static bool move_aside(const struct found *f, int aside)
{
	bool done = true;
	for (int i = 0; i < 2 && f->files[i] != NULL; i++)
		done = done && (renameat(f->place->fd, f->files[i], aside, f->files[i]) == 0 ||
		                   (i == 1 && errno == ENOENT));
	if (!done)
		complaint_say("relayconf",
		    "%s/%s is in the queue here now, and cannot be moved to %s (%s); move it by "
		    "hand, or it is sent twice",
		    f->place->folder, f->files[0], f->place->aside, strerror(errno));
	return done;
}

/* A descriptor that holds its lock; -1: a running program has it in hand.  Some lock with
 * flock(2), some with fcntl(2). */
static int lock_file(const struct found *f)
{
	struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = adopt_open(f->place, f->files[0], O_RDWR | O_CLOEXEC);
	bool busy = fd >= 0 && ((fcntl(fd, F_GETLK, &other) == 0 && other.l_type != F_UNLCK) ||
	                           flock(fd, LOCK_EX | LOCK_NB) != 0);
	if (fd >= 0 && !busy)
		return fd;
	complaint_say("relayconf", "%s/%s is left alone: %s", f->place->folder, f->files[0],
	    busy ? TR("the old program has it in hand; stop that first") : adopt_unread());
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool take_over(const struct found *f)
{
	struct buffer message = {0};
	int lock_fd = lock_file(f);
	if (lock_fd < 0)
		return false;
	int aside = open_aside(f->place);
	bool loaded = aside >= 0 && f->queue->load(f, &message);
	if (aside < 0)
		complaint_say("relayconf",
		    "%s/%s is left alone: it could not be moved to %s, which has to be a folder "
		    "of root's: %s",
		    f->place->folder, f->files[0], f->place->aside, strerror(errno));
	else if (!loaded)
		complaint_say("relayconf", "%s/%s is left alone: %s", f->place->folder, f->files[0],
		    errno == EMLINK ? TR("its text has a second name elsewhere") : strerror(errno));
	bool done = loaded && submit(f, &message) == 0;
	if (loaded && !done)
		complaint_say("relayconf", "%s/%s is left alone: sendmail did not accept it",
		    f->place->folder, f->files[0]);
	buffer_free(&message);
	done = done && move_aside(f, aside);
	if (aside >= 0)
		close(aside);
	close(lock_fd);
	return done;
}

int command_adopt(const char *root, bool yes)
{
	struct adopt a = {0};
	struct stat st;
	int taken = 0;
	if (*root != '\0' && (stat(root, &st) != 0 || !S_ISDIR(st.st_mode))) {
		complaint_say("relayconf", "%s is not a folder", root);
		return EX_NOINPUT;
	}
	scan_all(&a, root);
	if (a.count > 1)
		qsort(a.list, (size_t)a.count, sizeof *a.list, by_age);
	show(&a);
	if (a.count == 0) {
		terminal_wrap(stdout,
		    a.unreadable > 0
		        ? TR("No mail lies in the queues of sendmail, dma, nullmailer or Postfix, but for "
		             "the files above.")
		        : TR("No mail lies in the queues of sendmail, dma, nullmailer or Postfix."),
		    0, 0);
		adopt_free(&a);
		return a.unreadable > 0 ? EX_NOINPUT : EX_OK;
	}
	bool go = yes || agreed(a.count);
	for (int i = 0; go && i < a.count; i++)
		taken += take_over(&a.list[i]);
	if (go)
		output_to(stdout, TR("%d of %d moved here; mailq shows them.\n"), taken, a.count);
	int code = go && taken == a.count && a.unreadable == 0 ? EX_OK : go ? EX_TEMPFAIL : EX_OK;
	adopt_free(&a);
	return code;
}
