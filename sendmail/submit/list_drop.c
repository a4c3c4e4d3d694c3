/* What waits in drop/: only this program's group may look there, so it reads it for mailq. */
#include "base/paths.h"
#include "message/envelope.h"
#include "spool/queue.h"
#include "submit/delegate.h"
#include "submit/startup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct droplist {
	int dir_fd;
	uid_t owner; /* of drop/: only its files may name another sender */
	bool all;
	bool missed; /* something could not be opened for want of means */
};

/* mailq shows its right by its real group, which is that of mqueue/; it applies the policy for
 * lists itself. */
static bool may_see_all(const char *spool)
{
	char path[1024];
	struct stat st;
	snprintf(path, sizeof path, "%s/mqueue", spool);
	if (stat(path, &st) != 0)
		return false;
	return getuid() == 0 || getuid() == st.st_uid || getgid() == st.st_gid;
}

static void print_envelope(const char *id, const struct envelope *e)
{
	struct buffer line = {0};
	envelope_put_listing(e, &line, id);
	puts(buffer_string(&line));
	buffer_free(&line);
}

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct droplist *list = context;
	struct envelope e;
	struct stat st;
	struct diagnosis why = {0};
	if (kind != QUEUE_MESSAGE)
		return;
	int fd = openat(list->dir_fd, id, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		list->missed =
		    list->missed || errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO;
		return;
	}
	envelope_init(&e);
	if (fstat(fd, &st) == 0 && (list->all || st.st_uid == getuid() || st.st_uid == list->owner) &&
	    envelope_read(&e, fd, &why)) {
		if (st.st_uid != list->owner || e.uid < 0)
			e.uid = st.st_uid;
		if (list->all || e.uid == (int64_t)getuid())
			print_envelope(id, &e);
	}
	envelope_free(&e);
	close(fd);
}

int list_drop(void)
{
	struct drop d;
	struct diagnosis why = {0};
	if (!drop_open(&d, paths_spool(), &why)) {
		fprintf(stderr, "droplist: %s\n", why.text);
		return EX_NOPERM;
	}
	struct stat st;
	struct droplist list = {.dir_fd = d.dir_fd, .all = may_see_all(paths_spool())};
	list.owner = fstat(d.dir_fd, &st) == 0 ? st.st_uid : 0;
	bool whole = queue_scan(d.dir_fd, found, &list);
	close(d.dir_fd);
	return whole && !list.missed ? EX_OK : EX_IOERR;
}
