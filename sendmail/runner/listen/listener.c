/* Bound under another name first, so that the right one leads to a socket that listens. */
#include "base/fdio.h"
#include "runner/listen/listener.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool listen_at(int fd, const char *name, int waiting_max)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	errno = ENAMETOOLONG;
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s", name) >=
	    (int)sizeof address.sun_path)
		return false;
	unlink(name);
	return fdio_nonblocking(fd) && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	       chmod(name, 0666) == 0 && listen(fd, waiting_max) == 0;
}

/* The name beside the right one; not longer, because there is little room in an address. */
static void name_new(char *name, size_t size, const char *path)
{
	const char *slash = strrchr(path, '/');
	int length = slash != NULL ? (int)(slash - path) + 1 : 0;
	snprintf(name, size, "%.*snew", length, path);
}

bool listener_open(struct listener *l, const char *path, int waiting_max)
{
	char name[1100];
	name_new(name, sizeof name, path);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return false;
	if (strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path &&
	    listen_at(l->fd, name, waiting_max) && rename(name, path) == 0 &&
	    lstat(path, &l->file) == 0)
		return true;
	int saved = strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path ? errno : ENAMETOOLONG;
	close(l->fd);
	l->fd = -1;
	errno = saved;
	return false;
}

bool listener_look(struct listener *l, const char *path, int waiting_max)
{
	struct stat st;
	struct listener fresh;
	errno = 0;
	if (l->fd < 0)
		return false;
	if (lstat(path, &st) == 0 && st.st_ino == l->file.st_ino && st.st_dev == l->file.st_dev)
		return false;
	if (!listener_open(&fresh, path, waiting_max))
		return false;
	close(l->fd);
	*l = fresh;
	return true;
}

void listener_close(struct listener *l, const char *path)
{
	if (l->fd < 0)
		return;
	unlink(path);
	close(l->fd);
	l->fd = -1;
}
