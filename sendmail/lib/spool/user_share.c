/* One user's share of the disk. */
#include "spool/user_share.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIGHT_BYTES (1ull << 30)
#define TIGHT_FILES 50000

static unsigned long long above(unsigned long long a, unsigned long long b)
{
	return a > b ? a - b : 0;
}

static unsigned long long left_bytes(const struct disk_space *room)
{
	return above(room->free_bytes, room->reserve_bytes);
}

static unsigned long long left_files(const struct disk_space *room)
{
	return above(room->free_files, room->reserve_files);
}

/* A small disk has little room all the time. */
static bool is_tight(unsigned long long left, unsigned long long total, unsigned long long much)
{
	return left < much && left < total / 4;
}

void user_share_count(struct user_share *s, int drop_fd, const struct disk_space *room)
{
	const struct dirent *entry;
	struct stat st;
	bool tight = is_tight(left_bytes(room), room->total_bytes, TIGHT_BYTES) ||
	             is_tight(left_files(room), room->total_files, TIGHT_FILES);
	if (!tight || s->percent == 0 || s->uid == 0)
		return;
	/* A confined sendmail may not open the folder again. */
	int fd = fcntl(drop_fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL && fd >= 0)
		close(fd);
	if (dir != NULL)
		rewinddir(dir);
	unsigned long long bytes = 0, files = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (fstatat(drop_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_uid != s->uid)
			continue;
		bytes += (unsigned long long)st.st_size;
		files++;
	}
	s->bytes = bytes > s->bytes ? bytes : s->bytes;
	s->files = files > s->files ? files : s->files;
	if (dir != NULL)
		closedir(dir);
}

static bool is_over(unsigned long long has, unsigned long long left, int percent)
{
	unsigned long long both = left < ULLONG_MAX - has ? has + left : ULLONG_MAX;
	bool large = both > ULLONG_MAX / 100;
	return has > (large ? both / 100 * (unsigned)percent : both * (unsigned)percent / 100);
}

bool user_share_is_over(const struct user_share *s, const struct disk_space *room,
    struct text *words)
{
	unsigned long long bytes = left_bytes(room), files = left_files(room);
	bool over = is_over(s->bytes, bytes, s->percent);
	if (s->percent == 0 || s->uid == 0 || (!over && !is_over(s->files, files, s->percent)))
		return false;
	text_printf(words,
	    "waiting mail of uid %lu uses %llu %s of the spool's disk, and %llu are left; ",
	    (unsigned long)s->uid, over ? s->bytes >> 10 : s->files, over ? "KiB" : "files",
	    over ? bytes >> 10 : files);
	text_printf(words, "one user's may use %d %% of both together ([queue] max_user_percent in %s)",
	    s->percent, s->config);
	return true;
}
