/* The process that keeps the text.  It has the caller's rights, no group of firsthop's, and nothing
 * to do with the spool: mail goes through sendmail. */
#include "submit/deadletter.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/mailbox_form.h"
#include "base/paths.h"
#include "base/text.h"
#include "message/address.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define TEXT_LIMIT_BYTES (16u << 20)

struct kept {
	struct buffer text;
	bool cut;     /* the rest is not here */
	bool in_part; /* some recipients have it */
	const char *reason;
};

static void read_text(struct kept *k, int fd)
{
	static char bytes[65536];
	ssize_t n;
	while ((n = fdio_read(fd, bytes, sizeof bytes)) > 0) {
		k->cut = k->cut || k->text.length + (size_t)n > TEXT_LIMIT_BYTES;
		if (!k->cut)
			buffer_add(&k->text, bytes, (size_t)n);
	}
}

/* The sender, or else who called. */
static const char *report_address(const struct options *o, const struct caller *c)
{
	const char *what;
	if (!o->sender_given || *o->sender == '\0')
		return o->sender_given ? "" : c->login;
	char *address = address_one(o->sender, false, &what);
	return address != NULL ? address : c->login;
}

static void write_report(const struct kept *k, const char *to, struct buffer *out)
{
	unsigned long mark = compat_random(), more = compat_random();
	const char *subject = k->in_part ? "Not sent to all: some recipients cannot be used"
	                                 : "Not sent: the message below was not accepted";
	const char *words = k->in_part
	                        ? "The message below was given to sendmail on this machine.  Some of "
	                          "its recipients\ncannot be used, so these will not get it:"
	                        : "The message below was given to sendmail on this machine, and "
	                          "sendmail did not\naccept it, so nobody gets it:";
	buffer_printf(out,
	    "From: Mail system <MAILER-DAEMON>\nTo: <%s>\nSubject: %s\nAuto-Submitted: auto-replied\n"
	    "MIME-Version: 1.0\nContent-Type: multipart/mixed; "
	    "boundary=\"=_%08lx%08lx\"\n\n--=_%08lx%08lx\nContent-Type: text/plain; charset=utf-8\n\n"
	    "%s\n\n    %s\n%s\n"
	    "--=_%08lx%08lx\nContent-Type: message/rfc822\n\n",
	    to, subject, mark, more, mark, more, words, k->reason,
	    k->cut ? "\nIt is too long to be shown whole.\n" : "", mark, more);
	buffer_add(out, k->text.data != NULL ? k->text.data : "", k->text.length);
	buffer_printf(out, "\n--=_%08lx%08lx--\n", mark, more);
}

/* True when sendmail has it on disk. */
static bool mail_back(const struct kept *k, const char *to)
{
	int fds[2], status = 1;
	char path[1024];
	struct buffer report = {0};
	if (pipe(fds) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		compat_closefrom(STDERR_FILENO + 1);
		snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
		execl(path, "sendmail", "-i", "-oeq", "-f", "<>", "--", to, (char *)NULL);
		_exit(EX_OSFILE);
	}
	close(fds[0]);
	write_report(k, to, &report);
	bool written = pid > 0 && fdio_write(fds[1], report.data, report.length);
	close(fds[1]);
	buffer_free(&report);
	return pid > 0 && waitpid(pid, &status, 0) == pid && written && WIFEXITED(status) &&
	       WEXITSTATUS(status) == EX_OK;
}

/* One more message of a mailbox: a line that looks like the start of another one is marked. */
static void write_mbox(const struct kept *k, const char *login, struct buffer *out)
{
	mailbox_form_start(out, login, clock_wall_s());
	mailbox_form_lines(out, k->text.data != NULL ? k->text.data : "", k->text.length, true);
	buffer_puts(out, k->cut ? "(the rest was too long)\n\n" : "\n");
}

/* A folder of the caller's own, and a plain file of their own in it, whose name is durable. */
static int open_letter(const char *home)
{
	struct stat st;
	int folder = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
	errno = folder < 0 ? errno : EPERM;
	if (folder >= 0 && fstat(folder, &st) == 0 && st.st_uid == getuid())
		fd = openat(folder, "dead.letter",
		    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (folder >= 0 && fd >= 0 && !fdio_sync(folder)) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != getuid() ||
	                   st.st_nlink != 1)) {
		close(fd);
		errno = EPERM;
		fd = -1;
	}
	return fd;
}

static void save(const struct kept *k, const char *login, struct text *words)
{
	const struct passwd *pw = getpwuid(getuid());
	const char *home = paths_home(pw != NULL ? pw->pw_dir : "");
	struct buffer letter = {0};
	int fd = *home == '/' ? open_letter(home) : -1;
	write_mbox(k, login, &letter);
	if (fd >= 0 && fdio_write(fd, letter.data, letter.length) && fdio_sync(fd))
		text_printf(words, "its text was saved in %.900s/dead.letter", home);
	else if (fd >= 0)
		text_printf(words, "its text is LOST: %.900s/dead.letter: %s", home, strerror(errno));
	else
		text_put(words,
		    "its text is LOST: there is no home folder of the caller's own for dead.letter");
}

void deadletter_helper_run(const struct options *o, const struct caller *c, int text_fd,
    int verdict_fd)
{
	struct kept k = {0};
	TEXT(words, 1300);
	char verdict[sizeof((struct diagnosis *)0)->text + 16];
	size_t length = 0;
	ssize_t n;
	/* Callers wait for the end of these, and may end theirs. */
	int null = open("/dev/null", O_RDWR);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	read_text(&k, text_fd);
	while (length < sizeof verdict - 1 &&
	       (n = fdio_read(verdict_fd, verdict + length, sizeof verdict - 1 - length)) > 0)
		length += (size_t)n;
	verdict[length] = '\0';
	if (length < 2)
		_exit(EX_OK);
	k.reason = verdict + 2;
	k.in_part = *verdict == '2';
	const char *to = report_address(o, c);
	if (*verdict != '0' && *to != '\0' && mail_back(&k, to))
		text_printf(&words, "mailed a report with its text was mailed to <%.400s>", to);
	else if (k.in_part)
		text_put(&words, "no report could be mailed");
	else
		save(&k, c->login, &words);
	(void)fdio_write(verdict_fd, words.data, words.length);
	_exit(EX_OK);
}
