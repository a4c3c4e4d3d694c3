/* Standard input, line by line, with signals as values. */
#include "mail/session/input.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define LINE_LIMIT_BYTES (1u << 20)

static volatile sig_atomic_t got_signal;
static sigset_t before;
static bool watching, terminal;
static struct buffer waiting;
static const int watched[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT};

static void on_signal(int number)
{
	/* An interrupt must not hide that the terminal is gone. */
	if (got_signal == 0 || got_signal == SIGINT)
		got_signal = number;
}

bool input_is_terminal(void)
{
	return isatty(STDIN_FILENO) == 1;
}

void input_watch_signals(void)
{
	struct sigaction catcher = {.sa_handler = on_signal}, now;
	sigset_t block;
	if (watching)
		return;
	sigemptyset(&catcher.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
		if (sigaction(watched[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(watched[i], &catcher, NULL);
		sigaddset(&block, watched[i]);
	}
	sigprocmask(SIG_BLOCK, &block, &before);
	watching = true;
	terminal = input_is_terminal();
}

/* Waits until there is something to read; false when a signal came first.  The end of a terminal
   that is gone can be seen before its hangup is reported: it is no end of input, which would mean
   "quit, with all changes". */
static bool wait_for_input(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int ready = watching ? compat_poll(&p, 1, NULL, &before) : 0;
	if (got_signal == 0 && terminal && ready > 0 && (p.revents & (POLLHUP | POLLERR)) != 0)
		got_signal = SIGHUP;
	return got_signal == 0;
}

static bool take_line(struct buffer *line, size_t length, size_t skip)
{
	line->length = 0;
	buffer_add(line, waiting.data, length);
	buffer_drop(&waiting, length + skip);
	return true;
}

enum input_result input_line(struct buffer *line, int *number)
{
	char chunk[4096];
	for (;;) {
		char *end = waiting.length > 0 ? memchr(waiting.data, '\n', waiting.length) : NULL;
		if (end != NULL || waiting.length > LINE_LIMIT_BYTES) {
			size_t length = end != NULL ? (size_t)(end - waiting.data) : LINE_LIMIT_BYTES;
			return take_line(line, length, end != NULL) ? INPUT_LINE : INPUT_END;
		}
		if (!wait_for_input()) {
			*number = got_signal;
			got_signal = 0;
			waiting.length = 0;
			return INPUT_SIGNAL;
		}
		ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
		if (n < 0 && errno != EINTR)
			return INPUT_ERROR;
		if (n == 0)
			return waiting.length > 0 && take_line(line, waiting.length, 0) ? INPUT_LINE
			                                                                : INPUT_END;
		if (n > 0)
			buffer_add(&waiting, chunk, (size_t)n);
	}
}

bool input_interrupted(void)
{
	sigset_t pending;
	if (!watching || sigpending(&pending) != 0 || sigismember(&pending, SIGINT) != 1)
		return false;
	sigset_t open = before;
	sigdelset(&open, SIGINT);
	struct pollfd none = {.fd = -1};
	struct timespec at_once = {0};
	compat_poll(&none, 1, &at_once, &open);
	bool was = got_signal == SIGINT;
	if (was)
		got_signal = 0;
	return was;
}

void input_child_signals(void)
{
	if (!watching)
		return;
	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
		struct sigaction now;
		if (sigaction(watched[i], NULL, &now) == 0 && now.sa_handler == on_signal)
			signal(watched[i], SIG_DFL);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void input_die(int number)
{
	sigset_t open;
	signal(number, SIG_DFL);
	sigemptyset(&open);
	sigaddset(&open, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &open, NULL);
	_exit(EX_SOFTWARE);
}

bool input_ask(const char *prompt, struct buffer *answer)
{
	int number;
	fputs(prompt, stdout);
	fflush(stdout);
	answer->length = 0;
	return input_line(answer, &number) == INPUT_LINE;
}
