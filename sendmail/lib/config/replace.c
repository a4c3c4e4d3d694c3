/* Replacing a file, by names in its folder: nobody can put another folder in its way meanwhile. */
#include "config/replace.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/text.h"
#include "base/way.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_new(const struct replacement *r, int folder, const char *temp,
    const struct buffer *text)
{
	unlinkat(folder, temp, 0);
	int fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
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
static bool keep_old(int folder, const char *name)
{
	char old[300];
	snprintf(old, sizeof old, "%.250s.old", name);
	return (unlinkat(folder, old, 0) == 0 || errno == ENOENT) &&
	       (linkat(folder, name, folder, old, 0) == 0 || errno == ENOENT);
}

/* Root writes into no folder that somebody else could have led it to. */
static int open_folder(const char *path, struct diagnosis *d)
{
	char folder[1024];
	struct stat st;
	TEXT(why, 300);
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s",
	    slash == NULL || slash == path ? 1 : (int)(slash - path), slash != NULL ? path : ".");
	int fd = geteuid() == 0 ? way_open(folder, 0, &st, &why)
	                        : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int saved = errno;
	if (fd < 0 && saved == ENOENT)
		diag_set(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNWRITABLE,
		    TR("the folder %.300s does not exist: make it first"), folder);
	else if (fd < 0)
		diag_set(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNWRITABLE, "%.300s: %s", folder,
		    why.length > 0 ? why.data : strerror(saved));
	if (fd < 0)
		d->error_no = saved;
	return fd;
}

static bool replace_in(const struct replacement *r, int folder, const struct buffer *text,
    struct diagnosis *d)
{
	const char *slash = strrchr(r->path, '/'), *name = slash != NULL ? slash + 1 : r->path;
	char temp[300], temp_path[1100];
	snprintf(temp, sizeof temp, "%.250s.new", name);
	snprintf(temp_path, sizeof temp_path, "%.1000s.new", r->path);
	bool done = write_new(r, folder, temp, text);
	if (!done)
		diag_set_errno(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNWRITABLE, "%s", temp_path);
	done = done && (r->check == NULL || r->check(temp_path, r->path, d));
	if (done &&
	    ((r->keep_old && !keep_old(folder, name)) || renameat(folder, temp, folder, name) != 0)) {
		diag_set_errno(d, VERDICT_FAILED, STAGE_CONFIG, REASON_CONFIG_UNWRITABLE, "%s", r->path);
		done = false;
	}
	if (done)
		fdio_sync(folder);
	else
		unlinkat(folder, temp, 0);
	return done;
}

bool replace_file(const struct replacement *r, const struct buffer *text, struct diagnosis *d)
{
	int folder = open_folder(r->path, d);
	bool done = folder >= 0 && replace_in(r, folder, text, d);
	if (folder >= 0)
		close(folder);
	return done;
}
