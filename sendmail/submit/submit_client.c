/* The caller's end of submit.sock. */
#include "submit/submit_client.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/paths.h"
#include "base/text.h"
#include "spool/submit_talk.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 120
#define REPLACED_TRIES 100
#define REPLACED_PAUSE_NS 50000000

static bool socket_path(char *path, size_t size)
{
	return snprintf(path, size, "%s/submit.sock", paths_run()) < (int)size;
}

static bool is_socket(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Between the end of a runner and the start of the next, as in an upgrade, its folder is there and
 * its socket is not. */
bool submit_client_possible(void)
{
	struct sockaddr_un address;
	if (!socket_path(address.sun_path, sizeof address.sun_path))
		return false;
	bool there = is_socket(address.sun_path);
	for (int i = 0; i < REPLACED_TRIES && !there && access(paths_run(), F_OK) == 0; i++) {
		nanosleep(&(struct timespec){.tv_nsec = REPLACED_PAUSE_NS}, NULL);
		there = is_socket(address.sun_path);
	}
	return there;
}

void submit_client_explain(struct diagnosis *why, const char *reason)
{
	char path[200];
	TEXT(words, sizeof why->text);
	socket_path(path, sizeof path);
	text_printf(&words,
	    "%.120s; the set-group-id right of this program has no effect (" COMPAT_NO_SETGID
	    ", or \"" COMPAT_MAKE
	    " install-rights\" was not run), and no runner accepts the message at %.80s (root starts "
	    "it with \"sendmail -bd -q1m\"). The message was NOT accepted",
	    reason, path);
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_SPOOL_RIGHTS, "%s", words.data);
}

/* No runner listens: what kept us from drop/ is the reason that is to be repaired.  A hardened unit
 * may hide the spool altogether (ENOENT). */
static int fail_alone(const char *socket, int drop_error, struct diagnosis *why)
{
	TEXT(reason, 200);
	text_printf(&reason, "%.100s: %s", socket, strerror(errno));
	if (drop_error == EACCES || drop_error == EPERM || drop_error == ENOENT) {
		submit_client_explain(why, reason.data);
		return EX_NOPERM;
	}
	diag_set(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_WRITE,
	    "%.200s/drop: %s; and no runner accepts the message instead (%s). The message was NOT "
	    "accepted",
	    paths_spool(), strerror(drop_error), reason.data);
	why->error_no = drop_error;
	return EX_CANTCREAT;
}

static bool send_file(int fd, const struct buffer *file, size_t head_bytes)
{
	return submit_talk_send_whole(fd, file->data, head_bytes) &&
	       submit_talk_send(fd, file->data + head_bytes, file->length - head_bytes) &&
	       submit_talk_send_whole(fd, "", 0);
}

int submit_client_send(const struct buffer *file, size_t head_bytes, int drop_error,
    char id[ID_SIZE], struct diagnosis *why)
{
	char path[1024];
	socket_path(path, sizeof path);
	int fd = fdio_connect(path, PATIENCE_S);
	/* A runner that takes the place of another: its socket is not there for a moment. */
	if (fd < 0 && errno == ENOENT && submit_client_possible())
		fd = fdio_connect(path, PATIENCE_S);
	if (fd < 0)
		return fail_alone(path, drop_error, why);
	/* A refusal may come before everything is sent: the answer counts. */
	(void)send_file(fd, file, head_bytes);
	int code = submit_talk_answer(fd, id, why);
	close(fd);
	return code;
}
