/* Children.  Their input and output are files without a name: a pipe to both would need two of
   us. */
#include "mail/session/subprocess.h"
#include "base/fdio.h"
#include "base/charset.h"
#include "mail/session/input.h"
#include "mail/format/screen.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_SUCH_PROGRAM 127 /* the shell's exit status */
#define OUTPUT_LIMIT_BYTES ((size_t)1 << 30)

static const char *shell_of(const struct vars *vars)
{
	const char *shell = vars_get(vars, "SHELL");
	return shell != NULL && *shell == '/' ? shell : "/bin/sh";
}

static int temporary(char *path, size_t size)
{
	const char *folder = getenv("TMPDIR");
	if (folder == NULL || *folder != '/')
		folder = "/tmp";
	if ((size_t)snprintf(path, size, "%s/mail.XXXXXX", folder) >= size)
		return -1;
	return mkstemp(path);
}

static int nameless(void)
{
	char path[1100];
	int fd = temporary(path, sizeof path);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int wait_for(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	/* The interrupt key was meant for the child. */
	input_interrupted();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int start(const char *shell, const char *command, int in, int out)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid != 0)
		return pid < 0 ? -1 : wait_for(pid);
	input_child_signals();
	if ((in < 0 || dup2(in, STDIN_FILENO) >= 0) && (out < 0 || dup2(out, STDOUT_FILENO) >= 0))
		execl(shell, shell, command != NULL ? "-c" : NULL, command, (char *)NULL);
	fprintf(stderr, "mail: %s cannot be started: %s\n", shell, strerror(errno));
	_exit(NO_SUCH_PROGRAM);
}

int subprocess_run(const struct vars *vars, const char *command, const struct buffer *input,
    struct buffer *output)
{
	int in = -1, out = -1, code = -1;
	bool good = true;
	if (input != NULL)
		good = (in = nameless()) >= 0 && fdio_write(in, input->data, input->length) &&
		       lseek(in, 0, SEEK_SET) == 0;
	if (good && output != NULL)
		good = (out = nameless()) >= 0;
	if (good)
		code = start(shell_of(vars), command, in, out);
	if (code >= 0 && output != NULL &&
	    !(lseek(out, 0, SEEK_SET) == 0 && fdio_slurp(out, output, OUTPUT_LIMIT_BYTES)))
		code = -1;
	int saved = errno;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	errno = saved;
	return code;
}

void subprocess_quote(struct buffer *out, const char *word)
{
	buffer_puts(out, "'");
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buffer_puts(out, "'\\''");
		else
			buffer_add(out, word, 1);
	}
	buffer_puts(out, "'");
}

/* The edited file, read anew by its name: editors like to put a new file in its place. */
static bool take_back(const char *path, struct buffer *text)
{
	struct buffer now = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good = fd >= 0 && fdio_slurp(fd, &now, OUTPUT_LIMIT_BYTES);
	if (fd >= 0)
		close(fd);
	if (good) {
		buffer_free(text);
		*text = now;
	} else {
		buffer_free(&now);
	}
	return good;
}

bool subprocess_edit(const struct vars *vars, const char *variable, struct buffer *text)
{
	const char *editor = vars_get(vars, variable);
	struct buffer command = {0};
	char path[1100];
	int fd = temporary(path, sizeof path);
	bool good = fd >= 0 && fdio_write(fd, text->data, text->length);
	if (fd >= 0 && close(fd) != 0)
		good = false;
	buffer_printf(&command, "%s ", editor != NULL && *editor != '\0' ? editor : "vi");
	subprocess_quote(&command, path);
	if (good)
		good = start("/bin/sh", buffer_string(&command), -1, -1) == 0 && take_back(path, text);
	if (!good)
		fprintf(stderr, "mail: the editor failed; the text is as it was\n");
	if (fd >= 0)
		unlink(path);
	buffer_free(&command);
	return good;
}

static bool is_long(const struct vars *vars, const struct buffer *text)
{
	int lines, columns;
	screen_size(&lines, &columns);
	long long limit = vars_number(vars, "crt", lines - 2), have = 0, width = 0;
	if (!vars_on(vars, "crt") || isatty(STDOUT_FILENO) != 1)
		return false;
	for (size_t i = 0; i < text->length && have <= limit; i++) {
		width = text->data[i] == '\n' ? 0 : width + 1;
		have += width == 0 || width % columns == 0;
	}
	return have > limit;
}

static void to_terminal(const struct vars *vars, const struct buffer *text, struct buffer *out)
{
	const char *charset = vars_get(vars, "ttycharset");
	if (text->length > 0)
		charset_from_utf8(out,
		    charset != NULL && *charset != '\0' ? charset : charset_of_terminal(), text->data,
		    text->length);
}

bool subprocess_show(const struct vars *vars, const struct buffer *text)
{
	struct buffer out = {0};
	to_terminal(vars, text, &out);
	bool good = (out.length == 0 || fwrite(out.data, 1, out.length, stdout) == out.length) &&
	            fflush(stdout) == 0;
	buffer_free(&out);
	return good;
}

static void page(const struct vars *vars, const struct buffer *text)
{
	const char *pager = vars_get(vars, "PAGER");
	fflush(stdout);
	if (is_long(vars, text)) {
		int code =
		    subprocess_run(vars, pager != NULL && *pager != '\0' ? pager : "more", text, NULL);
		if (code >= 0 && code != NO_SUCH_PROGRAM)
			return;
	}
	/* In pieces, so that the interrupt key ends a flood. */
	for (size_t at = 0; at < text->length && !input_interrupted();) {
		size_t n = text->length - at < 8192 ? text->length - at : 8192;
		if (!fdio_write(STDOUT_FILENO, text->data + at, n))
			return;
		at += n;
	}
}

void subprocess_page(const struct vars *vars, const struct buffer *text)
{
	struct buffer out = {0};
	to_terminal(vars, text, &out);
	page(vars, &out);
	buffer_free(&out);
}
