/* The file: one line of fields, always of the same length, so that it is written in one piece. */
#include "spool/smtpd_status.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 400

static const char *const words[SMTPD_COUNTS] = {"connections", "turned_away", "too_many",
    "login_failed", "messages", "rejected"};

const char *smtpd_status_word(enum smtpd_count i)
{
	return words[i];
}

/* In a private spool there is no folder of its user's. */
static void put_path(struct text *path)
{
	text_printf(path, "%s%s", paths_run(), paths_private() ? "/smtpd.status" : "-smtpd/status");
}

static int open_status(const char *path, struct smtpd_status *s)
{
	char line[LINE_BYTES + 1];
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
	                ? fdio_read_at(fd, line, LINE_BYTES, 0)
	                : -1;
	if (n < 0)
		return fd;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	long long sessions = fields_get_number(line, "sessions", 0);
	s->sessions = sessions > 0 && sessions < INT_MAX ? (int)sessions : 0;
	for (int i = 0; i < SMTPD_COUNTS; i++) {
		long long count = fields_get_number(line, words[i], 0);
		s->counts[i] = count > 0 ? (unsigned long long)count : 0;
	}
	return fd;
}

int smtpd_status_begin(struct smtpd_status *s)
{
	TEXT(path, 1100);
	put_path(&path);
	*s = (struct smtpd_status){0};
	int old = open_status(path.data, s);
	if (old >= 0)
		close(old);
	s->sessions = 0;
	/* A new file: nobody can have locked that. */
	unlink(path.data);
	int fd = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	/* mailq reads it as any user, whatever the umask of a unit. */
	if (fd < 0 || (fchmod(fd, 0644) == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0))
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

void smtpd_status_write(int fd, const struct smtpd_status *s)
{
	struct buffer line = {0};
	if (fd < 0)
		return;
	buffer_puts(&line, "smtpd");
	fields_put_number(&line, "sessions", s->sessions);
	for (int i = 0; i < SMTPD_COUNTS; i++)
		fields_put_number(&line, words[i], (long long)s->counts[i]);
	while (line.length < LINE_BYTES - 1)
		buffer_add(&line, " ", 1);
	buffer_add(&line, "\n", 1);
	/* It is for those who look: what cannot be written now is written the next time. */
	(void)fdio_write_at(fd, line.data, line.length, 0);
	buffer_free(&line);
}

void smtpd_status_read(struct smtpd_status *s)
{
	TEXT(path, 1100);
	put_path(&path);
	*s = (struct smtpd_status){0};
	int fd = open_status(path.data, s);
	if (fd < 0)
		return;
	s->running = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	s->sessions = s->running ? s->sessions : 0;
	close(fd);
}
