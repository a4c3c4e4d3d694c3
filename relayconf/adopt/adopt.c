/* What all old queues have in common. */
#include "relayconf/adopt/adopt.h"
#include "base/compat.h"
#include "base/complaint.h"
#include "base/fdio.h"
#include "base/language.h"
#include "base/way.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_found(struct found *f)
{
	for (int i = 0; i < f->rcpt_count; i++)
		free(f->rcpts[i]);
	free(f->rcpts);
	free(f->files[0]);
	free(f->files[1]);
	free(f->sender);
}

/* Path of the folder for what was taken over, as people see it. */
static void set_aside(struct place *p, const struct place *under, bool beside)
{
	const char *slash = strrchr(p->folder, '/');
	TEXT(path, 2100);
	if (beside && under != NULL)
		text_put(&path, under->aside);
	else
		text_printf(&path, "%.*s/adopted",
		    beside && slash != NULL ? (int)(slash - p->folder) : 2000, p->folder);
	p->aside = mem_copy(path.data);
}

/* A path by way_open, a name within a folder by no link. */
static int open_place(const struct place *under, const char *path, struct text *why)
{
	struct stat st;
	int fd = under == NULL
	             ? way_open(path, 0, &st, why)
	             : openat(under->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && under == NULL && !S_ISDIR(st.st_mode)) {
		close(fd);
		errno = ENOTDIR;
		return -1;
	}
	if (fd < 0 && why->length == 0)
		text_put(why, strerror(errno));
	return fd;
}

struct place *adopt_enter(struct adopt *a, const struct old_queue *q, struct place *under,
    const char *path)
{
	TEXT(why, 300);
	TEXT(whole, 2048);
	int fd = open_place(under, path, &why);
	text_printf(&whole, "%s%s%s", under != NULL ? under->folder : "", under != NULL ? "/" : "",
	    path);
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR) {
		complaint_say("relayconf", "%s is left alone: %s", whole.data, why.data);
		a->unreadable++;
	}
	if (fd < 0)
		return NULL;
	struct place *p = mem_alloc(sizeof *p);
	p->folder = mem_copy(whole.data);
	p->fd = fd;
	p->beside_fd = !q->beside      ? fd
	               : under != NULL ? dup(under->beside_fd)
	                               : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	set_aside(p, under, q->beside);
	p->next = a->places;
	a->places = p;
	return p;
}

static void note_file(struct found *f, const char *name)
{
	struct stat st;
	if (fstatat(f->place->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		f->arrived_s = st.st_mtime;
		f->size_bytes += st.st_size;
	}
}

struct found *adopt_add(struct adopt *a, const struct old_queue *q, struct place *place,
    const char *file, const char *second)
{
	a->list = mem_resize(a->list, (size_t)a->count + 1, sizeof *a->list);
	struct found *f = &a->list[a->count++];
	*f = (struct found){.queue = q,
	    .place = place,
	    .files = {mem_copy(file), second != NULL ? mem_copy(second) : NULL},
	    .sender = mem_copy("")};
	note_file(f, file);
	if (second != NULL)
		note_file(f, second);
	return f;
}

void adopt_add_rcpt(struct found *f, const char *address)
{
	f->rcpts = mem_resize(f->rcpts, (size_t)f->rcpt_count + 1, sizeof *f->rcpts);
	f->rcpts[f->rcpt_count++] = adopt_bare(address);
}

void adopt_leave(struct adopt *a, const struct place *place, const char *file, const char *why)
{
	complaint_say("relayconf", "%s/%s is left alone: %s", place->folder, file, why);
	a->unreadable++;
}

void adopt_drop(struct adopt *a, const char *why)
{
	struct found *f = &a->list[--a->count];
	if (*why != '\0')
		adopt_leave(a, f->place, f->files[0], why);
	free_found(f);
}

/* A stream over a folder ("."), or over one in it. */
static DIR *list(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
}

void adopt_each(const struct place *place, const char *prefix,
    void (*each)(void *context, const char *name),
    void (*each_folder)(void *context, const char *name), void *context)
{
	DIR *dir = list(place->fd, ".");
	struct dirent *entry;
	struct stat st;
	if (dir == NULL)
		complaint_say("relayconf", "%s cannot be read: %s", place->folder, strerror(errno));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || text_has_control(entry->d_name) ||
		    fstatat(place->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(st.st_mode) && text_starts(entry->d_name, prefix))
			each(context, entry->d_name);
		else if (S_ISDIR(st.st_mode) && each_folder != NULL)
			each_folder(context, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}

static nlink_t names_in(DIR *dir, const struct stat *file)
{
	nlink_t count = 0;
	struct stat st;
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		count += fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		         st.st_ino == file->st_ino && st.st_dev == file->st_dev;
	if (dir != NULL)
		closedir(dir);
	return count;
}

/* dma gives a message a name for each recipient: all names of a file have to be in its folder, or
 * where those that were taken over are. */
static bool is_only_here(const struct place *place, const struct stat *file)
{
	return file->st_nlink <= 1 || names_in(list(place->fd, "."), file) +
	                                      names_in(list(place->beside_fd, "adopted"), file) ==
	                                  file->st_nlink;
}

int adopt_open(const struct place *place, const char *name, int flags)
{
	struct stat st;
	int fd = compat_open_at(place->fd, name, flags | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	bool plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (plain && is_only_here(place, &st))
		return fd;
	close(fd);
	errno = plain ? EMLINK : EINVAL;
	return -1;
}

const char *adopt_unread(void)
{
	return errno == EMLINK ? TR("it has a second name elsewhere") : strerror(errno);
}

bool adopt_slurp(const struct place *place, const char *name, struct buffer *to)
{
	int fd = adopt_open(place, name, O_RDONLY | O_CLOEXEC);
	bool read = fd >= 0 && fdio_slurp(fd, to, ADOPT_MESSAGE_LIMIT_BYTES);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return read;
}

char *adopt_bare(const char *address)
{
	const char *open = strchr(address, '<'), *close = strrchr(address, '>');
	if (open != NULL && close > open)
		return mem_copy_n(open + 1, (size_t)(close - open - 1));
	char *copy = mem_copy(address), *bare = mem_copy(text_trim(copy));
	free(copy);
	return bare;
}

static void leave(struct place *p)
{
	if (p->beside_fd >= 0 && p->beside_fd != p->fd)
		close(p->beside_fd);
	close(p->fd);
	free(p->folder);
	free(p->aside);
	free(p);
}

void adopt_free(struct adopt *a)
{
	for (int i = 0; i < a->count; i++)
		free_found(&a->list[i]);
	free(a->list);
	for (struct place *p = a->places, *next; p != NULL; p = next) {
		next = p->next;
		leave(p);
	}
}
