/* Asking.  The terminal is made silent with termios(3) here: readpassphrase(3) is in libc on
   FreeBSD and in libbsd on Linux, and these few calls of POSIX save a library. */
#include "relayconf/setup/prompt.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/text.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool ask_possible(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
}

char *ask_line(const char *question, const char *preset)
{
	char *line = NULL, *answer = NULL;
	size_t size = 0;
	while (answer == NULL) {
		bool shown = preset != NULL && *preset != '\0';
		output_to(stdout, "%s%s%s%s: ", question, shown ? " [" : "", shown ? preset : "",
		    shown ? "]" : "");
		fflush(stdout);
		if (getline(&line, &size, stdin) < 0) {
			output_to(stdout, "\n");
			break;
		}
		const char *words = text_trim(line);
		if (*words != '\0' || preset != NULL)
			answer = mem_copy(*words != '\0' ? words : preset);
	}
	free(line);
	return answer;
}

bool ask_yes(const char *question, bool preset)
{
	TEXT(words, 700);
	text_printf(&words, "%s [%s]", question, preset ? "Y/n" : "y/N");
	for (;;) {
		char *answer = ask_line(words.data, "");
		char first = answer == NULL ? 'n' : *answer == '\0' ? preset ? 'y' : 'n' : *answer;
		free(answer);
		if (strchr("yYnN", first) != NULL)
			return first == 'y' || first == 'Y';
	}
}

static struct termios before, silent;
static int terminal = -1;
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define NUMBERS (sizeof numbers / sizeof numbers[0])
static void (*handlers[NUMBERS])(int); /* as they were */

/* Whoever interrupts the question gets a terminal that shows what is typed. */
static void restore(int number)
{
	tcsetattr(terminal, TCSANOW, &before);
	for (size_t i = 0; i < NUMBERS; i++) {
		if (numbers[i] == number)
			signal(number, handlers[i]);
	}
	raise(number);
}

/* Stopped at the question and continued: what is typed is hidden again. */
static void hide(int number)
{
	(void)number;
	tcsetattr(terminal, TCSANOW, &silent);
	signal(SIGTSTP, restore);
}

bool ask_password(const char *question, struct buffer *password)
{
	char byte = '\0';
	terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0 || tcgetattr(terminal, &before) != 0)
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	for (size_t i = 0; i < NUMBERS; i++)
		handlers[i] = signal(numbers[i], restore);
	signal(SIGCONT, hide);
	tcsetattr(terminal, TCSAFLUSH, &silent);
	(void)fdio_write(terminal, question, strlen(question));
	(void)fdio_write(terminal, ": ", 2);
	ssize_t n;
	while ((n = fdio_read(terminal, &byte, 1)) == 1 && byte != '\n' && byte != '\r')
		buffer_add(password, &byte, 1);
	tcsetattr(terminal, TCSAFLUSH, &before);
	for (size_t i = 0; i < NUMBERS; i++)
		signal(numbers[i], handlers[i]);
	signal(SIGCONT, SIG_DFL);
	(void)fdio_write(terminal, "\n", 1);
	close(terminal);
	return n == 1;
}
