/* mail: sends what stands on standard input.  Its exit status is sendmail's. */
#include "base/fdio.h"
#include "base/paths.h"
#include "mail/compose.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#ifndef FH_VERSION
#define FH_VERSION "0.1"
#endif

#define BODY_LIMIT_BYTES (1u << 30)

static const char help_text[] =
	"usage: mail [-s subject] [-r from] [-c cc] [-b bcc] [-a header-or-file] [-A file] [-Einv] recipient ... < text\n"
	"  -a 'Name: value'   a header line; -a FILE (or -A FILE) attaches a file\n"
	"  -E                 sends nothing when the text is empty\n"
	"  -v                 says where the message went\n";

/* On a terminal: the subject is asked for, and a dot alone on a line ends the text. */
static bool read_terminal(struct options *o, struct buffer *body)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	if (o->subject == NULL) {
		fputs("Subject: ", stdout);
		fflush(stdout);
		if ((n = getline(&line, &size, stdin)) > 0) {
			line[strcspn(line, "\n")] = '\0';
			o->subject = mem_copy(line);
		}
	}
	while ((n = getline(&line, &size, stdin)) > 0 && strcmp(line, ".\n") != 0)
		buffer_add(body, line, (size_t)n);
	free(line);
	if (isatty(STDOUT_FILENO))
		puts("EOT");
	return ferror(stdin) == 0;
}

static bool read_body(struct options *o, struct buffer *body)
{
	bool good = isatty(STDIN_FILENO) ? read_terminal(o, body) : fdio_slurp(STDIN_FILENO, body, BODY_LIMIT_BYTES);
	if (!good)
		fprintf(stderr, "mail: the text cannot be read: %s\n", strerror(errno));
	return good;
}

static void become_sendmail(const struct options *o, int input)
{
	struct words argv = {0};
	char path[1100];
	snprintf(path, sizeof path, "%s/sendmail", paths_libexec());
	words_add(&argv, "sendmail");
	words_add(&argv, "-i");
	if (o->verbose)
		words_add(&argv, "-v");
	if (o->from != NULL) {
		words_add(&argv, "-f");
		words_add(&argv, o->from);
	}
	for (int i = 0; i < o->pass.count; i++)
		words_add(&argv, o->pass.items[i]);
	words_add(&argv, "--");
	const struct words *lists[] = {&o->to, &o->cc, &o->bcc};
	for (size_t l = 0; l < 3; l++) {
		for (int i = 0; i < lists[l]->count; i++)
			words_add(&argv, lists[l]->items[i]);
	}
	dup2(input, STDIN_FILENO);
	execv(path, argv.items);
	fprintf(stderr, "mail: %s cannot be started: %s\n", path, strerror(errno));
	_exit(EX_OSFILE);
}

/* What somebody has typed must not be gone because sendmail refused it. */
static void save_dead_letter(const struct buffer *message)
{
	char path[1100];
	const char *dead = getenv("DEAD"), *home = getenv("HOME");
	snprintf(path, sizeof path, "%s%s", dead != NULL ? dead : home != NULL ? home : ".", dead != NULL ? "" : "/dead.letter");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && fdio_write(fd, message->data, message->length) && fdio_write(fd, "\n", 1))
		fprintf(stderr, "mail: the message was not sent; it is kept in %s\n", path);
	else
		fprintf(stderr, "mail: the message was not sent, and %s cannot be written: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static int send_message(const struct options *o, const struct buffer *message)
{
	int fds[2], status = 0;
	if (pipe(fds) != 0) {
		perror("mail: pipe");
		return EX_OSERR;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[1]);
		become_sendmail(o, fds[0]);
	}
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	/* If sendmail stops reading, its exit status tells why. */
	bool written = pid > 0 && fdio_write(fds[1], message->data, message->length);
	close(fds[1]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	int code = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EX_OSERR;
	if (code == EX_OK && !written)
		code = EX_IOERR;
	if (code != EX_OK)
		save_dead_letter(message);
	return code;
}

static int run(struct options *o, struct buffer *body, struct buffer *message)
{
	if (o->help)
		return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	if (o->version)
		return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
	if (o->to.count + o->cc.count + o->bcc.count == 0) {
		fprintf(stderr, "mail: no recipient. This program sends only; mail of this machine is relayed and not kept here.\n%s", help_text);
		return EX_USAGE;
	}
	if (o->ignore_interrupts)
		signal(SIGINT, SIG_IGN);
	if (!read_body(o, body))
		return EX_IOERR;
	if (o->skip_empty && body->length == 0)
		return EX_OK;
	if (!compose_message(o, body->length ? body->data : "", body->length, message))
		return EX_NOINPUT;
	return send_message(o, message);
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct buffer body = {0}, message = {0};
	int code = options_read(&o, argc, argv) ? run(&o, &body, &message) : EX_USAGE;
	options_free(&o);
	buffer_free(&body);
	buffer_free(&message);
	return code;
}
