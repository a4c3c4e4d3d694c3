/* Postfix's queues, read by Postfix's own postcat: the form of the files is its own business. */
#include "relayconf/adopt/adopt.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const folders[] = {"/var/spool/postfix/maildrop", "/var/spool/postfix/incoming",
    "/var/spool/postfix/active", "/var/spool/postfix/deferred", "/var/spool/postfix/hold", NULL};
static const char *const postcats[] = {"/usr/sbin/postcat", "/usr/local/sbin/postcat"};

/* What postcat prints of a file, "-e" of its envelope, "-hb" of the message; false with errno.  It
 * gets the very file, not its name, as its standard input: of other descriptors FreeBSD's /dev/fd
 * has none. */
static bool postcat(const char *what, const struct place *place, const char *name,
    struct buffer *text)
{
	int ends[2], status = 0;
	int fd = adopt_open(place, name, O_RDONLY);
	if (fd < 0 || pipe(ends) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fd, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		for (size_t i = 0; i < sizeof postcats / sizeof postcats[0]; i++)
			execl(postcats[i], "postcat", what, compat_stdin_path(), (char *)NULL);
		_exit(127);
	}
	close(fd);
	close(ends[1]);
	bool done = pid > 0 && fdio_slurp(ends[0], text, ADOPT_MESSAGE_LIMIT_BYTES);
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (done && status != 0)
		errno = WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ENOENT : EIO;
	return done && status == 0;
}

/* False when no sender is named, not even the empty one. */
static bool read_envelope(struct found *f, struct buffer *text)
{
	char *line;
	size_t at = 0;
	bool named = false;
	while ((line = fdio_next_line(text, &at)) != NULL) {
		if (text_starts(line, "sender: ")) {
			free(f->sender);
			f->sender = adopt_bare(line + strlen("sender: "));
			named = true;
		} else if (text_starts(line, "recipient: ")) {
			adopt_add_rcpt(f, line + strlen("recipient: "));
		}
	}
	return named;
}

/* Postfix marks a file as whole with the owner's right to execute it; before that, its caller was
 * not informed that it is taken. */
static bool is_whole(const struct place *place, const char *name)
{
	struct stat st;
	return fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IXUSR) != 0;
}

static void found_file(void *context, const char *name)
{
	struct scan *s = context;
	struct buffer text = {0};
	struct found *f = adopt_add(s->adopt, s->queue, s->place, name, NULL);
	if (!is_whole(s->place, name))
		adopt_drop(s->adopt, "it was not written to its end, and Postfix never accepted it");
	else if (!postcat("-e", s->place, name, &text))
		adopt_drop(s->adopt, errno == ENOENT   ? "Postfix's postcat is needed to read it; install "
		                                         "postfix once more, or deliver with it"
		                     : errno == EMLINK ? adopt_unread()
		                                       : "postcat cannot read it");
	else if (!read_envelope(f, &text))
		adopt_drop(s->adopt, "it names no sender");
	else if (f->rcpt_count == 0)
		adopt_drop(s->adopt, "it names no recipient that is left");
	buffer_free(&text);
}

static void found_folder(void *context, const char *name)
{
	const struct scan *top = context;
	if (strlen(name) != 1)
		return;
	struct scan s = {top->adopt, top->queue, adopt_enter(top->adopt, top->queue, top->place, name)};
	if (s.place != NULL)
		adopt_each(s.place, "", found_file, NULL, &s);
}

/* Queues may have a folder for each first letter.  What lies in a queue folder, however deep,
   Postfix takes up again at its next start: so files go beside the queues. */
static void scan(struct adopt *a, const struct old_queue *q, const char *folder)
{
	struct scan s = {a, q, adopt_enter(a, q, NULL, folder)};
	if (s.place != NULL)
		adopt_each(s.place, "", found_file, found_folder, &s);
}

static bool load(const struct found *f, struct buffer *message)
{
	if (!postcat("-hb", f->place, f->files[0], message))
		return false;
	errno = EBADMSG;
	return message->length > 0;
}

const struct old_queue adopt_postfix = {"Postfix", folders, true, scan, load};
