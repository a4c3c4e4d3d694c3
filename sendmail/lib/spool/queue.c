/* Files of the queue.  Names come from the folder, so every name is checked before it is used. */
#include "spool/queue.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(const char *spool, const char *name, struct diagnosis *why)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", spool, name);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		diag_set_errno(why, VERDICT_FAILED, STAGE_SPOOL,
		    errno == ENOENT ? REASON_SPOOL_MISSING : REASON_SPOOL_RIGHTS, "%s", path);
	return fd;
}

bool queue_open(struct queue *q, const char *spool, bool with_drop, struct diagnosis *why)
{
	struct stat st;
	*q = (struct queue){.drop_fd = -1, .mqueue_fd = -1};
	q->mqueue_fd = open_folder(spool, "mqueue", why);
	if (q->mqueue_fd >= 0 && with_drop)
		q->drop_fd = open_folder(spool, "drop", why);
	if (q->mqueue_fd < 0 || (with_drop && q->drop_fd < 0) || fstat(q->mqueue_fd, &st) != 0) {
		queue_close(q);
		return false;
	}
	q->owner = st.st_uid;
	q->group = st.st_gid;
	return true;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void queue_close(struct queue *q)
{
	close_one(&q->drop_fd);
	close_one(&q->mqueue_fd);
	second_names_free(&q->second);
}

static void report_name(const char *name, queue_found *found, void *context)
{
	char id[ID_SIZE];
	if (id_valid(name))
		found(context, QUEUE_MESSAGE, name);
	else if (id_with_suffix(name, ".log", id))
		found(context, QUEUE_LOG, id);
	else if (id_with_suffix(name, ".dead", id))
		found(context, QUEUE_DEAD, id);
	else if (text_starts(name, "t.") && id_valid(name + 2))
		found(context, QUEUE_TEMP, name + 2);
	else if (text_starts(name, "flush.") && strspn(name + 6, "0123456789") == strlen(name + 6))
		found(context, QUEUE_FLUSH, name + 6);
	else if (text_starts(name, "sent.") && strspn(name + 5, "0123456789") == strlen(name + 5))
		found(context, QUEUE_LEDGER, name + 5);
}

bool queue_scan(int dir_fd, queue_found *found, void *context)
{
	/* A descriptor of its own: readdir moves the offset, and the folder is scanned again and
	   again. */
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	DIR *folder = fdopendir(fd);
	if (folder == NULL) {
		close(fd);
		return false;
	}
	struct dirent *entry;
	errno = 0;
	while ((entry = readdir(folder)) != NULL) {
		report_name(entry->d_name, found, context);
		errno = 0;
	}
	bool whole = errno == 0;
	closedir(folder);
	return whole;
}

static void with_suffix(char *name, size_t size, const char *id, const char *suffix)
{
	snprintf(name, size, "%s%s", id, suffix);
}

int queue_message(const struct queue *q, const char *id, uid_t *uid, int64_t *mtime_s)
{
	struct stat st;
	int fd = openat(q->mqueue_fd, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	if (uid != NULL)
		*uid = st.st_uid;
	if (mtime_s != NULL)
		*mtime_s = st.st_mtime;
	return fd;
}

bool queue_create(struct queue *q, const char *bytes, size_t length, const char *id,
    struct diagnosis *why)
{
	char temp[ID_SIZE + 2];
	snprintf(temp, sizeof temp, "t.%s", id);
	int fd = openat(q->mqueue_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool named = fd >= 0 && fdio_write(fd, bytes, length) && fdio_sync(fd) &&
	             renameat(q->mqueue_fd, temp, q->mqueue_fd, id) == 0;
	bool done = named && fdio_sync(q->mqueue_fd);
	if (!done) {
		diag_set_errno(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_WRITE, "create mqueue/%s",
		    id);
		int saved = errno;
		unlinkat(q->mqueue_fd, named ? id : temp, 0);
		errno = saved;
	}
	if (fd >= 0)
		close(fd);
	return done;
}

/* While its second name is there, a message that is removed would come back by it. */
static void remove_second_name(struct queue *q, const char *id)
{
	if (!second_names_have(&q->second, id_pack(id)))
		return;
	unlinkat(q->drop_fd, id, 0);
	second_names_remove(&q->second, id_pack(id));
}

bool queue_remove(struct queue *q, const char *id)
{
	remove_second_name(q, id);
	if (unlinkat(q->mqueue_fd, id, 0) != 0 && errno != ENOENT)
		return false;
	if (q->removed_count == QUEUE_REMOVED_MAX)
		queue_sync(q);
	if (q->removed_count < QUEUE_REMOVED_MAX)
		q->removed[q->removed_count++] = id_pack(id);
	return true;
}

bool queue_set_aside(struct queue *q, const char *id)
{
	char name[64];
	with_suffix(name, sizeof name, id, ".dead");
	q->has_dead = true;
	return renameat(q->mqueue_fd, id, q->mqueue_fd, name) == 0;
}

void queue_remove_log(struct queue *q, const char *id)
{
	char name[64];
	with_suffix(name, sizeof name, id, ".log");
	unlinkat(q->mqueue_fd, name, 0);
}

void queue_remove_temp(struct queue *q, const char *id, int64_t age_s)
{
	char name[64];
	struct stat st;
	snprintf(name, sizeof name, "t.%s", id);
	int fd = openat(q->drop_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && clock_wall_s() - st.st_mtime > age_s &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(q->drop_fd, name, 0);
	close(fd);
}

bool queue_sync_drop(struct queue *q)
{
	if (q->moved && q->drop_fd >= 0 && !fdio_sync(q->drop_fd))
		return false;
	q->moved = false;
	return true;
}

bool queue_sync(struct queue *q)
{
	/* What was adopted and delivered may not come back under its old name. */
	if (!queue_sync_drop(q) || !fdio_sync(q->mqueue_fd))
		return false;
	for (; q->removed_count > 0; q->removed_count--) {
		char id[ID_SIZE];
		id_unpack(q->removed[q->removed_count - 1], id);
		queue_remove_log(q, id);
	}
	return true;
}
