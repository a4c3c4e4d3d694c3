/* Files of journals.  In places where others write too, only a regular file of our own counts. */
#include "mail/mailbox/rewrite_journal.h"
#include "base/fdio.h"
#include "base/text.h"
#include "mail/mailbox/rewrite_mailbox.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_LIMIT_BYTES (2 * MAILBOX_LIMIT_BYTES) /* what was, and what will be */

uint64_t rewrite_journal_sum(const char *bytes, size_t length)
{
	uint64_t sum = 0xcbf29ce484222325u;
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3u;
	return sum;
}

/* Name of the journal in one of the places, tried in this order: beside the mailbox, home, TMPDIR,
   /var/tmp.  False when there is no such place. */
static bool put_name(char *name, size_t size, const char *path, int place)
{
	char folder[1024];
	const char *from = place == 1 ? getenv("HOME") : place == 2 ? getenv("TMPDIR") : "/var/tmp";
	const char *slash = strrchr(path, '/');
	if (place == 0 && slash != NULL)
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	else if (place == 0)
		text_copy(folder, sizeof folder, ".");
	else if (from == NULL || *from == '\0' || !text_copy(folder, sizeof folder, from))
		return false;
	return (size_t)snprintf(name, size, "%s/.firsthop-mail.%016llx", folder,
	           (unsigned long long)rewrite_journal_sum(path, strlen(path))) < size;
}

/* Makes a new name durable. */
static bool sync_folder(const char *name)
{
	char folder[1100];
	const char *slash = strrchr(name, '/');
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
	int fd = open(slash == name ? "/" : folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	if (fd < 0)
		return errno == EACCES;
	bool done = fdio_sync(fd);
	close(fd);
	return done;
}

static bool write_in_place(const char *name, const struct buffer *bytes)
{
	char temporary[1200];
	snprintf(temporary, sizeof temporary, "%s.new", name);
	unlink(temporary);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	bool good = fdio_write(fd, bytes->data, bytes->length) && fdio_sync(fd);
	int saved = errno;
	if (close(fd) != 0 && good) {
		saved = errno;
		good = false;
	}
	if (good && rename(temporary, name) == 0)
		return sync_folder(name);
	saved = good ? errno : saved;
	unlink(temporary);
	errno = saved;
	return false;
}

bool rewrite_journal_write(char *name, size_t size, const char *path, const struct buffer *bytes)
{
	for (int place = 0; place < JOURNAL_PLACES; place++) {
		if (put_name(name, size, path, place) && write_in_place(name, bytes))
			return true;
	}
	return false;
}

bool rewrite_journal_find(char *name, size_t size, const char *path, struct buffer *bytes)
{
	for (int place = 0; place < JOURNAL_PLACES; place++) {
		struct stat st;
		char temporary[1200];
		if (!put_name(name, size, path, place))
			continue;
		/* Left by a session that was killed before its change began. */
		snprintf(temporary, sizeof temporary, "%s.new", name);
		unlink(temporary);
		int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd < 0)
			continue;
		bool ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
		bool good = ours && fdio_slurp(fd, bytes, JOURNAL_LIMIT_BYTES);
		close(fd);
		if (good)
			return true;
		bytes->length = 0;
	}
	return false;
}
