/* Passwords. */
#include "config/secret.h"
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

/* The first line counts; editors put an end behind it. */
static bool cut_line(struct buffer *password, const char *where, struct diagnosis *d)
{
	size_t n = 0;
	while (n < password->length && strchr("\r\n", password->data[n]) == NULL)
		n++;
	password->length = n;
	if (n == 0)
		return fail(d, REASON_SECRET_EMPTY, where, "the password is empty");
	if (memchr(password->data, '\0', n) != NULL)
		return fail(d, REASON_SECRET_EMPTY, where, "the password holds a NUL byte");
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
		fail(d, REASON_SECRET_UNREADABLE, path, "not a file");
	else if (st.st_mode & 027)
		good = fail(d, REASON_SECRET_OPEN_TO_ALL, path,
		    "others can read it, or the group can write it; mode 0640 or 0600 is needed");
	else if (!fdio_slurp(fd, secret, limit))
		good = fail(d, REASON_SECRET_UNREADABLE, path, "too long, or it cannot be read");
	close(fd);
	return good;
}

static pid_t start_command(const char *command, int *fd)
{
	int fds[2];
	if (pipe(fds) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		setpgid(0, 0);
		dup2(null, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		compat_closefrom(STDERR_FILENO + 1);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	*fd = fds[0];
	if (pid < 0)
		close(fds[0]);
	return pid;
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

static bool run_command(const char *command, struct buffer *password, struct diagnosis *d)
{
	int fd, status = 0;
	pid_t pid = start_command(command, &fd);
	if (pid < 0) {
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_AUTH, REASON_SECRET_COMMAND,
		    "start password_command");
		return false;
	}
	bool whole = read_output(fd, password);
	close(fd);
	if (!whole)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!whole)
		return fail(d, REASON_SECRET_COMMAND, command, "no password within 10 s");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(d, REASON_SECRET_COMMAND, command, "the command failed");
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
	    "no password_file and no password_command");
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
