/* Replacing a file. */
#include "config/replace.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_new(const struct replacement *r, const char *temp, const struct buffer *text)
{
	unlink(temp);
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool done = fd >= 0 && (geteuid() != 0 || fchown(fd, r->uid, r->gid) == 0) &&
	            fchmod(fd, r->mode & 07777) == 0 && fdio_write(fd, text->data, text->length) &&
	            fdio_sync(fd);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return done;
}

/* A second name for it, so that there is no moment without the first. */
static bool keep_old(const char *path)
{
	char old[1100];
	snprintf(old, sizeof old, "%.1000s.old", path);
	return (unlink(old) == 0 || errno == ENOENT) && (link(path, old) == 0 || errno == ENOENT);
}

static void sync_folder(const char *path)
{
	char folder[1024];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s",
	    slash == NULL || slash == path ? 1 : (int)(slash - path), slash != NULL ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fdio_sync(fd);
	close(fd);
}

bool replace_file(const struct replacement *r, const struct buffer *text, struct diagnosis *d)
{
	char temp[1100];
	snprintf(temp, sizeof temp, "%.1000s.new", r->path);
	bool done = write_new(r, temp, text);
	if (!done)
		diag_set_errno(d, VERDICT_FAILED, STAGE_CONFIG, "config-unwritable", "%s", temp);
	done = done && (r->check == NULL || r->check(temp, r->path, d));
	if (done && ((r->keep_old && !keep_old(r->path)) || rename(temp, r->path) != 0)) {
		diag_set_errno(d, VERDICT_FAILED, STAGE_CONFIG, "config-unwritable", "%s", r->path);
		done = false;
	}
	if (done)
		sync_folder(r->path);
	else
		unlink(temp);
	return done;
}
