/* Passwords. */
#include "config/secret.h"
#include "base/language.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include "base/way.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET_LIMIT_BYTES 16384 /* tokens of Microsoft 365 have some 3000 */
#define KEY_LIMIT_BYTES (64 << 10)
#define COMMAND_MS 10000

static bool fail(struct diagnosis *d, enum reason_key key, const char *path, const char *what)
{
	diag_set(d, VERDICT_DEFERRED, STAGE_AUTH, key, "%s: %s", path, what);
	return false;
}

/* The first line counts; editors put an end after it. */
static bool cut_line(struct buffer *password, const char *where, struct diagnosis *d)
{
	size_t n = 0;
	while (n < password->length && strchr("\r\n", password->data[n]) == NULL)
		n++;
	password->length = n;
	if (n == 0)
		return fail(d, REASON_SECRET_EMPTY, where, TR("the password is empty"));
	if (memchr(password->data, '\0', n) != NULL)
		return fail(d, REASON_SECRET_EMPTY, where, TR("the password holds a NUL byte"));
	return true;
}

static bool read_file(const char *path, size_t limit, struct buffer *secret, struct diagnosis *d)
{
	struct stat st;
	TEXT(why, 300);
	int fd = way_open(path, 0, &st, &why);
	if (fd < 0 && errno == EPERM)
		return fail(d, REASON_SECRET_UNREADABLE, path, why.data);
	if (fd < 0) {
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_AUTH,
		    errno == ENOENT ? REASON_SECRET_MISSING : REASON_SECRET_UNREADABLE, "%s", path);
		return false;
	}
	bool good = S_ISREG(st.st_mode);
	if (!good)
		fail(d, REASON_SECRET_UNREADABLE, path, TR("not a file"));
	else if (st.st_mode & 027)
		good = fail(d, REASON_SECRET_OPEN_TO_ALL, path,
		    TR("others can read it, or the group can write it; mode 0640 or 0600 is needed"));
	else if (!fdio_slurp(fd, secret, limit))
		good = fail(d, REASON_SECRET_UNREADABLE, path, TR("too long, or it cannot be read"));
	close(fd);
	return good;
}

/* What it prints is the password; what it complains of is for people. */
struct command {
	pid_t pid;
	int out, complaint;
};

static void run_shell(const char *command, int out, int complaint)
{
	int null = open("/dev/null", O_RDWR);
	setpgid(0, 0);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(complaint, STDERR_FILENO);
	compat_closefrom(STDERR_FILENO + 1);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static bool start_command(const char *command, struct command *c)
{
	int out[2], complaint[2];
	if (pipe(out) != 0)
		return false;
	if (pipe(complaint) != 0) {
		close(out[0]);
		close(out[1]);
		return false;
	}
	c->pid = fork();
	if (c->pid == 0)
		run_shell(command, out[1], complaint[1]);
	close(out[1]);
	close(complaint[1]);
	c->out = out[0];
	c->complaint = complaint[0];
	if (c->pid > 0)
		return true;
	close(out[0]);
	close(complaint[0]);
	return false;
}

/* Reads to the end of output, or to the deadline. */
static bool read_output(int fd, struct buffer *password)
{
	char bytes[512];
	int64_t end_ms = clock_mono_ms() + COMMAND_MS;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = end_ms - clock_mono_ms();
		if (left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
			return false;
		if (p.revents == 0)
			continue;
		ssize_t n = fdio_read(fd, bytes, sizeof bytes);
		if (n <= 0)
			return n == 0;
		if (password->length + (size_t)n > SECRET_LIMIT_BYTES)
			return false;
		buffer_add(password, bytes, (size_t)n);
	}
}

/* The first line of its complaint, if it made one; the command is over. */
static void put_complaint(int fd, struct text *words)
{
	char bytes[300];
	ssize_t n = fdio_nonblocking(fd) ? read(fd, bytes, sizeof bytes) : 0;
	size_t length = 0;
	while (n > 0 && length < (size_t)n && bytes[length] != '\n')
		length++;
	if (length > 0) {
		text_put(words, ": ");
		text_escape(words, bytes, length);
	}
}

static bool run_command(const char *command, struct buffer *password, struct diagnosis *d)
{
	struct command c;
	int status = 0;
	TEXT(words, 800);
	if (!start_command(command, &c)) {
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_AUTH, REASON_SECRET_COMMAND,
		    TR("start password_command"));
		return false;
	}
	bool whole = read_output(c.out, password);
	close(c.out);
	if (!whole)
		kill(-c.pid, SIGKILL);
	waitpid(c.pid, &status, 0);
	text_put(&words, !whole ? TR("no password within 10 s") : TR("the command failed"));
	put_complaint(c.complaint, &words);
	close(c.complaint);
	if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(d, REASON_SECRET_COMMAND, command, words.data);
	return cut_line(password, command, d);
}

bool secret_read(const struct smarthost *smarthost, struct buffer *password, struct diagnosis *d)
{
	if (smarthost->password_command[0] != '\0')
		return run_command(smarthost->password_command, password, d);
	if (smarthost->password_file[0] != '\0')
		return read_file(smarthost->password_file, SECRET_LIMIT_BYTES, password, d) &&
		       cut_line(password, smarthost->password_file, d);
	return fail(d, REASON_SECRET_MISSING, smarthost->name,
	    TR("no password_file and no password_command"));
}

bool secret_read_proxy(const struct smarthost *smarthost, struct buffer *password,
    struct diagnosis *d)
{
	return read_file(smarthost->proxy_password_file, SECRET_LIMIT_BYTES, password, d) &&
	       cut_line(password, smarthost->proxy_password_file, d);
}

bool secret_read_key(const struct smarthost *smarthost, struct buffer *pem, struct diagnosis *d)
{
	const char *path =
	    smarthost->tls_key_file[0] != '\0' ? smarthost->tls_key_file : smarthost->tls_cert_file;
	if (read_file(path, KEY_LIMIT_BYTES, pem, d))
		return true;
	/* The remedies of the other reasons are for a password. */
	d->stage = STAGE_TLS;
	d->key = REASON_TLS_OWN_CERTIFICATE;
	return false;
}

void secret_free(struct buffer *secret)
{
	if (secret->data != NULL)
		compat_wipe(secret->data, secret->size);
	buffer_free(secret);
}
