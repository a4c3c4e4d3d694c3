/* What all old queues have in common. */
#include "relayconf/adopt/adopt.h"
#include "base/fdio.h"
#include "base/output.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void free_found(struct found *f)
{
	for (int i = 0; i < f->rcpt_count; i++)
		free(f->rcpts[i]);
	free(f->rcpts);
	free(f->folder);
	free(f->aside);
	free(f->files[0]);
	free(f->files[1]);
	free(f->sender);
}

static void note_file(struct found *f, const char *name)
{
	char path[2048];
	struct stat st;
	snprintf(path, sizeof path, "%s/%s", f->folder, name);
	if (stat(path, &st) == 0) {
		f->arrived_s = st.st_mtime;
		f->size_bytes += st.st_size;
	}
}

struct found *adopt_add(struct adopt *a, const struct old_queue *q, const char *folder, const char *file, const char *second)
{
	a->list = mem_resize(a->list, (size_t)a->count + 1, sizeof *a->list);
	struct found *f = &a->list[a->count++];
	TEXT(aside, 2048);
	text_printf(&aside, "%s/%s", folder, q->aside);
	*f = (struct found){.queue = q, .folder = mem_copy(folder), .aside = mem_copy(aside.data), .files = {mem_copy(file), second != NULL ? mem_copy(second) : NULL}, .sender = mem_copy("")};
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

void adopt_leave(struct adopt *a, const char *folder, const char *file, const char *why)
{
	output_to(stderr, "relayconf: %s/%s is left alone: %s\n", folder, file, why);
	a->unreadable++;
}

void adopt_drop(struct adopt *a, const char *why)
{
	struct found *f = &a->list[--a->count];
	if (*why != '\0')
		adopt_leave(a, f->folder, f->files[0], why);
	free_found(f);
}

void adopt_each(const char *folder, const char *prefix, void (*each)(void *context, const char *name), void *context)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat st;
	if (dir == NULL && errno != ENOENT && errno != ENOTDIR)
		output_to(stderr, "relayconf: %s cannot be read: %s\n", folder, strerror(errno));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && !text_has_control(entry->d_name) && text_starts(entry->d_name, prefix) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			each(context, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
}

bool adopt_slurp(const char *folder, const char *name, struct buffer *to)
{
	char path[2048];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return fdio_slurp_at(AT_FDCWD, path, to, ADOPT_MESSAGE_LIMIT_BYTES);
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

void adopt_free(struct adopt *a)
{
	for (int i = 0; i < a->count; i++)
		free_found(&a->list[i]);
	free(a->list);
}
