/* Second name, sync, first name. */
#include "spool/pickup.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "message/envelope.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 65536
#define LONGEST_BYTES (ENVELOPE_MESSAGE_LIMIT_BYTES + ENVELOPE_HEAD_LIMIT_BYTES)

static bool write_fails(struct diagnosis *why, const char *id)
{
	diag_set_errno(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_WRITE,
	    "move drop/%s to mqueue/", id);
	return false;
}

static bool is_there_already(struct diagnosis *why, const char *name)
{
	diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED, "mqueue/%s is there already",
	    name);
	return false;
}

/* When the message in a file was submitted, in microseconds; 0: nobody knows. */
static int64_t created_us(int folder, const char *name)
{
	struct envelope e;
	struct diagnosis d = {0};
	int64_t at_us = 0;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	envelope_init(&e);
	if (fd >= 0 && envelope_read(&e, fd, &d))
		at_us = e.created_us;
	envelope_free(&e);
	if (fd >= 0)
		close(fd);
	return at_us;
}

/* mqueue/ID can be a copy of drop/ID, or what a filter made of it, and a crash left both: an id is
 * not given twice, and the same microsecond says that this is one message. */
static bool is_copied(const struct queue *q, const char *id)
{
	int64_t at_us = created_us(q->drop_fd, id);
	return at_us != 0 && at_us == created_us(q->mqueue_fd, id);
}

static bool is_in_mqueue(const struct queue *q, const char *name, const struct stat *st)
{
	struct stat other;
	return fstatat(q->mqueue_fd, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	       other.st_ino == st->st_ino && other.st_dev == st->st_dev;
}

static bool copy_bytes(int from, int to)
{
	static char bytes[COPY_BYTES];
	ssize_t n;
	while ((n = fdio_read(from, bytes, sizeof bytes)) > 0) {
		if (!fdio_write(to, bytes, (size_t)n))
			return false;
	}
	return n == 0;
}

/* The head of drop/ID with a line that names the owner of the file, then the rest as it is. */
static bool write_copy(int from, int to, uid_t uid, struct diagnosis *why)
{
	struct envelope e;
	struct buffer head = {0};
	size_t content_at;
	envelope_init(&e);
	bool good = envelope_read(&e, from, why);
	if (good) {
		e.uid = uid;
		envelope_write(&e, &head, &content_at);
		good = fdio_write(to, head.data, head.length) && copy_bytes(from, to) && fdio_sync(to);
	}
	buffer_free(&head);
	envelope_free(&e);
	return good;
}

static bool copy_file(struct queue *q, const char *id, const struct stat *st, struct diagnosis *why)
{
	char temp[ID_SIZE + 2];
	snprintf(temp, sizeof temp, "t.%s", id);
	int from = openat(q->drop_fd, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int to = from >= 0 ? openat(q->mqueue_fd, temp,
	                         O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)
	                   : -1;
	bool done = to >= 0 && write_copy(from, to, st->st_uid, why) &&
	            renameat(q->mqueue_fd, temp, q->mqueue_fd, id) == 0;
	if (!done && why->key == REASON_NONE)
		write_fails(why, id);
	if (!done && to >= 0)
		unlinkat(q->mqueue_fd, temp, 0);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (done)
		second_names_add(&q->second, id_pack(id));
	return done;
}

static bool move_name(struct queue *q, const char *id, const char *name, struct diagnosis *why)
{
	return renameat(q->drop_fd, id, q->mqueue_fd, name) == 0 || write_fails(why, id);
}

/* Where each name costs a file of those that there may be (tmpfs), a full file system has none for
   a second one, and what would free some waits in drop/. */
static bool has_no_room(const struct queue *q)
{
	int saved = errno;
	bool full = saved == ENOSPC && compat_rename_is_one_step(q->mqueue_fd);
	errno = saved;
	return full;
}

/* A second name of a plain file, or what does for it. */
static bool give_name(struct queue *q, const char *id, const char *name, const struct stat *st,
    struct diagnosis *why)
{
	if (linkat(q->drop_fd, id, q->mqueue_fd, name, 0) == 0) {
		second_names_add(&q->second, id_pack(id));
		return true;
	}
	if (errno == EEXIST)
		return is_there_already(why, name);
	bool full = has_no_room(q);
	if (!full && errno != EPERM && errno != EACCES && errno != EMLINK && errno != EOPNOTSUPP &&
	    errno != ENOSYS)
		return write_fails(why, id);
	if (faccessat(q->mqueue_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return is_there_already(why, name);
	if (!compat_rename_is_one_step(q->mqueue_fd) && strcmp(name, id) == 0)
		return copy_file(q, id, st, why);
	return move_name(q, id, name, why);
}

/* What no sendmail of ours has made is no message: nothing was promised for it. */
static enum pickup set_aside(struct queue *q, const char *id, const struct stat *st,
    struct diagnosis *why)
{
	char name[ID_SIZE + 8];
	snprintf(name, sizeof name, "%s.dead", id);
	bool moved =
	    S_ISREG(st->st_mode) ? give_name(q, id, name, st, why) : move_name(q, id, name, why);
	if (!moved)
		return PICKUP_REFUSED;
	q->has_dead = true;
	diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_DAMAGED,
	    "drop/%s is no plain file with one name, or longer than a message may be; set aside as "
	    "mqueue/%s",
	    id, name);
	return PICKUP_REFUSED;
}

enum pickup pickup_take(struct queue *q, const char *id, struct diagnosis *why)
{
	struct stat st;
	char dead[ID_SIZE + 8];
	if (second_names_have(&q->second, id_pack(id)))
		return PICKUP_KNOWN;
	if (fstatat(q->drop_fd, id, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		/* It was listed a moment ago, and may have been taken away since. */
		if (errno != ENOENT)
			diag_set_errno(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED, "drop/%s", id);
		return PICKUP_REFUSED;
	}
	q->moved = true;
	snprintf(dead, sizeof dead, "%s.dead", id);
	/* Only a file with two names can be there already, or a copy. */
	if ((st.st_nlink > 1 && (is_in_mqueue(q, id, &st) || is_in_mqueue(q, dead, &st))) ||
	    (S_ISREG(st.st_mode) && faccessat(q->mqueue_fd, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	        is_copied(q, id))) {
		second_names_add(&q->second, id_pack(id));
		diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED,
		    "drop/%s was in mqueue/ already: a crash left both names, and this one is removed", id);
		return PICKUP_KNOWN;
	}
	/* One without bytes on the disk costs its user nothing: it is neither copied nor sent. */
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size > LONGEST_BYTES)
		return set_aside(q, id, &st, why);
	return give_name(q, id, id, &st, why) ? PICKUP_NEW : PICKUP_REFUSED;
}

bool pickup_settle(struct queue *q, struct diagnosis *why)
{
	if (!fdio_sync(q->mqueue_fd)) {
		diag_set_errno(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_WRITE,
		    "make names in mqueue/ durable (fsync): new mail keeps its name in drop/, too");
		return false;
	}
	for (; q->second.count > 0; q->second.count--) {
		char id[ID_SIZE];
		id_unpack(q->second.ids[q->second.count - 1], id);
		if (unlinkat(q->drop_fd, id, 0) != 0 && errno != ENOENT) {
			diag_set_errno(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_WRITE,
			    "remove the name drop/%s of a message that is in mqueue/", id);
			return false;
		}
	}
	return true;
}
