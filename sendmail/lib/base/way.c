/* A path, step by step. */
#include "base/way.h"
#include "base/language.h"
#include "base/compat.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 32
#define NOBODY ((uid_t)-1)

struct way {
	uid_t admin;
	uid_t others; /* who, beside root and admin, owns a folder on it; NOBODY: none so far */
	bool shared;  /* more than one does, or everybody can write there */
	bool loose;   /* a group can write there */
	bool sticky;  /* the folder at hand is one like /tmp: what it holds is its owner's */
	int links;
	int folder; /* at hand */
	char rest[PATH_MAX];
	struct text *why;
};

static bool is_trusted(const struct way *w, uid_t uid)
{
	return uid == 0 || uid == w->admin || uid == geteuid();
}

/* Somebody else has a say in what comes after. */
static void note_owner(struct way *w, uid_t uid)
{
	if (is_trusted(w, uid))
		return;
	w->shared = w->shared || (w->others != NOBODY && w->others != uid);
	w->others = uid;
}

static void note_folder(struct way *w, const struct stat *st)
{
	note_owner(w, st->st_uid);
	w->loose = w->loose || ((st->st_mode & S_IWGRP) && st->st_gid != 0);
	w->sticky = (st->st_mode & (S_IWOTH | S_ISVTX)) == (S_IWOTH | S_ISVTX);
	w->shared = w->shared || ((st->st_mode & S_IWOTH) && !w->sticky);
}

static void refuse(struct way *w, const char *what, uid_t uid)
{
	if (uid != NOBODY)
		text_printf(w->why, TR("%s of uid %lu, who could let it lead anywhere"), what,
		    (unsigned long)uid);
	else
		text_put(w->why, what);
	errno = EPERM;
}

/* Where a link leads comes before the rest; only one that nobody else can have put there is
 * followed. */
static bool follow(struct way *w, const char *name, const char *behind)
{
	char target[PATH_MAX], whole[2 * PATH_MAX];
	struct stat st;
	if (fstatat(w->folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (!is_trusted(w, st.st_uid) || w->others != NOBODY || w->shared) {
		refuse(w, TR("a link on the way to it is one"),
		    is_trusted(w, st.st_uid) ? w->others : st.st_uid);
		return false;
	}
	ssize_t n = readlinkat(w->folder, name, target, sizeof target - 1);
	if (n <= 0 || w->links++ == LINKS_MAX) {
		errno = n <= 0 ? errno : ELOOP;
		return false;
	}
	target[n] = '\0';
	snprintf(whole, sizeof whole, "%s/%s", target, behind);
	if (!text_copy(w->rest, sizeof w->rest, whole)) {
		errno = ENAMETOOLONG;
		return false;
	}
	return true;
}

static void enter(struct way *w, int fd, const struct stat *st)
{
	if (w->folder >= 0)
		close(w->folder);
	w->folder = fd;
	note_folder(w, st);
}

static bool start(struct way *w)
{
	struct stat st;
	int fd = compat_open_folder(AT_FDCWD, w->rest[0] == '/' ? "/" : ".");
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	enter(w, fd, &st);
	return true;
}

static bool is_link(const struct way *w, const char *name)
{
	struct stat st;
	int saved = errno;
	bool is = fstatat(w->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
	errno = saved;
	return is;
}

/* The next name of the rest; false at its end. */
static bool take_name(struct way *w, char name[NAME_MAX + 1], const char **behind)
{
	const char *at = w->rest + strspn(w->rest, "/");
	size_t length = strcspn(at, "/");
	if (length == 0)
		return false;
	snprintf(name, NAME_MAX + 1, "%.*s", (int)(length < NAME_MAX ? length : NAME_MAX), at);
	*behind = at + length + strspn(at + length, "/");
	return true;
}

/* Whether what is at the end may be read. */
static int judge(struct way *w, int fd, const struct stat *st)
{
	bool trusted = is_trusted(w, st->st_uid), alone = w->others == NOBODY && !w->shared;
	bool secret = !S_ISDIR(st->st_mode) && !(st->st_mode & S_IROTH);
	if (w->shared)
		refuse(w, TR("more than one user, beside root, decides what its path leads to"), NOBODY);
	else if (trusted && !alone)
		refuse(w, TR("it lies in a folder"), w->others);
	else if (trusted && secret && w->admin != 0 && st->st_uid == 0)
		refuse(w, TR("it is root's, and not everybody can read it"), NOBODY);
	else if (trusted && secret && w->loose && st->st_nlink > 1)
		refuse(w,
		    TR("not everybody can read it, it has a second name, and a group can put files there"),
		    NOBODY);
	else if (!trusted && w->others != NOBODY && w->others != st->st_uid)
		refuse(w, TR("it is another user's, and lies in a folder"), w->others);
	else
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static int walk(struct way *w, struct stat *st)
{
	char name[NAME_MAX + 1];
	const char *behind;
	while (take_name(w, name, &behind)) {
		bool last = *behind == '\0';
		int fd = last ? openat(w->folder, name,
		                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
		              : compat_open_folder(w->folder, name);
		if (fd < 0 && is_link(w, name) && follow(w, name, last ? "" : behind) &&
		    (w->rest[0] != '/' || start(w)))
			continue;
		if (fd < 0 || fstat(fd, st) != 0) {
			if (fd >= 0)
				close(fd);
			return -1;
		}
		/* In a folder like /tmp only the owner's name for a thing can be relied on; a second name
		 * of a file may be anybody's. */
		if (w->sticky)
			note_owner(w, st->st_uid);
		w->shared = w->shared || (w->sticky && !S_ISDIR(st->st_mode) && st->st_nlink > 1);
		if (last)
			return judge(w, fd, st);
		enter(w, fd, st);
		memmove(w->rest, behind, strlen(behind) + 1);
	}
	errno = ENOENT;
	return -1;
}

int way_open(const char *path, uid_t admin, struct stat *st, struct text *why)
{
	struct way w = {.admin = admin, .others = NOBODY, .folder = -1, .why = why};
	int fd = -1;
	memset(st, 0, sizeof *st);
	if (!text_copy(w.rest, sizeof w.rest, path))
		errno = ENAMETOOLONG;
	else if (start(&w))
		fd = walk(&w, st);
	int saved = errno;
	if (w.folder >= 0)
		close(w.folder);
	errno = saved;
	if (fd < 0 && why->length == 0)
		text_put(why, strerror(saved));
	return fd;
}
