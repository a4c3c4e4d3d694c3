/* mail: sends what stands on standard input.  Its exit status is sendmail's. */
#include "base/fdio.h"
#include "base/paths.h"
#include "mail/compose.h"
#include "mail/mime.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static volatile sig_atomic_t got_signal;

static void on_signal(int number)
{
	got_signal = number;
}

/* A closed descriptor 0 to 2 would be given to the next file or pipe, and messages would be written into the mail.
   Standard input is put back so that reading it fails: an empty mail is not what was meant. */
static void make_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDWR) != fd)
			_exit(EX_OSERR);
	}
}

/* While somebody types, a signal must not take the text with it.  What the caller ignores stays ignored. */
static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGHUP, SIGTERM};
	struct sigaction catcher = {.sa_handler = on_signal}, now;
	sigemptyset(&catcher.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(numbers[i], &catcher, NULL);
	}
}

/* A line from the terminal; false at the end of the text, or with *left set when a signal ends it.
   The first interrupt only asks. */
static bool type_line(char **line, size_t *size, bool *left)
{
	for (bool asked = false;; asked = true) {
		ssize_t n = got_signal == 0 ? getline(line, size, stdin) : -1;
		if (n >= 0)
			return n > 0;
		if (got_signal == 0)
			return false;
		if (got_signal != SIGINT || asked) {
			*left = true;
			return false;
		}
		got_signal = 0;
		clearerr(stdin);
		puts("\n(Interrupt: once more, and the message is not sent)");
		fflush(stdout);
	}
}

/* On a terminal: the subject is asked for, and a dot alone on a line ends the text. */
static bool read_terminal(struct options *o, struct buffer *subject, struct buffer *body, bool *left)
{
	char *line = NULL;
	size_t size = 0;
	bool more = true;
	catch_signals();
	if (o->subject == NULL) {
		fputs("Subject: ", stdout);
		fflush(stdout);
		more = type_line(&line, &size, left);
		if (more)
			buffer_add(subject, line, strcspn(line, "\n"));
		if (subject->length > 0)
			o->subject = buffer_string(subject);
	}
	while (more && type_line(&line, &size, left) && strcmp(line, ".\n") != 0)
		buffer_puts(body, line);
	free(line);
	if (!*left)
		puts("EOT");
	fflush(stdout);
	return *left || ferror(stdin) == 0;
}

static bool read_body(struct options *o, struct buffer *subject, struct buffer *body, bool *left)
{
	bool good = isatty(STDIN_FILENO) ? read_terminal(o, subject, body, left) : fdio_slurp(STDIN_FILENO, body, BODY_LIMIT_BYTES);
	if (!good)
		fprintf(stderr, "mail: the text cannot be read: %s; nothing was sent\n", strerror(errno));
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
	if (dup2(input, STDIN_FILENO) >= 0)
		execv(path, argv.items);
	fprintf(stderr, "mail: %s cannot be started: %s\n", path, strerror(errno));
	_exit(EX_OSFILE);
}

/* DEAD, or dead.letter in a home that is the caller's own: "su" and "sudo" often leave another's in HOME. */
static bool dead_letter_path(char *path, size_t size)
{
	const char *dead = getenv("DEAD"), *home = getenv("HOME");
	struct passwd *pw = home == NULL ? getpwuid(getuid()) : NULL;
	struct stat st;
	if (dead != NULL && *dead != '\0')
		return (size_t)snprintf(path, size, "%s", dead) < size;
	if (pw != NULL)
		home = pw->pw_dir;
	if (home == NULL || stat(home, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid())
		return false;
	return (size_t)snprintf(path, size, "%s/dead.letter", home) < size;
}

/* What somebody has typed must not be gone because sendmail refused it. */
static void save_dead_letter(const struct buffer *message)
{
	char path[1100];
	struct stat st;
	if (!dead_letter_path(path, sizeof path)) {
		fprintf(stderr, "mail: the message was not sent, and not kept: there is no home directory of your own for dead.letter\n");
		return;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	bool good = fd >= 0 && fstat(fd, &st) == 0;
	if (good && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		good = false;
	}
	good = good && fdio_write(fd, message->data, message->length) && fdio_write(fd, "\n", 1);
	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good)
		fprintf(stderr, "mail: the message was not sent; it is kept in %s\n", path);
	else
		fprintf(stderr, "mail: the message was not sent, and %s cannot be written: %s\n", path, strerror(errno));
}

static int wait_for_sendmail(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			perror("mail: wait for sendmail");
			return EX_OSERR;
		}
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "mail: sendmail was ended by signal %d\n", WTERMSIG(status));
	return EX_OSERR;
}

/* Signals wait until it is known what became of the message; sendmail itself gets them and leaves nothing half done. */
static int send_message(const struct options *o, const struct buffer *message)
{
	int fds[2];
	sigset_t block, before;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGQUIT);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &before);
	pid_t pid = pipe(fds) == 0 ? fork() : -1;
	if (pid < 0) {
		perror("mail: start sendmail");
		save_dead_letter(message);
		return EX_OSERR;
	}
	if (pid == 0) {
		close(fds[1]);
		sigprocmask(SIG_SETMASK, &before, NULL);
		become_sendmail(o, fds[0]);
	}
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	/* If sendmail stops reading, its exit status tells why. */
	bool written = fdio_write(fds[1], message->data, message->length);
	close(fds[1]);
	int code = wait_for_sendmail(pid);
	if (code == EX_OK && !written)
		code = EX_IOERR;
	if (code != EX_OK)
		save_dead_letter(message);
	return code;
}

/* Given up while typing: kept (NULL: there was no text yet), and ended by the signal that it was. */
static int give_up(const struct buffer *message)
{
	if (message != NULL)
		save_dead_letter(message);
	signal(got_signal, SIG_DFL);
	raise(got_signal);
	return EX_SOFTWARE;
}

static int write_and_send(struct options *o, struct buffer *subject, struct buffer *body, struct buffer *message)
{
	bool left = false;
	if (o->ignore_interrupts)
		signal(SIGINT, SIG_IGN);
	if (!compose_can_attach(o))
		return EX_NOINPUT;
	if (!read_body(o, subject, body, &left))
		return EX_IOERR;
	body->length = mime_line_ends(body->data, body->length);
	if (o->skip_empty && body->length == 0 && !left)
		return EX_OK;
	bool composed = compose_message(o, body->length ? body->data : "", body->length, message);
	if (left)
		return give_up(body->length == 0 ? NULL : composed ? message : body);
	if (composed)
		return send_message(o, message);
	save_dead_letter(body);
	return EX_NOINPUT;
}

static int run(struct options *o)
{
	struct buffer subject = {0}, body = {0}, message = {0};
	if (o->help)
		return fputs(help_text, stdout) < 0 ? EX_IOERR : EX_OK;
	if (o->version)
		return printf("firsthop %s\n", FH_VERSION) < 0 ? EX_IOERR : EX_OK;
	if (o->to.count + o->cc.count + o->bcc.count == 0) {
		fprintf(stderr, "mail: no recipient; reading mailboxes is not part of this program. "
		                "It sends only, because mail of this machine is relayed and not kept here.\n%s", help_text);
		return EX_USAGE;
	}
	int code = write_and_send(o, &subject, &body, &message);
	buffer_free(&subject);
	buffer_free(&body);
	buffer_free(&message);
	return code;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	make_descriptors();
	/* Whoever ignores SIGCHLD hands that on, and then no exit status could be had. */
	signal(SIGCHLD, SIG_DFL);
	int code = options_read(&o, argc, argv) ? run(&o) : EX_USAGE;
	options_free(&o);
	return code;
}
