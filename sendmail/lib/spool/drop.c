/* Committing a submission.  Order matters: content, then name, then the directory that holds the
 * name. */
#include "spool/drop.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include "spool/disk_space.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREATE_TRIES 20
#define ROOM_EVERY_BYTES (256 << 10)

bool drop_open(struct drop *d, const char *spool, struct diagnosis *why)
{
	char path[1024];
	*d = (struct drop){.dir_fd = -1, .fd = -1};
	snprintf(path, sizeof path, "%s/drop", spool);
	d->dir_fd = compat_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	if (d->dir_fd >= 0)
		return true;
	d->open_error = errno;
	enum reason_key key = errno == EACCES || errno == EPERM ? REASON_SPOOL_RIGHTS
	                      : errno == ENOENT || errno == ENOTDIR || errno == ELOOP
	                          ? REASON_SPOOL_MISSING
	                          : REASON_SPOOL_WRITE;
	diag_set_errno(why, VERDICT_FAILED, STAGE_SPOOL, key, "%s", path);
	return false;
}

void drop_error(struct diagnosis *why, const char *doing)
{
	enum reason_key key = REASON_SPOOL_WRITE;
	if (errno == ENOSPC || errno == EDQUOT)
		key = REASON_SPOOL_FULL;
	else if (errno == EFBIG)
		key = REASON_SPOOL_TOO_BIG;
	diag_set_errno(why, VERDICT_FAILED, STAGE_SPOOL, key, "%s", doing);
}

/* What else the user has here is counted each time: they may be handing in much at once. */
static bool is_fair(const struct drop *d, const struct disk_space *room, struct diagnosis *why)
{
	TEXT(words, 700);
	struct user_share share = d->share;
	user_share_count(&share, d->dir_fd, room);
	if (!user_share_is_over(&share, room, &words))
		return true;
	diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_FULL, "%s", words.data);
	return false;
}

/* Room for others than the runner.  A file system that does not say has room until a write says
 * otherwise. */
static bool has_room(struct drop *d, struct diagnosis *why)
{
	struct disk_space room;
	d->unchecked_bytes = 0;
	if (!disk_space_look(&room, d->dir_fd))
		return true;
	if (disk_space_is_enough(&room))
		return is_fair(d, &room, why);
	bool bytes = room.free_bytes <= room.reserve_bytes;
	diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_FULL,
	    "No space left for new mail on the disk of the spool: %llu %s are left, and as many are "
	    "kept for the queue's own notes",
	    bytes ? room.free_bytes / 1024 : room.free_files, bytes ? "KiB" : "files");
	return false;
}

bool drop_write(struct drop *d, const void *bytes, size_t length, struct diagnosis *why)
{
	d->unchecked_bytes += (long long)length;
	d->share.bytes += length;
	if (d->unchecked_bytes > ROOM_EVERY_BYTES && !has_room(d, why))
		return false;
	if (fdio_write(d->fd, bytes, length))
		return true;
	drop_error(why, "write the message to drop/");
	return false;
}

/* The runner reads it by the group of drop/, which the folder gives to what is in it; where it does
   not, everyone's right is needed: the folder is closed to others, and mqueue/ is. */
static bool is_readable(const struct drop *d, const struct stat *st)
{
	struct stat folder;
	return (fstat(d->dir_fd, &folder) == 0 &&
	           (st->st_gid == folder.st_gid || st->st_uid == folder.st_uid)) ||
	       fchmod(d->fd, 0644) == 0;
}

/* A new file under a name of its own, locked.  A runner whose clock is ahead may take it for one
   that a dead submission left, and remove it before the lock is on it: then, as when the name is in
   use, *again. */
static bool create_locked(struct drop *d, bool *again)
{
	struct stat st;
	d->fd = openat(d->dir_fd, d->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (d->fd < 0) {
		*again = errno == EEXIST;
		return false;
	}
	bool locked = flock(d->fd, LOCK_EX | LOCK_NB) == 0;
	*again = locked ? fstat(d->fd, &st) == 0 && st.st_nlink == 0 : errno == EWOULDBLOCK;
	locked = locked && !(*again) ? is_readable(d, &st) : locked;
	if (*again) {
		close(d->fd);
		d->fd = -1;
		errno = EAGAIN;
	}
	return locked && !*again;
}

bool drop_create(struct drop *d, int64_t wall_s, struct diagnosis *why)
{
	bool again = true;
	d->share.bytes = 0;
	if (!has_room(d, why))
		return false;
	for (int i = 0; i < CREATE_TRIES && again; i++) {
		id_make(d->id, wall_s);
		snprintf(d->temp, sizeof d->temp, "t.%s", d->id);
		if (create_locked(d, &again))
			return true;
	}
	drop_error(why, d->fd < 0 ? "create a file in drop/" : "lock the new file in drop/");
	drop_abandon(d);
	return false;
}

void drop_abandon(struct drop *d)
{
	if (d->fd < 0)
		return;
	unlinkat(d->dir_fd, d->temp, 0);
	close(d->fd);
	d->fd = -1;
}

bool drop_commit(struct drop *d, struct diagnosis *why)
{
	struct disk_space room;
	if (disk_space_look(&room, d->dir_fd) && !is_fair(d, &room, why)) {
		drop_abandon(d);
		return false;
	}
	if (!fdio_sync(d->fd)) {
		drop_error(why, "write the message to disk (fsync)");
		drop_abandon(d);
		return false;
	}
	if (renameat(d->dir_fd, d->temp, d->dir_fd, d->id) != 0) {
		drop_error(why, "give the message its name in drop/ (rename)");
		drop_abandon(d);
		return false;
	}
	if (!fdio_sync(d->dir_fd)) {
		drop_error(why, "make the name of the message durable (fsync of drop/)");
		unlinkat(d->dir_fd, d->id, 0);
		return false;
	}
	close(d->fd);
	d->fd = -1;
	return true;
}
