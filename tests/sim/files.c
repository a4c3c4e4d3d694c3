/* A spool in memory: the folders drop/ and mqueue/ with their files, after the names of the system
   calls that the runner makes.  All other descriptors are the system's.  Where the linker does not
   give us one of these calls (the C library has another name for it), sim_files_start says so, and
   the spool is one on disk. */
#include "base/clock.h"
#include "base/mem.h"
#include "tests/sim/sim.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FD_FIRST 3000000
#define OPEN_MAX_FILES 4096
#define BUCKETS 1024
enum { DROP, MQUEUE, FOLDERS };

struct file {
	struct buffer bytes;
	int names, opens, shared; /* shared: locks */
	bool locked;
	uid_t uid;
	int64_t changed_s;
	uint64_t number;
};

static struct name {
	char *name;
	struct file *file;
	struct name *next;
} * folders[FOLDERS][BUCKETS];

/* A descriptor: FD_FIRST and its place here; the first ones are the folders. */
static struct opened {
	bool used, append;
	int folder; /* of a folder */
	struct file *file;
	off_t at;
	int lock; /* LOCK_SH, LOCK_EX; 0 = none */
} opened[OPEN_MAX_FILES];

static bool on;
static uint64_t files_made;

static struct opened *of_fd(int fd)
{
	return on && fd >= FD_FIRST && fd < FD_FIRST + OPEN_MAX_FILES ? &opened[fd - FD_FIRST] : NULL;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static struct name **slot(int folder, const char *name)
{
	uint32_t sum = 5381;
	for (const char *c = name; *c != '\0'; c++)
		sum = sum * 33 + (unsigned char)*c;
	struct name **at = &folders[folder][sum % BUCKETS];
	while (*at != NULL && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static void let_go(struct file *f)
{
	if (f->names > 0 || f->opens > 0)
		return;
	buffer_free(&f->bytes);
	free(f);
}

static void give_name(int folder, const char *name, struct file *f)
{
	struct name **at = slot(folder, name), *n = mem_alloc(sizeof *n);
	*n = (struct name){.name = mem_copy(name), .file = f, .next = *at};
	*at = n;
	f->names++;
}

static void take_name(struct name **at)
{
	struct name *n = *at;
	*at = n->next;
	n->file->names--;
	let_go(n->file);
	free(n->name);
	free(n);
}

static int open_one(int folder, struct file *f, bool append)
{
	int i = FOLDERS;
	while (i < OPEN_MAX_FILES && opened[i].used)
		i++;
	SIM_MUST(i < OPEN_MAX_FILES, "%d files are open", i);
	opened[i] = (struct opened){.used = true, .append = append, .folder = folder, .file = f};
	if (f != NULL)
		f->opens++;
	return FD_FIRST + i;
}

int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...)
{
	const struct opened *o = of_fd(dir);
	if (o == NULL) {
		va_list list;
		va_start(list, flags);
		int mode = flags & O_CREAT ? va_arg(list, int) : 0;
		va_end(list);
		return __real_openat(dir, name, flags, mode);
	}
	if (strcmp(name, ".") == 0)
		return open_one(o->folder, NULL, false);
	struct name **at = slot(o->folder, name);
	if (*at != NULL && (flags & O_CREAT) && (flags & O_EXCL))
		return fail(EEXIST);
	if (*at == NULL) {
		if (!(flags & O_CREAT))
			return fail(ENOENT);
		struct file *f = mem_alloc(sizeof *f);
		f->uid = geteuid();
		f->number = ++files_made;
		f->changed_s = clock_wall_s();
		give_name(o->folder, name, f);
		at = slot(o->folder, name);
	}
	if (flags & O_TRUNC)
		(*at)->file->bytes.length = 0;
	return open_one(-1, (*at)->file, flags & O_APPEND);
}

SIM_REAL(int, close, int fd)
{
	struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_close(fd);
	struct file *f = o->file;
	if (f != NULL) {
		f->shared -= o->lock == LOCK_SH;
		f->locked = f->locked && o->lock != LOCK_EX;
		f->opens--;
		let_go(f);
	}
	*o = (struct opened){0};
	return 0;
}

SIM_REAL(ssize_t, pread, int fd, void *bytes, size_t size, off_t at)
{
	const struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_pread(fd, bytes, size, at);
	if (o->file == NULL)
		return fail(EISDIR);
	size_t length = o->file->bytes.length, from = (size_t)at < length ? (size_t)at : length;
	size_t n = size < length - from ? size : length - from;
	if (n > 0)
		memcpy(bytes, o->file->bytes.data + from, n);
	return (ssize_t)n;
}

SIM_REAL(ssize_t, read, int fd, void *bytes, size_t size)
{
	struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_read(fd, bytes, size);
	ssize_t n = __wrap_pread(fd, bytes, size, o->at);
	o->at += n > 0 ? n : 0;
	return n;
}

SIM_REAL(ssize_t, pwrite, int fd, const void *bytes, size_t size, off_t at)
{
	const struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_pwrite(fd, bytes, size, at);
	struct buffer *to = &o->file->bytes;
	while (to->length < (size_t)at)
		buffer_add(to, "", 1);
	size_t over = to->length - (size_t)at < size ? to->length - (size_t)at : size;
	if (over > 0)
		memcpy(to->data + at, bytes, over);
	buffer_add(to, (const char *)bytes + over, size - over);
	o->file->changed_s = clock_wall_s();
	return (ssize_t)size;
}

SIM_REAL(ssize_t, write, int fd, const void *bytes, size_t size)
{
	struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_write(fd, bytes, size);
	if (o->append)
		o->at = (off_t)o->file->bytes.length;
	ssize_t n = __wrap_pwrite(fd, bytes, size, o->at);
	o->at += n;
	return n;
}

SIM_REAL(off_t, lseek, int fd, off_t at, int whence)
{
	struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_lseek(fd, at, whence);
	off_t from = whence == SEEK_CUR ? o->at : whence == SEEK_END ? (off_t)o->file->bytes.length : 0;
	return o->at = from + at;
}

static int look_at(const struct file *f, struct stat *st)
{
	*st = (struct stat){.st_mode = f != NULL ? S_IFREG | 0640 : S_IFDIR | 0700,
	    .st_nlink = (nlink_t)(f != NULL ? f->names : 2),
	    .st_uid = f != NULL ? f->uid : geteuid(),
	    .st_ino = f != NULL ? f->number : 1,
	    .st_size = f != NULL ? (off_t)f->bytes.length : 0};
	st->st_mtime = st->st_ctime = f != NULL ? f->changed_s : 0;
	return 0;
}

SIM_REAL(int, fstat, int fd, struct stat *st)
{
	const struct opened *o = of_fd(fd);
	return o != NULL ? look_at(o->file, st) : __real_fstat(fd, st);
}

SIM_REAL(int, fstatat, int dir, const char *name, struct stat *st, int flags)
{
	const struct opened *o = of_fd(dir);
	if (o == NULL)
		return __real_fstatat(dir, name, st, flags);
	struct name **at = slot(o->folder, name);
	return *at != NULL ? look_at((*at)->file, st) : fail(ENOENT);
}

SIM_REAL(int, faccessat, int dir, const char *name, int mode, int flags)
{
	const struct opened *o = of_fd(dir);
	if (o == NULL)
		return __real_faccessat(dir, name, mode, flags);
	return *slot(o->folder, name) != NULL ? 0 : fail(ENOENT);
}

SIM_REAL(int, ftruncate, int fd, off_t length)
{
	const struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_ftruncate(fd, length);
	if ((size_t)length < o->file->bytes.length)
		o->file->bytes.length = (size_t)length;
	return 0;
}

SIM_REAL(int, renameat, int from, const char *old, int to, const char *name)
{
	const struct opened *a = of_fd(from), *b = of_fd(to);
	if (a == NULL || b == NULL)
		return a == b ? __real_renameat(from, old, to, name) : fail(EXDEV);
	struct name **at = slot(a->folder, old), **over = slot(b->folder, name);
	if (*at == NULL)
		return fail(ENOENT);
	struct file *f = (*at)->file;
	if (*over != NULL && (*over)->file == f)
		return 0;
	if (*over != NULL)
		take_name(over);
	give_name(b->folder, name, f);
	take_name(slot(a->folder, old));
	return 0;
}

SIM_REAL(int, linkat, int from, const char *old, int to, const char *name, int flags)
{
	const struct opened *a = of_fd(from), *b = of_fd(to);
	if (a == NULL || b == NULL)
		return a == b ? __real_linkat(from, old, to, name, flags) : fail(EXDEV);
	struct name **at = slot(a->folder, old);
	if (*at == NULL)
		return fail(ENOENT);
	if (*slot(b->folder, name) != NULL)
		return fail(EEXIST);
	give_name(b->folder, name, (*at)->file);
	return 0;
}

SIM_REAL(int, unlinkat, int dir, const char *name, int flags)
{
	const struct opened *o = of_fd(dir);
	if (o == NULL)
		return __real_unlinkat(dir, name, flags);
	struct name **at = slot(o->folder, name);
	if (*at == NULL)
		return fail(ENOENT);
	take_name(at);
	return 0;
}

/* Of the open file, as flock(2) has it. */
SIM_REAL(int, flock, int fd, int how)
{
	struct opened *o = of_fd(fd);
	if (o == NULL)
		return __real_flock(fd, how);
	struct file *f = o->file;
	int shared = f->shared - (o->lock == LOCK_SH);
	bool locked = f->locked && o->lock != LOCK_EX;
	how &= ~LOCK_NB;
	if (how != LOCK_UN && (locked || (how == LOCK_EX && shared > 0)))
		return fail(EWOULDBLOCK);
	f->shared = shared + (how == LOCK_SH);
	f->locked = locked || how == LOCK_EX;
	o->lock = how == LOCK_UN ? 0 : how;
	return 0;
}

SIM_REAL(int, fchmod, int fd, mode_t mode)
{
	return of_fd(fd) != NULL ? 0 : __real_fchmod(fd, mode);
}

SIM_REAL(int, fstatvfs, int fd, struct statvfs *st)
{
	if (of_fd(fd) == NULL)
		return __real_fstatvfs(fd, st);
	*st = (struct statvfs){.f_frsize = 4096,
	    .f_bsize = 4096,
	    .f_blocks = 1 << 24,
	    .f_bfree = 1 << 23,
	    .f_bavail = 1 << 23,
	    .f_files = 1 << 24,
	    .f_ffree = 1 << 23,
	    .f_favail = 1 << 23};
	return 0;
}

int sim_files_folder(int fd)
{
	const struct opened *o = of_fd(fd);
	return o != NULL && o->file == NULL ? o->folder : -1;
}

char **sim_files_names(int folder, size_t *count)
{
	char **names = NULL;
	*count = 0;
	for (int b = 0; b < BUCKETS; b++) {
		for (const struct name *n = folders[folder][b]; n != NULL; n = n->next) {
			if ((*count & (*count - 1)) == 0)
				names = mem_resize(names, *count > 0 ? 2 * *count : 1, sizeof *names);
			names[(*count)++] = mem_copy(n->name);
		}
	}
	return names;
}

bool sim_files_start(int *drop_fd, int *mqueue_fd)
{
	on = true;
	for (int i = 0; i < FOLDERS; i++)
		opened[i] = (struct opened){.used = true, .folder = i};
	if (!sim_files_are_reached(FD_FIRST + DROP))
		return on = false;
	close(*drop_fd);
	close(*mqueue_fd);
	*drop_fd = FD_FIRST + DROP;
	*mqueue_fd = FD_FIRST + MQUEUE;
	return true;
}

void sim_files_empty(void)
{
	for (int folder = 0; folder < FOLDERS; folder++) {
		for (int b = 0; b < BUCKETS; b++) {
			while (folders[folder][b] != NULL)
				take_name(&folders[folder][b]);
		}
	}
}
