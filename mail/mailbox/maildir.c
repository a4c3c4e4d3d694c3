/* Maildir.  Renaming is the only change to a message that is there. */
#include "mail/mailbox/maildir.h"
#include "base/fdio.h"
#include "base/mailbox_form.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGES_LIMIT 1000000

bool maildir_is_one(const char *path)
{
	static const char *const rooms[] = {"cur", "new", "tmp"};
	char name[1100];
	struct stat st;
	for (int i = 0; i < 3; i++) {
		if ((size_t)snprintf(name, sizeof name, "%s/%s", path, rooms[i]) >= sizeof name ||
		    stat(name, &st) != 0 || !S_ISDIR(st.st_mode))
			return false;
	}
	return true;
}

bool maildir_may_change(const char *path)
{
	char name[1100];
	struct stat st;
	snprintf(name, sizeof name, "%s/cur", path);
	return access(name, W_OK) == 0 && stat(name, &st) == 0 && (st.st_mode & 0222) != 0;
}

static bool list_room(const char *path, const char *room, struct string_list *names)
{
	char name[1400];
	snprintf(name, sizeof name, "%s/%s", path, room);
	DIR *dir = opendir(name);
	if (dir == NULL)
		return false;
	for (struct dirent *entry; names->count < MESSAGES_LIMIT && (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] != '.' &&
		    (size_t)snprintf(name, sizeof name, "%s/%s", room, entry->d_name) < sizeof name)
			string_list_add(names, name);
	}
	closedir(dir);
	return true;
}

static int by_time(const void *a, const void *b)
{
	const char *x = *(char *const *)a + 4, *y = *(char *const *)b + 4;
	long long s = atoll(x), t = atoll(y);
	return s != t ? (s < t ? -1 : 1) : strcmp(x, y);
}

bool maildir_list(const char *path, struct string_list *names)
{
	if (!list_room(path, "cur", names) || !list_room(path, "new", names))
		return false;
	if (names->count > 1)
		qsort(names->items, (size_t)names->count, sizeof *names->items, by_time);
	return true;
}

struct maildir_state maildir_state(const char *name)
{
	const char *letters = strstr(name, ":2,");
	struct maildir_state state = {.old = text_starts(name, "cur/")};
	if (letters != NULL) {
		state.read = strchr(letters + 3, 'S') != NULL;
		state.answered = strchr(letters + 3, 'R') != NULL;
	}
	return state;
}

char *maildir_name(const char *name, const struct maildir_state *state)
{
	const char *letters = strstr(name, ":2,");
	bool has[128] = {false};
	struct buffer out = {0};
	for (const char *at = letters != NULL ? letters + 3 : ""; *at != '\0'; at++) {
		if ((unsigned char)*at < 128)
			has[(unsigned char)*at] = true;
	}
	has['S'] = state->read;
	has['R'] = state->answered;
	buffer_printf(&out, "cur/%.*s:2,",
	    (int)(letters != NULL ? letters - name - 4 : (long)strlen(name + 4)), name + 4);
	for (char c = 'A'; c <= 'z'; c++) {
		if (has[(unsigned char)c])
			buffer_add(&out, &c, 1);
	}
	char *copy = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return copy;
}

bool maildir_move(const char *path, const char *from, const char *to)
{
	char folder[1700], name[2500];
	snprintf(folder, sizeof folder, "%.1600s/%.3s", path, to);
	snprintf(name, sizeof name, "%.1600s/%.800s", path, from);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool moved = fd >= 0 && fdio_move_at(AT_FDCWD, name, fd, to + 4);
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return moved;
}

bool maildir_add(const char *path, const char *bytes, size_t length, bool read)
{
	char name[200], from[1700], temp[650], to[650];
	mailbox_form_file(name, sizeof name);
	snprintf(temp, sizeof temp, "tmp/%s", name);
	snprintf(from, sizeof from, "%s/%s", path, temp);
	snprintf(to, sizeof to, "%s/%s%s", read ? "cur" : "new", name, read ? ":2,S" : "");
	int fd = open(from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool good = fdio_write(fd, bytes, length) && fdio_sync(fd);
	int saved = errno;
	close(fd);
	if (good && maildir_move(path, temp, to))
		return true;
	saved = good ? errno : saved;
	unlink(from);
	if (good) {
		snprintf(from, sizeof from, "%s/%s", path, to);
		unlink(from);
	}
	errno = saved;
	return false;
}
